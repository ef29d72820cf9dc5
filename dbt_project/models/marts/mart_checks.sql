-- What the other figures of its document, and the declarations, say of each figure that is read: the interval that it
-- states beside the one that follows from them.
select
    {{ columns_of('figures', subject_columns()) }},
    figures.series_unit as unit,
    figures.period_start,
    figures.period_end,
    checks.figure_id,
    checks.source_id,
    figures.statistic,
    checks.rule,
    checks.verdict,
    checks.stated_low,
    checks.stated_high,
    checks.implied_low as recomputed_low,
    checks.implied_high as recomputed_high,
    checks.distance_in_last_digits,
    checks.is_culprit,
    checks.fitting_wholes
from {{ ref('stg_deduction__checks') }} as checks
inner join {{ ref('int_figures') }} as figures on checks.figure_id = figures.figure_id
union all
-- Levels that a source states beside those that the declarations add up to.
select
    {{ columns_of('figures', subject_columns()) }},
    figures.series_unit as unit,
    figures.period_start,
    figures.period_end,
    figures.figure_id,
    figures.source_id,
    figures.statistic,
    'declarations' as rule,
    case
        when declared.value < figures.low or declared.value > figures.high then 'inconsistent'
        else 'consistent'
    end as verdict,
    figures.low as stated_low,
    figures.high as stated_high,
    declared.value as recomputed_low,
    declared.value as recomputed_high,
    case
        when declared.value < figures.low
            then {{ in_last_digits('figures.low - declared.value', 'figures') }}
        when declared.value > figures.high
            then {{ in_last_digits('declared.value - figures.high', 'figures') }}
        else 0
    end as distance_in_last_digits,
    false as is_culprit,
    {{ no_texts() }} as fitting_wholes
from {{ ref('int_figures') }} as figures
inner join {{ ref('fct_declared_levels') }} as declared
    on
        {{ same('figures', 'declared', subject_columns() + ['period_start', 'period_end']) }}
        and figures.series_unit = declared.unit
where figures.status = 'read' and figures.statistic = 'level'
