select
    list,
    code,
    successor_code,
    break_date,
    name_en as break_name_en,
    what_changed,
    before_value,
    after_value,
    unit,
    period,
    source as break_source
from {{ ref('definition_breaks') }}
