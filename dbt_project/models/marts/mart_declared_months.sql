select
    source_id,
    reporter_id,
    flow,
    month as period_start,
    cast({{ last_day('month', 'month') }} as date) as period_end,
    published_date,
    is_current,
    cast(rows as bigint) as line_count,
    cast(value_cny as decimal(18, 4)) as value_cny,
    cast(value_usd as decimal(18, 4)) as value_usd
from {{ ref('stg_customs__vintages') }}
