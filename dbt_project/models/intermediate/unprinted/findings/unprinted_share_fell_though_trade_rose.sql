-- The share of a part fell though its trade rose: it grew by less than its whole.
with implied as (
    select * from {{ ref('int_implied') }}
    where not is_across_vintages
)

select
    'share_fell_though_trade_rose' as finding,
    {{ finding_columns('moves') }},
    growth.low as against_low,
    growth.high as against_high,
    -moves.high as size,
    concat(
        moves.when_en, ', ', moves.series_en, ' ', {{ growth_in_text('growth', 'en') }}, moves.compared_en, ', but ',
        case moves.flow when 'total' then 'its' else 'their' end, ' share of ', moves.whole_en, ' fell by ',
        {{ size_in_text('moves', 'en') }}, ' percentage points and came to ',
        {{ size_in_text('shares', 'en') }}, ' percent.'
    ) as sentence_en,
    concat(
        moves.when_zh, '，', moves.series_zh, moves.compared_zh, {{ growth_in_text('growth', 'zh') }}, '，占',
        moves.whole_zh, '的比重却下降', {{ size_in_text('moves', 'zh') }}, '个百分点，降至', {{ size_in_text('shares', 'zh', '%') }},
        '。'
    ) as sentence_zh
from implied as moves
inner join implied as growth
    on
        growth.statistic = 'growth'
        and {{ same('moves', 'growth', subject_columns()) }}
        and {{ same_comparison('moves', 'growth') }}
inner join implied as shares
    on
        shares.statistic = 'share'
        and moves.reference = shares.reference
        and {{ same('moves', 'shares', key_columns() + ['document_id']) }}
left join implied as former_shares
    on
        former_shares.statistic = 'share'
        and moves.reference = former_shares.reference
        and {{ same('moves', 'former_shares', subject_columns() + ['unit', 'document_id']) }}
        and moves.comparison_start = former_shares.period_start
        and moves.comparison_end = former_shares.period_end
where
    moves.statistic = 'share_change'
    and moves.is_own_period
    and not moves.is_stated
    and not (shares.is_stated and coalesce(former_shares.is_stated, false))
    and not {{ is_remainder('moves') }}
    -- Releases print shares to a tenth of a point.
    and moves.high <= -0.1
    and growth.low > 0
