-- Trade of a wider region that a document does not print, known by the share that it prints of a part.
with implied as (
    select * from {{ ref('int_implied') }}
    where measure = 'value' and not is_across_vintages
)

select
    'implied_level_of_the_whole' as finding,
    {{ finding_columns('wholes') }},
    shares.low as against_low,
    shares.high as against_high,
    100 - shares.high as size,
    concat(
        wholes.when_en, ', ', wholes.series_en, ' came to ',
        {{ money_in_text('wholes.low', 'wholes.high', 'currencies.text_en', 'en') }}, ', of which ', shares.series_en,
        ' was ', {{ size_in_text('shares', 'en') }}, ' percent.'
    ) as sentence_en,
    concat(
        wholes.when_zh, '，', wholes.series_zh, '额为',
        {{ money_in_text('wholes.low', 'wholes.high', 'currencies.text_zh', 'zh') }}, '，其中', shares.region_zh, '占',
        {{ size_in_text('shares', 'zh', '%') }}, '。'
    ) as sentence_zh
from implied as wholes
inner join implied as shares
    on
        shares.statistic = 'share'
        and shares.is_stated
        and shares.region_id <> shares.whole_region_id
        and {{ is_of_whole('shares', 'wholes') }}
        and {{ same('shares', 'wholes', ['document_id', 'unit', 'period_start', 'period_end']) }}
inner join {{ ref('int_currencies_in_text') }} as currencies on wholes.unit = currencies.unit
where
    wholes.statistic = 'level'
    and wholes.is_own_period
    and not wholes.is_stated
    -- Wider than a tenth of itself it says little.
    and 10 * (wholes.high - wholes.low) <= wholes.low
