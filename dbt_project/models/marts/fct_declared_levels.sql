select
    {{ key_columns() | join(', ') }},
    value,
    line_count,
    source_id,
    as_of_date
from {{ ref('int_declared_levels') }}
