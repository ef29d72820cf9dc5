-- What the other figures of its document say of each figure that is read: the interval that it states beside the one
-- that follows from the others.
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
