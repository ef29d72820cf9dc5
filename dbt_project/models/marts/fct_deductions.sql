select
    deduced_id,
    document_id as source_id,
    as_of_date,
    statistic,
    {{ key_columns() | join(', ') }},
    comparison_start,
    comparison_end,
    reference,
    low,
    high,
    origin,
    is_across_vintages
from {{ ref('stg_deduction__figures') }}
