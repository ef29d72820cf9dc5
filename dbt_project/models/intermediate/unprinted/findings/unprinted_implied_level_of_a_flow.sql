-- All exports or imports of a region that a document does not print, known by more than one step.
with levels as (
    select * from {{ ref('int_implied') }}
    where
        statistic = 'level'
        and measure = 'value'
        and partner_id = 'WORLD'
        and commodity_id = 'TOTAL'
        and ownership_id = 'ALL'
        and trade_mode_id = 'ALL'
        and not is_across_vintages
        and region_id not like '%~%'
),

shares as (
    select
        flows.*,
        currencies.text_en as currency_en,
        currencies.text_zh as currency_zh,
        {{ outward_low(percent_low('flows.low', 'totals.low', 'totals.high')) }} as share_low,
        {{ outward_high(percent_high('flows.high', 'totals.low', 'totals.high')) }} as share_high
    from levels as flows
    inner join levels as totals
        on
            totals.flow = 'total'
            and {{ same('flows', 'totals', key_columns() + ['document_id'], ['flow']) }}
    inner join {{ ref('int_currencies_in_text') }} as currencies on flows.unit = currencies.unit
    where
        flows.flow in ('export', 'import')
        and flows.origin = 'deduced'
        and flows.is_own_period
        and not flows.is_stated
        -- Wider than a tenth of itself it says little.
        and 10 * (flows.high - flows.low) <= flows.low
)

select
    'implied_level_of_a_flow' as finding,
    {{ finding_columns('shares') }},
    shares.share_low as against_low,
    shares.share_high as against_high,
    shares.share_low as size,
    concat(
        shares.when_en, ', ', shares.series_en, ', which are not printed, came to ',
        {{ money_in_text('shares.low', 'shares.high', 'shares.currency_en', 'en') }}, ', ',
        {{ range_in_text('shares.share_low', 'shares.share_high', 'en') }}, ' percent of all its trade.'
    ) as sentence_en,
    concat(
        shares.when_zh, '，公告未公布的', shares.series_zh, '额为',
        {{ money_in_text('shares.low', 'shares.high', 'shares.currency_zh', 'zh') }}, '，占进出口总额的',
        {{ range_in_text('shares.share_low', 'shares.share_high', 'zh', '%') }}, '。'
    ) as sentence_zh
from shares
