{#- The members of the joint subjects ("A and B together") that figures speak of: their ids join the members' by +. -#}
{% macro joint_members_of(figures) -%}
    {% set lists = [
        ('region', 'region_id'), ('partner', 'partner_id'), ('commodity', 'commodity_id'), ('ownership', 'ownership_id'),
        ('trade_mode', 'trade_mode_id')
    ] %}
    select
        joints.list,
        joints.joint_id,
        {{ part_of('joints.joint_id', '+') }} as member_id
    from (
        {% for list, column in lists %}
        select distinct
            '{{ list }}' as list,
            {{ column }} as joint_id
        from {{ figures }}
        where {{ column }} like '%+%'
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as joints
{%- endmacro %}
