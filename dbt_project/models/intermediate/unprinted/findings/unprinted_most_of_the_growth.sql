-- A part that was less than half of its whole contributed more than half of its growth.
with implied as (
    select * from {{ ref('int_implied') }}
    where not is_across_vintages
)

select
    'most_of_the_growth' as finding,
    {{ finding_columns('parts') }},
    wholes.low as against_low,
    wholes.high as against_high,
    moves.low as size,
    concat(
        parts.when_en, ', ', parts.series_en, ' contributed ', {{ size_in_text('parts', 'en') }},
        ' percentage points to the growth of ', parts.whole_en, ' of ', {{ size_in_text('wholes', 'en') }},
        ' percent, which is more than half of it, after ', {{ size_in_text('former_shares', 'en') }},
        ' percent of the whole in the period compared with.'
    ) as sentence_en,
    concat(
        parts.when_zh, '，', parts.series_zh, '拉动', parts.whole_zh, '增长', {{ size_in_text('parts', 'zh') }},
        '个百分点，超过全部增幅（', {{ size_in_text('wholes', 'zh', '%') }},
        '）的一半，而其在对比期所占比重为', {{ size_in_text('former_shares', 'zh', '%') }}, '。'
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
inner join implied as former_shares
    on
        former_shares.statistic = 'share'
        and parts.reference = former_shares.reference
        and {{ same('parts', 'former_shares', subject_columns() + ['unit', 'document_id']) }}
        and parts.comparison_start = former_shares.period_start
        and parts.comparison_end = former_shares.period_end
where
    parts.statistic = 'contribution'
    and parts.is_own_period
    and not parts.is_stated
    and wholes.low > 0
    and 2 * parts.low > wholes.high
    and not parts.low > wholes.high
    and former_shares.high < 50
