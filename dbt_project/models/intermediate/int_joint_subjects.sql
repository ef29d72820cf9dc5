-- Joint subjects ("A and B together") that figures speak of, one row a member: their ids join the members' ids by +.
with joints as (
    {{ joint_members_of(ref('int_figures')) }}
),

codes as (
    select
        'region' as list,
        region_id as code,
        name_en,
        name_zh
    from {{ ref('int_regions') }}
    union all
    select
        'partner' as list,
        partner_id as code,
        name_en,
        name_zh
    from {{ ref('int_partners') }}
    union all
    select
        'commodity' as list,
        commodity_id as code,
        name_en,
        name_zh
    from {{ ref('commodities') }}
    union all
    select
        'ownership' as list,
        ownership_id as code,
        name_en,
        name_zh
    from {{ ref('ownerships') }}
    union all
    select
        'trade_mode' as list,
        trade_mode_id as code,
        name_en,
        name_zh
    from {{ ref('trade_modes') }}
)

select
    joints.list,
    joints.joint_id,
    codes.code as member_id,
    codes.name_en as member_name_en,
    codes.name_zh as member_name_zh
from joints
inner join codes on joints.list = codes.list and joints.member_id = codes.code
