select
    ownership_id,
    name_en as ownership_name_en,
    name_zh as ownership_name_zh,
    is_partition_member,
    source as code_source
from {{ ref('ownerships') }}
union all
select
    joint_id as ownership_id,
    name_en as ownership_name_en,
    name_zh as ownership_name_zh,
    false as is_partition_member,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'ownership'
union all
select
    'UNMAPPED' as ownership_id,
    'Not in the code list' as ownership_name_en,
    '未列入代码表' as ownership_name_zh,
    false as is_partition_member,
    'Customhouse' as code_source
