-- A part contributed more points than its whole grew: all the rest together shrank.
with implied as (
    select * from {{ ref('int_implied') }}
    where not is_across_vintages
)

select
    'more_than_all_of_the_growth' as finding,
    {{ finding_columns('parts') }},
    wholes.low as against_low,
    wholes.high as against_high,
    moves.low as size,
    concat(
        parts.when_en, ', ', parts.series_en, ' contributed ', {{ size_in_text('parts', 'en') }},
        ' percentage points to the growth of ', parts.whole_en, ' of ', {{ size_in_text('wholes', 'en') }},
        ' percent, which is more than all of it.'
    ) as sentence_en,
    concat(
        parts.when_zh, '，', parts.series_zh, '拉动', parts.whole_zh, '增长', {{ size_in_text('parts', 'zh') }},
        '个百分点，超过全部增幅（', {{ size_in_text('wholes', 'zh', '%') }}, '）。'
    ) as sentence_zh
from implied as parts
inner join implied as wholes
    on
        wholes.statistic = 'growth'
        and {{ is_of_whole('parts', 'wholes') }}
        and {{ same_comparison('parts', 'wholes') }}
inner join implied as moves
    on
        moves.statistic = 'share_change'
        and parts.reference = moves.reference
        and {{ same('parts', 'moves', subject_columns()) }}
        and {{ same_comparison('parts', 'moves') }}
where
    parts.statistic = 'contribution'
    and parts.is_own_period
    and not parts.is_stated
    and wholes.low > 0
    and parts.low > wholes.high
