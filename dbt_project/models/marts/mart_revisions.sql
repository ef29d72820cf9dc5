-- Levels that more than one document states or implies: what was known first beside what is known last.
select
    {{ columns_of('revisions', key_columns()) }},
    revisions.first_document_id as first_source_id,
    revisions.first_id as first_deduced_id,
    revisions.first_low,
    revisions.first_high,
    revisions.latest_document_id as latest_source_id,
    revisions.latest_id as latest_deduced_id,
    revisions.latest_low,
    revisions.latest_high,
    revisions.change_low_pct,
    revisions.change_high_pct,
    revisions.is_explained_by_rounding
from {{ ref('stg_deduction__revisions') }} as revisions
-- What deduction alone takes together, or what is left of a whole, has no code of its own: fct_deductions has it,
-- document by document.
where
    revisions.region_id in (select known.region_id from {{ ref('dim_region') }} as known)
    and revisions.partner_id in (select known.partner_id from {{ ref('dim_partner') }} as known)
    and revisions.commodity_id in (select known.commodity_id from {{ ref('dim_commodity') }} as known)
    and revisions.ownership_id in (select known.ownership_id from {{ ref('dim_ownership') }} as known)
    and revisions.trade_mode_id in (select known.trade_mode_id from {{ ref('dim_trade_mode') }} as known)
