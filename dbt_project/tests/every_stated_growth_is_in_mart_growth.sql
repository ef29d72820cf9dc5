-- A growth that a source states (not of a balance, which has none), with names that the code lists know, whose series,
-- period and span compared with mart_growth does not hold as stated: it was lost on the way.
{{ config(meta={'dagster': {'ref': {'name': 'mart_growth'}}}) }}

select
    figures.figure_id,
    figures.source_id,
    figures.value
from {{ ref('fct_figures') }} as figures
left join {{ ref('mart_growth') }} as growth
    on
        {{ same('figures', 'growth', subject_columns() + ['period_start', 'period_end']) }}
        and {{ same('figures', 'growth', ['comparison_start', 'comparison_end']) }}
        and figures.series_unit = growth.unit
        and growth.origin = 'stated'
where
    figures.statistic = 'growth'
    and figures.flow <> 'balance'
    and figures.status = 'read'
    and {{ is_mapped('figures') }}
    and growth.origin is null
