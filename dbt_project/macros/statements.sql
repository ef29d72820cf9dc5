{#-
What is held to be stated: of several figures for one thing, the one that is more than a bound, then the one published
last (the latest figure prevails), then the narrowest. Figures with a name that no code list knows are left out: it is
not known which series they belong to. `figures` are those of int_figures, or as many of them as were published by a
day.
-#}
{% macro statements_of(figures) -%}
with figures as (
    {{ comparable_figures(figures, where='every_figure.is_mapped') }}
),

ordered as (
    select
        figures.*,
        row_number() over (
            partition by {{ columns_of('figures', statement_columns()) }}
            order by
                case when figures.qualifier in ('exact', 'about') then 0 else 1 end asc,
                figures.published_date desc,
                case when figures.low is null or figures.high is null then 1 else 0 end asc,
                figures.high - figures.low asc,
                -- Where files of one document say the same, the one that a person keyed in is pointed to.
                case when figures.source_kind = 'sheets' then 0 else 1 end asc,
                figures.figure_id asc
        ) as preference
    from figures
),

-- The level that a source states beside its growth: the growth is of this one, whatever is published later.
source_levels as (
    select
        figures.*,
        row_number() over (
            partition by
                figures.source_id,
                {{ columns_of('figures', subject_columns()) }},
                figures.series_unit,
                figures.period_start,
                figures.period_end
            order by
                case when figures.qualifier in ('exact', 'about') then 0 else 1 end asc,
                figures.high - figures.low asc,
                figures.figure_id asc
        ) as preference
    from figures
    where figures.statistic = 'level'
)

select
    stated.figure_id,
    stated.source_id,
    stated.published_date,
    stated.statistic,
    {{ columns_of('stated', subject_columns()) }},
    stated.series_unit as unit,
    stated.period_start,
    stated.period_end,
    stated.compared_start as comparison_start,
    stated.compared_end as comparison_end,
    -- A bound ("over 90 percent") is no point: only its low or high is known.
    case when stated.qualifier in ('exact', 'about') then stated.value end as value,
    stated.low,
    stated.high,
    stated.whole_measure,
    stated.whole_region_id,
    stated.whole_partner_id,
    stated.whole_commodity_id,
    stated.whole_flow,
    stated.whole_ownership_id,
    stated.whole_trade_mode_id,
    stated.ranked_by,
    case when own.qualifier in ('exact', 'about') then own.value end as own_level,
    own.low as own_level_low,
    own.high as own_level_high
from ordered as stated
left join source_levels as own
    on
        stated.statistic = 'growth'
        and own.preference = 1
        and stated.source_id = own.source_id
        and stated.series_unit = own.series_unit
        and {{ same('stated', 'own', subject_columns() + ['period_start', 'period_end']) }}
where stated.preference = 1
{%- endmacro %}
