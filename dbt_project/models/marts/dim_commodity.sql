select
    commodity_id,
    name_en as commodity_name_en,
    name_zh as commodity_name_zh,
    classification,
    level as commodity_level,
    parent_commodity_id,
    coalesce(is_group_overlapping, false) as is_group_overlapping,
    source as code_source
from {{ ref('commodities') }}
union all
select
    joint_id as commodity_id,
    name_en as commodity_name_en,
    name_zh as commodity_name_zh,
    'CUSTOMS' as classification,
    'joint' as commodity_level,
    null as parent_commodity_id,
    true as is_group_overlapping,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'commodity'
union all
select
    'UNMAPPED' as commodity_id,
    'Not in the code list' as commodity_name_en,
    '未列入代码表' as commodity_name_zh,
    'unmapped' as classification,
    'unmapped' as commodity_level,
    null as parent_commodity_id,
    false as is_group_overlapping,
    'Customhouse' as code_source
