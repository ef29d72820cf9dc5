with named as (
    select
        *,
        {{ month_name('first_month') }} as first_month_name,
        {{ month_name('last_month') }} as last_month_name
    from {{ ref('int_periods') }}
)

select
    period_start,
    period_end,
    case
        when not is_whole_months then 'days'
        when months = 1 then 'month'
        when months = 12 and first_month = 1 then 'year'
        when months = 3 and first_month in (1, 4, 7, 10) then 'quarter'
        when months = 6 and first_month in (1, 7) then 'half year'
        else 'months'
    end as period_kind,
    cast(last_year as integer) as year,
    cast(months as integer) as month_count,
    is_whole_months and first_month = 1 and first_year = last_year as is_year_to_date,
    case
        when not is_whole_months then concat(cast(period_start as string), ' to ', cast(period_end as string))
        when months = 1 then concat(first_month_name, ' ', cast(first_year as string))
        when months = 12 and first_month = 1 then cast(first_year as string)
        when first_year = last_year
            then concat(first_month_name, '–', last_month_name, ' ', cast(first_year as string))
        else
            concat(
                first_month_name, ' ', cast(first_year as string), '–', last_month_name, ' ',
                cast(last_year as string)
            )
    end as period_name_en,
    case
        when not is_whole_months then concat(cast(period_start as string), '至', cast(period_end as string))
        when months = 1 then concat(cast(first_year as string), '年', cast(first_month as string), '月')
        when months = 12 and first_month = 1 then concat(cast(first_year as string), '年')
        when first_year = last_year
            then
                concat(
                    cast(first_year as string), '年', cast(first_month as string), '—', cast(last_month as string),
                    '月'
                )
        else
            concat(
                cast(first_year as string), '年', cast(first_month as string), '月—', cast(last_year as string), '年',
                cast(last_month as string), '月'
            )
    end as period_name_zh
from named
