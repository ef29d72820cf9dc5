{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('span_key', ref('int_customs_spans')) }}"
) }}
with levels as (
    select
        levels.region_id,
        levels.partner_id,
        levels.commodity_id,
        levels.flow,
        levels.unit,
        levels.period_start,
        levels.period_end,
        levels.value,
        levels.source_id,
        levels.span_key,
        levels.region_id = spans.reporter_id as is_reporter
    from {{ ref('fct_declared_levels') }} as levels
    inner join {{ ref('int_customs_spans') }} as spans on levels.span_key = spans.span_key
    where
        levels.measure = 'value'
        and levels.trade_mode_id = 'ALL'
        and levels.span_key in (
            select missing.span_key from {{ ref('int_customs_spans') }} as missing
            where missing.amount <> 'quantity' and {{ is_to_be_built('span_key') }}
        )
),

members as (
    {% for dimension, code, condition in [
        ('partner', 'partner_id', "partner_id <> 'WORLD' and commodity_id = 'TOTAL'"),
        ('chapter', 'commodity_id', "partner_id = 'WORLD' and length(commodity_id) = 2"),
        (
            'tariff_line', 'commodity_id',
            "is_reporter and partner_id = 'WORLD' and commodity_id <> 'TOTAL' and length(commodity_id) > 4"
        ),
    ] %}
    select
        span_key,
        region_id,
        '{{ dimension }}' as dimension,
        {{ code }} as member_id,
        value
    from levels
    where value > 0 and {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ordered as (
    select
        *,
        sum(value) over (partition by span_key, region_id, dimension) as members_value,
        row_number() over (partition by span_key, region_id, dimension order by value desc, member_id asc) as place
    from members
),

concentrated as (
    select
        span_key,
        region_id,
        dimension,
        max(members_value) as members_value,
        count(*) as member_count,
        sum(power({{ as_double('value') }} / {{ as_double('members_value') }}, 2)) as hhi,
        {% for count in [1, 3, 5, 10] -%}
        {{ percent('sum(case when place <= ' ~ count ~ ' then value else 0 end)', 'max(members_value)') }}
            as top_{{ count }}_share,
        {% endfor -%}
        max(case when place = 1 then member_id end) as largest_member_id
    from ordered
    group by span_key, region_id, dimension
)

select
    concentrated.region_id,
    wholes.flow,
    wholes.unit,
    wholes.period_start,
    wholes.period_end,
    concentrated.dimension,
    {{ point('concentrated.hhi') }} as hhi,
    {{ point('1 / concentrated.hhi') }} as equivalent_number,
    concentrated.member_count,
    {% for count in [1, 3, 5, 10] -%}
    {{ point('concentrated.top_' ~ count ~ '_share') }} as top_{{ count }}_share_pct,
    {% endfor -%}
    concentrated.largest_member_id,
    {{ bound('concentrated.members_value') }} as members_value,
    wholes.value as whole_value,
    {{ point(percent('concentrated.members_value', 'wholes.value')) }} as coverage_pct,
    wholes.source_id,
    wholes.span_key
from concentrated
inner join levels as wholes
    on
        concentrated.span_key = wholes.span_key
        and concentrated.region_id = wholes.region_id
        and wholes.partner_id = 'WORLD'
        and wholes.commodity_id = 'TOTAL'
