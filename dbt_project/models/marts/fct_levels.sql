select
    {{ key_columns() | join(', ') }},
    value,
    low,
    high,
    origin,
    rule,
    source_id,
    as_of_date
from {{ ref('int_levels') }}
where preference = 1
