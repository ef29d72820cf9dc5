select
    trade_mode_id,
    name_en as trade_mode_name_en,
    name_zh as trade_mode_name_zh,
    customs_code,
    kind as trade_mode_kind,
    parent_trade_mode_id,
    source as code_source
from {{ ref('trade_modes') }}
union all
select
    joint_id as trade_mode_id,
    name_en as trade_mode_name_en,
    name_zh as trade_mode_name_zh,
    null as customs_code,
    'joint' as trade_mode_kind,
    null as parent_trade_mode_id,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'trade_mode'
union all
select
    'UNMAPPED' as trade_mode_id,
    'Not in the code list' as trade_mode_name_en,
    '未列入代码表' as trade_mode_name_zh,
    null as customs_code,
    'unmapped' as trade_mode_kind,
    null as parent_trade_mode_id,
    'Customhouse' as code_source
