select
    source_id,
    reporter_id,
    flow,
    month,
    rows,
    value_cny,
    value_usd,
    published_date,
    is_current
from {{ source('customs', 'vintages') }}
