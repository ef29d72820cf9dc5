-- Groups of which a later document has another level than an earlier one by more than restatements do: their definition
-- may have changed, as that of the Belt and Road countries did, without anybody saying so.
--
-- Restated is what the same two documents have otherwise of series whose definition cannot change: all partners and
-- single countries, goods that are no group, countries, provinces and prefectures. Their changes have a middle (the
-- median) and a spread (the median distance from it). A group is suggested where its change, rounding granted, lies
-- farther from the middle than five spreads, and farther than five points: where there are few others, or none, that is
-- far more than the totals that are held were ever restated by.
{% set least_points = 5 %}
{% set spread_count = 5 %}
with groups_of_goods as (
    select distinct commodity_id
    from {{ ref('commodity_group_members') }}
),

revisions as (
    select
        revisions.*,
        first_source.published_date as first_published_date,
        latest_source.published_date as latest_published_date,
        {{ as_double('revisions.change_low_pct + revisions.change_high_pct') }} / 2 as change_pct,
        case
            when partners.partner_kind not in ('whole', 'country') then 'partner'
            when goods.commodity_id is not null then 'commodity'
            when regions.region_kind not in ('country', 'province', 'prefecture') then 'region'
        end as list,
        concat(revisions.region_id, revisions.partner_id, revisions.commodity_id) like '%+%' as is_joint
    from {{ ref('stg_deduction__revisions') }} as revisions
    inner join {{ ref('int_sources') }} as first_source on revisions.first_document_id = first_source.source_id
    inner join {{ ref('int_sources') }} as latest_source on revisions.latest_document_id = latest_source.source_id
    left join {{ ref('int_partners') }} as partners on revisions.partner_id = partners.partner_id
    left join {{ ref('int_regions') }} as regions on revisions.region_id = regions.region_id
    left join groups_of_goods as goods on revisions.commodity_id = goods.commodity_id
    where revisions.change_low_pct is not null and revisions.change_high_pct is not null
),

middles as (
    select
        first_document_id,
        latest_document_id,
        count(*) as compared_count,
        median(change_pct) as usual_change
    from revisions
    where list is null and not is_joint
    group by first_document_id, latest_document_id
),

spreads as (
    select
        revisions.first_document_id,
        revisions.latest_document_id,
        median(abs(revisions.change_pct - middles.usual_change)) as spread
    from revisions
    inner join middles
        on {{ same('revisions', 'middles', ['first_document_id', 'latest_document_id']) }}
    where revisions.list is null and not revisions.is_joint
    group by revisions.first_document_id, revisions.latest_document_id
),

compared as (
    select
        revisions.*,
        case revisions.list
            when 'partner' then revisions.partner_id
            when 'commodity' then revisions.commodity_id
            else revisions.region_id
        end as code,
        coalesce(middles.compared_count, 0) as compared_count,
        coalesce(middles.usual_change, 0) as usual_change,
        greatest({{ least_points }}, {{ spread_count }} * coalesce(spreads.spread, 0)) as tolerance
    from revisions
    left join middles
        on {{ same('revisions', 'middles', ['first_document_id', 'latest_document_id']) }}
    left join spreads
        on {{ same('revisions', 'spreads', ['first_document_id', 'latest_document_id']) }}
    where revisions.list is not null
),

suggested as (
    select *
    from compared
    where change_low_pct - usual_change > tolerance or usual_change - change_high_pct > tolerance
)

select
    {{ columns_of('suggested', key_columns()) }},
    suggested.list,
    suggested.code,
    suggested.first_document_id as first_source_id,
    suggested.latest_document_id as latest_source_id,
    suggested.first_low,
    suggested.first_high,
    suggested.latest_low,
    suggested.latest_high,
    suggested.change_low_pct,
    suggested.change_high_pct,
    {{ point('suggested.usual_change') }} as usual_change_pct,
    {{ point('suggested.tolerance') }} as tolerance_pp,
    suggested.compared_count,
    breaks.code is not null as is_known_break,
    concat(
        'at least ',
        printf('%.1f', cast(least(abs(suggested.change_low_pct), abs(suggested.change_high_pct)) as double)),
        ' percent ', case when suggested.change_low_pct > 0 then 'more' else 'less' end, ' than published first; ',
        case
            when suggested.compared_count = 0 then 'the two documents have nothing else in common'
            else concat(
                'levels that the two documents have of what cannot be defined anew (', suggested.compared_count,
                ') changed by ', printf('%.1f', cast(suggested.usual_change as double)), ' percent in the middle'
            )
        end
    ) as reason_en
from suggested
left join {{ ref('definition_breaks') }} as breaks
    on
        suggested.list = breaks.list
        and suggested.code in (breaks.code, breaks.successor_code)
        and suggested.first_published_date < breaks.break_date
        and suggested.latest_published_date >= breaks.break_date
