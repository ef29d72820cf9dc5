-- Names of joint subjects, made of their members' names.
select
    list,
    joint_id,
    {{ listagg('member_name_en', "' and '", 'order by member_id') }} as name_en,
    {{ listagg("coalesce(member_name_zh, member_name_en)", "'和'", 'order by member_id') }} as name_zh,
    count(*) as member_count
from {{ ref('int_joint_subjects') }}
group by list, joint_id
