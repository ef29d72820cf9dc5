-- A level that a source states, with names that the code lists know, whose series and period fct_levels does not hold
-- as stated: it was lost on the way.
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
    and figures.status = 'read'
    and {{ is_mapped('figures') }}
    and levels.origin is null
