select
    region_id,
    name_en as region_name_en,
    name_zh as region_name_zh,
    region_kind,
    parent_region_id,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    successor_region_id,
    area,
    code_source
from {{ ref('int_regions') }}
union all
select
    joint_id as region_id,
    name_en as region_name_en,
    name_zh as region_name_zh,
    'joint' as region_kind,
    null as parent_region_id,
    null as valid_from_date,
    null as valid_to_date,
    null as successor_region_id,
    null as area,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'region'
union all
select
    'UNMAPPED' as region_id,
    'Not in the code list' as region_name_en,
    '未列入代码表' as region_name_zh,
    'unmapped' as region_kind,
    null as parent_region_id,
    null as valid_from_date,
    null as valid_to_date,
    null as successor_region_id,
    null as area,
    'Customhouse' as code_source
