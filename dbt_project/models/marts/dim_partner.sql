select
    partner_id,
    name_en as partner_name_en,
    name_zh as partner_name_zh,
    partner_kind,
    continent,
    base_partner_id,
    is_without_reporter,
    definition,
    code_source
from {{ ref('int_partners') }}
union all
select
    joint_id as partner_id,
    name_en as partner_name_en,
    name_zh as partner_name_zh,
    'joint' as partner_kind,
    null as continent,
    null as base_partner_id,
    false as is_without_reporter,
    'Several partners that a source takes together.' as definition,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'partner'
union all
select
    'UNMAPPED' as partner_id,
    'Not in the code list' as partner_name_en,
    '未列入代码表' as partner_name_zh,
    'unmapped' as partner_kind,
    null as continent,
    null as base_partner_id,
    false as is_without_reporter,
    'A name that no code list knows; its text stands in fct_figures.' as definition,
    'Customhouse' as code_source
