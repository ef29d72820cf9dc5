select
    partner_id,
    country_id as member_partner_id,
    basis,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    is_disputed,
    source as membership_source,
    remark
from {{ ref('partner_group_members') }}
union all
select
    joint_id as partner_id,
    member_id as member_partner_id,
    'joint' as basis,
    null as valid_from_date,
    null as valid_to_date,
    false as is_disputed,
    'Customhouse' as membership_source,
    null as remark
from {{ ref('int_joint_subjects') }}
where list = 'partner'
