select
    commodity_id,
    member_commodity_id,
    basis,
    source as membership_source
from {{ ref('commodity_group_members') }}
union all
select
    joint_id as commodity_id,
    member_id as member_commodity_id,
    'joint' as basis,
    'Customhouse' as membership_source
from {{ ref('int_joint_subjects') }}
where list = 'commodity'
