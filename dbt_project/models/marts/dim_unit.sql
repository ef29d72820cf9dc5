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
union all
-- Units that customs' tables print and no code list has: each is its own name.
select distinct
    codes.id as unit,
    codes.id as unit_name_en,
    codes.id as unit_name_zh,
    'customs' as unit_kind
from {{ ref('stg_customs__codes') }} as codes
where codes.list = 'unit' and codes.id not in (select listed.unit from {{ ref('units') }} as listed)
