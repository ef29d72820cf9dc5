select
    reporter_id,
    flow,
    month,
    path,
    lines_key,
    rows,
    value_cny,
    value_usd,
    value_cny_source_id,
    value_usd_source_id
from {{ source('customs', 'months') }}
