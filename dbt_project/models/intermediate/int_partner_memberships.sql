-- Who belongs to which group of partners, and when: the memberships of the code list, and those of groups that are
-- another group without the reporter.
select
    partner_id,
    country_id as member_partner_id,
    basis,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    false as is_without_reporter
from {{ ref('partner_group_members') }}
union all
select
    groups.partner_id,
    members.country_id as member_partner_id,
    members.basis,
    members.valid_from as valid_from_date,
    members.valid_to as valid_to_date,
    groups.is_without_reporter
from {{ ref('int_partners') }} as groups
inner join {{ ref('partner_group_members') }} as members on groups.base_partner_id = members.partner_id
