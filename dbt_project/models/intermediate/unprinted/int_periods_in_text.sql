-- How a sentence calls a span: "the first quarter of 2023", and with its preposition.
with spans as (
    select
        *,
        {{ month_name('first_month') }} as first_month_name,
        {{ month_name('last_month') }} as last_month_name,
        cast(first_year as string) as year_text,
        is_whole_months and first_year = last_year as is_of_one_year
    from {{ ref('int_periods') }}
),

named as (
    select
        period_start,
        period_end,
        is_whole_months,
        case
            when not is_whole_months then concat(cast(period_start as string), ' to ', cast(period_end as string))
            when months = 1 then concat(first_month_name, ' ', year_text)
            when is_of_one_year and months = 12 then year_text
            when is_of_one_year and months = 3 and first_month in (1, 4, 7, 10)
                then concat(
                    'the ',
                    case first_month when 1 then 'first' when 4 then 'second' when 7 then 'third' else 'fourth' end,
                    ' quarter of ', year_text
                )
            when is_of_one_year and months = 6 and first_month in (1, 7)
                then concat('the ', case first_month when 1 then 'first' else 'second' end, ' half of ', year_text)
            when is_of_one_year and months = 9 and first_month = 1
                then concat('the first three quarters of ', year_text)
            when is_of_one_year then concat(first_month_name, '–', last_month_name, ' ', year_text)
            else concat(first_month_name, ' ', year_text, '–', last_month_name, ' ', cast(last_year as string))
        end as text_en,
        case
            when not is_whole_months then concat(cast(period_start as string), '至', cast(period_end as string))
            when months = 1 then concat(year_text, '年', cast(first_month as string), '月')
            when is_of_one_year and months = 12 then concat(year_text, '年')
            when is_of_one_year and months = 3 and first_month in (1, 4, 7, 10)
                then concat(
                    year_text, '年', case first_month when 1 then '一' when 4 then '二' when 7 then '三' else '四' end, '季度'
                )
            when is_of_one_year and months = 6 and first_month in (1, 7)
                then concat(year_text, '年', case first_month when 1 then '上' else '下' end, '半年')
            when is_of_one_year and months = 9 and first_month = 1 then concat(year_text, '年前三季度')
            when is_of_one_year and first_month = 1 then concat(year_text, '年前', cast(months as string), '个月')
            when is_of_one_year
                then concat(year_text, '年', cast(first_month as string), '—', cast(last_month as string), '月')
            else
                concat(
                    year_text, '年', cast(first_month as string), '月—', cast(last_year as string), '年',
                    cast(last_month as string), '月'
                )
        end as text_zh
    from spans
)

select
    period_start,
    period_end,
    text_en,
    text_zh,
    concat(case when is_whole_months then 'In ' else 'From ' end, text_en) as when_en,
    text_zh as when_zh
from named
