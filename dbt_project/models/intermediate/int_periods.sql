-- Every span that a figure covers or compares with, stated or deduced.
with spans as (
    select
        period_start,
        period_end
    from {{ ref('int_figures') }}
    where period_start is not null
    union
    select
        comparison_start as period_start,
        comparison_end as period_end
    from {{ ref('int_figures') }}
    where comparison_start is not null
    union
    select
        period_start,
        period_end
    from {{ ref('stg_deduction__figures') }}
    union
    select
        period_start,
        period_end
    from {{ ref('fct_declared_levels') }}
    union
    select
        {{ year_before('period_start') }} as period_start,
        {{ year_before('period_end') }} as period_end
    from {{ ref('int_figures') }}
    where period_start is not null
)

select
    period_start,
    period_end,
    extract(year from period_start) as first_year,
    extract(month from period_start) as first_month,
    extract(year from period_end) as last_year,
    extract(month from period_end) as last_month,
    (extract(year from period_end) - extract(year from period_start)) * 12
    + extract(month from period_end) - extract(month from period_start) + 1 as months,
    extract(day from period_start) = 1 and period_end = cast({{ last_day('period_end', 'month') }} as date)
        as is_whole_months
from spans
