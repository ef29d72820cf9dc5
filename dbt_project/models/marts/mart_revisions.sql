-- Levels that more than one document states or implies: what was known first beside what is known last.
select
    {{ key_columns() | join(', ') }},
    first_document_id as first_source_id,
    first_id as first_deduced_id,
    first_low,
    first_high,
    latest_document_id as latest_source_id,
    latest_id as latest_deduced_id,
    latest_low,
    latest_high,
    change_low_pct,
    change_high_pct,
    is_explained_by_rounding
from {{ ref('stg_deduction__revisions') }}
