-- Deduced figures with the words of sentences: their series, their whole, their span, and the span compared with.
select
    deduced.*,
    series.text_en as series_en,
    series.text_zh as series_zh,
    series.region_en,
    series.region_zh,
    wholes.text_en as whole_en,
    wholes.text_zh as whole_zh,
    periods.text_en as period_en,
    periods.text_zh as period_zh,
    periods.when_en,
    periods.when_zh,
    case
        when deduced.comparison_start is null then null
        when
            deduced.comparison_start = {{ year_before('deduced.period_start') }}
            and deduced.comparison_end = {{ year_before('deduced.period_end') }}
            then ' year on year'
        else concat(' from ', comparisons.text_en)
    end as compared_en,
    case
        when deduced.comparison_start is null then null
        when
            deduced.comparison_start = {{ year_before('deduced.period_start') }}
            and deduced.comparison_end = {{ year_before('deduced.period_end') }}
            then '同比'
        else concat('比', comparisons.text_zh)
    end as compared_zh
from {{ ref('int_deduced') }} as deduced
inner join {{ ref('int_series_in_text') }} as series on {{ same('deduced', 'series', subject_columns()) }}
inner join {{ ref('int_series_in_text') }} as wholes
    on {{ is_of_whole('deduced', 'wholes') }}
inner join {{ ref('int_periods_in_text') }} as periods
    on {{ same('deduced', 'periods', ['period_start', 'period_end']) }}
left join {{ ref('int_periods_in_text') }} as comparisons
    on deduced.comparison_start = comparisons.period_start and deduced.comparison_end = comparisons.period_end
