{#-
Growth of every series and period, stated and recomputed, with level and base: one row a series, period and span of
comparison. `every_level` are the levels by every way.
-#}
{% macro growth_of(every_level, statements) -%}
with levels as (
    select * from {{ every_level }}
    where preference = 1
),

stated as (
    select * from {{ statements }}
    where statistic = 'growth' and flow <> 'balance'
),

comparable as (
    -- Pairs of levels a year apart that both stand on their own. A group whose definition changed has another code
    -- after the change, so no growth is computed across a break.
    select
        {{ columns_of('now', key_columns()) }},
        {{ year_before('now.period_start') }} as comparison_start,
        {{ year_before('now.period_end') }} as comparison_end
    from levels as now
    where now.is_independent and now.flow <> 'balance'
),

spans as (
    select
        {{ key_columns() | join(', ') }},
        comparison_start,
        comparison_end
    from stated
    union
    select
        {{ columns_of('comparable', key_columns()) }},
        comparable.comparison_start,
        comparable.comparison_end
    from comparable
    inner join levels as former
        on
            {{ same('comparable', 'former', subject_columns() + ['unit']) }}
            and comparable.comparison_start = former.period_start
            and comparable.comparison_end = former.period_end
    where former.is_independent
),

together as (
    select
        {{ columns_of('spans', key_columns()) }},
        spans.comparison_start,
        spans.comparison_end,
        {{ level_of_growth('stated', 'now') }},
        former.value as former_value,
        former.low as former_low,
        former.high as former_high,
        stated.value as stated_value,
        stated.low as stated_low,
        stated.high as stated_high,
        stated.figure_id as stated_figure_id,
        stated.figure_id is not null as is_stated,
        -- The base that a stated growth speaks of is the restated one; else the one published at the time.
        stated.figure_id is not null and coalesce(stated.own_level_low, now.low) is not null as is_base_implied,
        coalesce(stated.source_id, {{ latest_source('now', 'former') }}) as source_id
    from spans
    left join stated
        on
            {{ same('spans', 'stated', key_columns()) }}
            and spans.comparison_start = stated.comparison_start
            and spans.comparison_end = stated.comparison_end
    left join levels as now
        on {{ same('spans', 'now', key_columns()) }} and now.is_independent
    left join levels as former
        on
            {{ same('spans', 'former', subject_columns() + ['unit']) }}
            and spans.comparison_start = former.period_start
            and spans.comparison_end = former.period_end
            and former.is_independent
),

computed as (
    select
        together.*,
        {{ point(growth('level', 'former_value')) }} as recomputed_value,
        {{ outward_low(growth_low('level_low', 'former_low', 'former_high')) }} as recomputed_low,
        {{ outward_high(growth_high('level_high', 'former_low')) }} as recomputed_high,
        {{ point(base('level', 'stated_value'), 2) }} as implied_base,
        {{ outward_low(base('level_low', 'stated_high'), 2) }} as implied_base_low,
        {{ outward_high(base('level_high', 'stated_low'), 2) }} as implied_base_high
    from together
)

select
    {{ key_columns() | join(', ') }},
    comparison_start,
    comparison_end,
    level,
    level_low,
    level_high,
    case when is_base_implied then implied_base else former_value end as base,
    case when is_base_implied then implied_base_low else former_low end as base_low,
    case when is_base_implied then implied_base_high else former_high end as base_high,
    case
        when is_base_implied then 'implied'
        when former_low is not null then 'published'
    end as base_origin,
    former_low as published_base_low,
    former_high as published_base_high,
    case when is_stated then stated_value else recomputed_value end as growth_pct,
    case when is_stated then stated_low else recomputed_low end as growth_low_pct,
    case when is_stated then stated_high else recomputed_high end as growth_high_pct,
    stated_value as stated_growth_pct,
    recomputed_low as recomputed_growth_low_pct,
    recomputed_high as recomputed_growth_high_pct,
    -- What was added, from level and growth where the growth is stated (their common base makes it narrower), else from
    -- the two levels.
    case
        when is_stated then {{ change('level', 'stated_value') }}
        else {{ as_double('level') }} - {{ as_double('former_value') }}
    end as change,
    case
        when is_stated then {{ change_low('level_low', 'level_high', 'stated_low') }}
        else {{ as_double('level_low') }} - {{ as_double('former_high') }}
    end as change_low,
    case
        when is_stated then {{ change_high('level_low', 'level_high', 'stated_high') }}
        else {{ as_double('level_high') }} - {{ as_double('former_low') }}
    end as change_high,
    case when is_stated then 'stated' else 'computed' end as origin,
    stated_figure_id,
    source_id
from computed
{%- endmacro %}

{#- Growth with what it contributes to that of its whole: the columns of mart_growth. -#}
{% macro growth_with_contribution(every_growth, measures) -%}
with growth as (
    select
        growth.*,
        case
            when not measures.is_additive then null
            when
                growth.partner_id <> 'WORLD'
                or growth.commodity_id <> 'TOTAL'
                or growth.ownership_id <> 'ALL'
                or growth.trade_mode_id <> 'ALL'
                then growth.flow
            when growth.flow in ('export', 'import') then 'total'
        end as whole_flow
    from {{ every_growth }} as growth
    inner join {{ measures }} as measures on growth.measure = measures.measure
),

with_whole as (
    -- The whole of a contribution: the region's trade with all partners, of all goods, owners and modes, in the same
    -- flow; of all exports and of all imports it is the total.
    select
        growth.*,
        whole.base_low as whole_base_low,
        whole.base_high as whole_base_high,
        {{ percent('growth.change', 'whole.base') }} as contribution
    from growth
    left join growth as whole
        on
            growth.region_id = whole.region_id
            and growth.whole_flow = whole.flow
            and {{ same('growth', 'whole', ['measure', 'unit', 'period_start', 'period_end']) }}
            and growth.comparison_start = whole.comparison_start
            and growth.comparison_end = whole.comparison_end
            and whole.partner_id = 'WORLD'
            and whole.commodity_id = 'TOTAL'
            and whole.ownership_id = 'ALL'
            and whole.trade_mode_id = 'ALL'
)

select
    {{ key_columns() | join(', ') }},
    comparison_start,
    comparison_end,
    level,
    level_low,
    level_high,
    cast(base as {{ bound_type() }}) as base,
    base_low,
    base_high,
    base_origin,
    published_base_low,
    published_base_high,
    growth_pct,
    growth_low_pct,
    growth_high_pct,
    stated_growth_pct,
    recomputed_growth_low_pct,
    recomputed_growth_high_pct,
    {{ point('contribution') }} as contribution_pp,
    {{ outward_low(percent_low('change_low', 'whole_base_low', 'whole_base_high')) }} as contribution_low_pp,
    {{ outward_high(percent_high('change_high', 'whole_base_low', 'whole_base_high')) }} as contribution_high_pp,
    origin,
    stated_figure_id,
    source_id
from with_whole
{%- endmacro %}
