-- The same span a year before stands beside each level: sums of declarations are exact, and so is their growth.
select
    {{ columns_of('levels', key_columns()) }},
    levels.value,
    former.value as base,
    {{ point(growth('levels.value', 'former.value')) }} as growth_pct,
    levels.line_count,
    levels.is_headline,
    levels.source_id,
    levels.as_of_date
from {{ ref('int_declared_levels') }} as levels
left join {{ ref('int_declared_levels') }} as former
    on
        {{ same('levels', 'former', subject_columns() + ['unit']) }}
        and former.period_start = {{ year_before('levels.period_start') }}
        and former.period_end = {{ year_before('levels.period_end') }}
