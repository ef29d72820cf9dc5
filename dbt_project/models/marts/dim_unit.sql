select
    unit,
    name_en as unit_name_en,
    name_zh as unit_name_zh,
    kind as unit_kind
from {{ ref('units') }}
union all
select
    'unstated' as unit,
    'Not stated' as unit_name_en,
    '未注明' as unit_name_zh,
    'unstated' as unit_kind
