-- A level that a source states, of mapped names, whose series and period fct_levels does not hold as stated.
{{ config(meta={'dagster': {'ref': {'name': 'fct_levels'}}}) }}

select
    figures.figure_id,
    figures.source_id,
    figures.value
from {{ ref('fct_figures') }} as figures
left join {{ ref('fct_levels') }} as levels
    on
        {{ same('figures', 'levels', subject_columns() + ['period_start', 'period_end']) }}
        and figures.series_unit = levels.unit
        and levels.origin = 'stated'
where
    figures.statistic = 'level'
    and {{ is_stated_of_a_series('figures') }}
    and levels.region_id is null
