{#-
Levels by every way they are known: stated, added up over flows or over the members of a joint subject, implied as the
base of a growth, or bounded by all statements of a document together; or added up from declarations. `is_independent` says that a level does not rest
on a growth, so that growth can be recomputed from it; of all ways, `preference` 1 is the best.
-#}
{% macro levels_of(statements, joint_subjects, joint_names, measures, deductions, declared) -%}
with stated as (
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        'stated' as origin,
        'stated' as rule,
        source_id,
        published_date as as_of_date
    from {{ statements }}
    where statistic = 'level'
),

flows_paired as (
    select
        {{ columns_of('one', key_columns() | reject('equalto', 'flow') | list) }},
        one.flow as one_flow,
        one.value as one_value,
        one.low as one_low,
        one.high as one_high,
        other.flow as other_flow,
        other.value as other_value,
        other.low as other_low,
        other.high as other_high,
        {{ latest_source('one', 'other') }} as source_id,
        greatest(one.as_of_date, other.as_of_date) as as_of_date
    from stated as one
    inner join stated as other on {{ same('one', 'other', key_columns(), ['flow']) }}
    where one.measure in ('value', 'quantity')
),

from_flows as (
    -- total = exports + imports
    select
        {{ columns_of('pair', subject_columns() | reject('equalto', 'flow') | list) }},
        'total' as flow,
        pair.unit,
        pair.period_start,
        pair.period_end,
        pair.one_value + pair.other_value as value,
        pair.one_low + pair.other_low as low,
        pair.one_high + pair.other_high as high,
        pair.source_id,
        pair.as_of_date
    from flows_paired as pair
    where pair.one_flow = 'export' and pair.other_flow = 'import'
    union all
    -- exports = total - imports, imports = total - exports
    select
        {{ columns_of('pair', subject_columns() | reject('equalto', 'flow') | list) }},
        case pair.other_flow when 'import' then 'export' else 'import' end as flow,
        pair.unit,
        pair.period_start,
        pair.period_end,
        case when pair.one_value < pair.other_value then 0 else pair.one_value - pair.other_value end as value,
        case when pair.one_low < pair.other_high then 0 else pair.one_low - pair.other_high end as low,
        pair.one_high - pair.other_low as high,
        pair.source_id,
        pair.as_of_date
    from flows_paired as pair
    where
        pair.one_flow = 'total'
        and pair.other_flow in ('export', 'import')
        -- A part above its total contradicts it: nothing follows.
        and (pair.one_high is null or pair.other_low is null or pair.one_high >= pair.other_low)
),

joint_members as (
    -- One joint dimension at a time: its members' levels, everything else the same.
    {% for list, column in [
        ('region', 'region_id'), ('partner', 'partner_id'), ('commodity', 'commodity_id'),
        ('ownership', 'ownership_id'), ('trade_mode', 'trade_mode_id')
    ] %}
    select
        {% for key in key_columns() -%}
        {{ 'joints.joint_id as ' ~ key if key == column else 'stated.' ~ key }},
        {% endfor -%}
        joints.joint_id,
        names.member_count,
        stated.value,
        stated.low,
        stated.high,
        stated.source_id,
        stated.as_of_date
    from {{ joint_subjects }} as joints
    inner join {{ joint_names }} as names
        on joints.list = names.list and joints.joint_id = names.joint_id
    inner join stated on joints.member_id = stated.{{ column }}
    inner join {{ measures }} as measures on stated.measure = measures.measure
    where joints.list = '{{ list }}' and measures.is_additive
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

dated_members as (
    select
        *,
        max(as_of_date) over (partition by {{ key_columns() | join(', ') }}, joint_id) as latest_date
    from joint_members
),

from_members as (
    select
        {{ key_columns() | join(', ') }},
        sum(value) as value,
        sum(low) as low,
        sum(high) as high,
        min(case when as_of_date = latest_date then source_id end) as source_id,
        max(as_of_date) as as_of_date
    from dated_members
    group by {{ key_columns() | join(', ') }}, joint_id, member_count
    -- Unless every member is known on both sides there is no sum.
    having count(*) = member_count and count(low) = member_count and count(high) = member_count
),

growths as (
    select
        {{ columns_of('growth', subject_columns() + ['unit', 'comparison_start', 'comparison_end']) }},
        growth.value,
        growth.low,
        growth.high,
        {{ level_of_growth('growth', 'stated') }},
        growth.source_id,
        growth.published_date
    from {{ statements }} as growth
    left join stated on {{ same('growth', 'stated', key_columns()) }}
    where growth.statistic = 'growth' and growth.flow <> 'balance'
),

bases as (
    -- A growth speaks of the base as restated at its release.
    select
        {{ columns_of('growths', subject_columns() + ['unit']) }},
        growths.comparison_start as period_start,
        growths.comparison_end as period_end,
        {{ point(base('growths.level', 'growths.value'), 2) }} as value,
        {{ outward_low(base('growths.level_low', 'growths.high'), 2) }} as low,
        {{ outward_high(base('growths.level_high', 'growths.low'), 2) }} as high,
        growths.source_id,
        growths.published_date as as_of_date
    from growths
    where growths.level_low is not null or growths.level_high is not null
),

deduced as (
    -- What the statements of a document bound on both sides together; of several documents the last one's.
    select
        {{ key_columns() | join(', ') }},
        low,
        high,
        origin,
        document_id as source_id,
        as_of_date
    from {{ deductions }}
    where
        statistic = 'level'
        and origin <> 'stated'
        -- A part of which nothing is known but that it is a part says nothing.
        and (low > 0 or flow = 'balance')
        and high is not null
        and unit <> 'unstated'
        -- What is left of a whole, and several that no source takes together, have no code of their own.
        and not {{ is_match('concat(region_id, partner_id, commodity_id, ownership_id, trade_mode_id)', '[~+]') }}
),

declared_levels as (
    -- Sums of declarations are exact. Of their many series those of headlines are taken, and those that a source
    -- speaks of.
    select
        {{ columns_of('every_declared', key_columns()) }},
        every_declared.value,
        every_declared.value as low,
        every_declared.value as high,
        every_declared.source_id,
        every_declared.as_of_date
    from {{ declared }} as every_declared
    left join (
        select distinct {{ (subject_columns() + ['unit']) | join(', ') }}
        from {{ statements }}
    ) as spoken_of on {{ same('every_declared', 'spoken_of', subject_columns() + ['unit']) }}
    where every_declared.is_headline or spoken_of.region_id is not null
),

every_way as (
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        origin,
        rule,
        source_id,
        as_of_date,
        1 as preference
    from stated
    union all
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        'computed' as origin,
        'declarations' as rule,
        source_id,
        as_of_date,
        2 as preference
    from declared_levels
    union all
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        'computed' as origin,
        'flows' as rule,
        source_id,
        as_of_date,
        3 as preference
    from from_flows
    union all
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        'computed' as origin,
        'members' as rule,
        source_id,
        as_of_date,
        4 as preference
    from from_members
    union all
    select
        {{ key_columns() | join(', ') }},
        value,
        low,
        high,
        'computed' as origin,
        'base of growth' as rule,
        source_id,
        as_of_date,
        5 as preference
    from bases
    union all
    select
        {{ key_columns() | join(', ') }},
        null as value,
        low,
        high,
        origin,
        'deduction' as rule,
        source_id,
        as_of_date,
        6 as preference
    from deduced
)

select
    {{ key_columns() | join(', ') }},
    -- Sums are wider than what was added.
    cast(value as {{ bound_type() }}) as value,
    cast(low as {{ bound_type() }}) as low,
    cast(high as {{ bound_type() }}) as high,
    origin,
    rule,
    source_id,
    as_of_date,
    rule not in ('base of growth', 'deduction') as is_independent,
    row_number() over (
        partition by {{ key_columns() | join(', ') }}
        order by
            preference asc,
            as_of_date desc,
            case when low is null or high is null then 1 else 0 end asc,
            high - low asc,
            source_id asc
    ) as preference
from every_way
{%- endmacro %}

{#- The best known level of each series and period: the columns of fct_levels. -#}
{% macro best_levels(levels) -%}
select
    {{ key_columns() | join(', ') }},
    value,
    low,
    high,
    origin,
    rule,
    source_id,
    as_of_date
from {{ levels }}
where preference = 1
{%- endmacro %}
