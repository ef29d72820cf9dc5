-- The average price rose and the quantity fell.
with implied as (
    select * from {{ ref('int_implied') }}
    where statistic = 'growth' and not is_across_vintages
)

select
    'price_rose_while_quantity_fell' as finding,
    {{ finding_columns('prices') }},
    quantities.low as against_low,
    quantities.high as against_high,
    prices.low as size,
    concat(
        prices.when_en, ', the average price of ', amounts.series_en, ' ', {{ growth_in_text('prices', 'en') }},
        prices.compared_en, ', while the quantity ', {{ growth_in_text('quantities', 'en') }}, '.'
    ) as sentence_en,
    concat(
        prices.when_zh, '，', amounts.series_zh, '的均价', prices.compared_zh, {{ price_in_text('prices') }}, '，数量',
        {{ growth_in_text('quantities', 'zh') }}, '。'
    ) as sentence_zh
from implied as prices
inner join implied as quantities
    on
        quantities.measure = 'quantity'
        and {{ same('prices', 'quantities', subject_columns(), ['measure']) }}
        and {{ same('prices', 'quantities', ['document_id', 'period_start', 'period_end']) }}
        and {{ same('prices', 'quantities', ['comparison_start', 'comparison_end']) }}
inner join implied as amounts
    on
        amounts.measure = 'value'
        and {{ same('prices', 'amounts', subject_columns(), ['measure']) }}
        and {{ same('prices', 'amounts', ['document_id', 'period_start', 'period_end']) }}
        and {{ same('prices', 'amounts', ['comparison_start', 'comparison_end']) }}
where
    prices.measure = 'unit_value'
    and prices.is_own_period
    and not prices.is_stated
    and prices.low > 0
    and quantities.high < 0
