-- A share that a source states, with names that the code lists know, whose part, period and whole mart_share does not
-- hold as stated: it was lost on the way.
{{ config(meta={'dagster': {'ref': {'name': 'mart_share'}}}) }}

with stated as (
    select
        figures.*,
        {{ named_whole('figures', 'figures.reference') }}
    from {{ ref('fct_figures') }} as figures
    where figures.statistic = 'share' and figures.status = 'read' and {{ is_mapped('figures') }}
)

select
    stated.figure_id,
    stated.source_id,
    stated.reference,
    stated.value
from stated
left join {{ ref('mart_share') }} as shares
    on
        {{ same('stated', 'shares', subject_columns() + ['period_start', 'period_end']) }}
        and stated.series_unit = shares.unit
        and {{ share_reference('stated', 'stated.whole') }} = shares.reference
        and shares.stated_share_figure_id is not null
where shares.stated_share_figure_id is null
