select
    flow,
    name_en as flow_name_en,
    name_zh as flow_name_zh,
    is_partition_member,
    definition
from {{ ref('flows') }}
union all
select
    '' as flow,
    'No flow' as flow_name_en,
    '不适用' as flow_name_zh,
    false as is_partition_member,
    'Of counts, such as enterprises or trains, which do not flow.' as definition
