-- Every part and whole whose share is stated or can be computed: one row a part, period and reference.
{#- mart_share alone reads it, and has the same rows: a table between the two would be written for nothing. -#}
{{ config(materialized='view') }}
{#- What is known of a part, and of its whole. -#}
{% set facts = ['value', 'low', 'high', 'source_id', 'as_of_date', 'growth', 'growth_low', 'growth_high'] %}
{% set facts_of_both = [] %}
{% for fact in facts %}{% do facts_of_both.extend(['part_' ~ fact, 'whole_' ~ fact]) %}{% endfor %}
with growths as (
    select * from {{ ref('int_growth') }}
    where
        comparison_start = {{ year_before('period_start') }}
        and comparison_end = {{ year_before('period_end') }}
),

known as (
    -- Level and growth of a series and period are brought together once, and not for each share that it is in.
    select
        {% for column in key_columns() -%}
        coalesce(levels.{{ column }}, growths.{{ column }}) as {{ column }},
        {% endfor -%}
        levels.preference is not null as has_level,
        levels.value,
        levels.low,
        levels.high,
        levels.source_id,
        levels.as_of_date,
        growths.growth_pct as growth,
        growths.growth_low_pct as growth_low,
        growths.growth_high_pct as growth_high
    from (
        select * from {{ ref('int_levels') }}
        where preference = 1
    ) as levels
    full outer join growths on {{ same('levels', 'growths', key_columns()) }}
),

additive as (
    select known.*
    from known
    inner join {{ ref('measures') }} as measures on known.measure = measures.measure
    where known.has_level and measures.is_additive and known.flow <> 'balance'
),

stated as (
    select
        statements.*,
        {{ share_reference('statements', 'whole') }} as share_reference
    from {{ ref('int_statements') }} as statements
    where statements.statistic in ('share', 'share_change')
),

-- Wholes: one dimension widened at a time, the rest the same. What has no flow is no part of a total of flows.
computable as (
    {% for column, whole in [
        ('partner_id', 'WORLD'), ('commodity_id', 'TOTAL'), ('ownership_id', 'ALL'), ('trade_mode_id', 'ALL'),
        ('flow', 'total')
    ] %}
    select
        {{ columns_of('part', key_columns()) }},
        {{ whole_columns('part', 'whole', column) }},
        {{ facts_of('part', 'whole', facts) }}
    from additive as part
    inner join additive as whole
        on {{ same('part', 'whole', key_columns(), [column]) }}
    where
        whole.{{ column }} = '{{ whole }}'
        and part.{{ column }} not in ('', '{{ whole }}')
    union all
    {% endfor %}
    select
        {{ columns_of('part', key_columns()) }},
        {{ whole_columns('part', 'whole', 'region_id') }},
        {{ facts_of('part', 'whole', facts) }}
    from additive as part
    inner join {{ ref('int_regions') }} as regions on part.region_id = regions.region_id
    inner join additive as whole
        on
            {{ same('part', 'whole', key_columns(), ['region_id']) }}
            and regions.parent_region_id = whole.region_id
),

computed as (
    select
        computable.*,
        {{ share_reference('computable', 'whole') }} as reference
    from computable
),

stated_alone as (
    -- Those that no two levels give.
    select distinct
        {{ columns_of('stated', key_columns()) }},
        stated.whole_region_id,
        stated.whole_partner_id,
        stated.whole_commodity_id,
        stated.whole_flow,
        stated.whole_ownership_id,
        stated.whole_trade_mode_id,
        stated.whole_measure,
        stated.share_reference as reference
    from stated
    left join computed
        on {{ same('stated', 'computed', key_columns()) }} and stated.share_reference = computed.reference
    where computed.reference is null
),

parts as (
    select
        {{ columns_of('computed', key_columns()) }},
        computed.reference,
        {{ columns_of('computed', facts_of_both) }}
    from computed
    union all
    select
        {{ columns_of('stated_alone', key_columns()) }},
        stated_alone.reference,
        {{ facts_of('part', 'whole', facts) }}
    from stated_alone
    left join known as part on {{ same('stated_alone', 'part', key_columns()) }}
    left join known as whole on {{ is_whole_of('stated_alone', 'whole') }}
)

select
    {{ columns_of('parts', key_columns()) }},
    parts.reference,
    parts.part_value,
    parts.part_low,
    parts.part_high,
    parts.whole_value,
    parts.whole_low,
    parts.whole_high,
    share.value as stated_share,
    share.low as stated_share_low,
    share.high as stated_share_high,
    share.figure_id as stated_share_figure_id,
    change.value as stated_change,
    change.low as stated_change_low,
    change.high as stated_change_high,
    change.figure_id as stated_change_figure_id,
    parts.part_growth,
    parts.part_growth_low,
    parts.part_growth_high,
    parts.whole_growth,
    parts.whole_growth_low,
    parts.whole_growth_high,
    coalesce(
        share.source_id,
        change.source_id,
        case
            when parts.whole_as_of_date > parts.part_as_of_date then parts.whole_source_id
            else coalesce(parts.part_source_id, parts.whole_source_id)
        end
    ) as source_id
from parts
left join stated as share
    on
        share.statistic = 'share'
        and {{ same('parts', 'share', key_columns()) }}
        and parts.reference = share.share_reference
left join stated as change
    on
        change.statistic = 'share_change'
        and {{ same('parts', 'change', key_columns()) }}
        and parts.reference = change.share_reference
        and change.comparison_start = {{ year_before('parts.period_start') }}
        and change.comparison_end = {{ year_before('parts.period_end') }}
