-- Growth of another region that a document does not print, known by the lead over it that it prints.
with implied as (
    select * from {{ ref('int_implied') }}
    where not is_across_vintages
)

select
    'implied_growth_of_another_region' as finding,
    {{ finding_columns('others') }},
    gaps.low as against_low,
    gaps.high as against_high,
    {{ least_size('others.low', 'others.high') }} as size,
    concat(
        others.when_en, ', ', others.series_en, ' ', {{ growth_in_text('others', 'en') }}, others.compared_en, ', as ',
        gaps.series_en, case when gaps.low > 0 then ' grew faster by ' else ' grew more slowly by ' end,
        {{ size_in_text('gaps', 'en') }}, ' percentage points.'
    ) as sentence_en,
    concat(
        others.when_zh, '，', others.series_zh, others.compared_zh, {{ growth_in_text('others', 'zh') }}, '（',
        gaps.series_zh, '增速比其', case when gaps.low > 0 then '高' else '低' end, {{ size_in_text('gaps', 'zh') }},
        '个百分点）。'
    ) as sentence_zh
from implied as others
inner join implied as gaps
    on
        gaps.statistic = 'growth_gap'
        and gaps.is_stated
        and gaps.region_id <> gaps.whole_region_id
        and {{ is_of_whole('gaps', 'others') }}
        and {{ same_comparison('gaps', 'others') }}
where
    others.statistic = 'growth'
    and others.is_own_period
    and not others.is_stated
    and (others.low > 0 or others.high < 0)
    and (gaps.low > 0 or gaps.high < 0)
