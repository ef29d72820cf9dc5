-- The days between two cumulative spans that two releases tell of, and that no document states: their level, what a
-- month of it is beside one of the shorter span, and what it grew by where the same two releases imply the base.
with steps as (
    select
        deduced_id,
        {{ element_of('inputs', 1) }} as longer_id,
        {{ element_of('inputs', 2) }} as shorter_id
    from {{ ref('stg_deduction__derivations') }}
    where rule = 'spans'
),

levels as (
    select * from {{ ref('int_implied') }}
    where statistic = 'level' and measure = 'value'
),

differences as (
    select
        levels.*,
        longer.document_id as longer_document_id,
        shorter.document_id as shorter_document_id,
        longer.is_own_period and shorter.is_own_period as is_of_own_periods,
        longer.period_en as longer_en,
        longer.period_zh as longer_zh,
        shorter.period_en as shorter_en,
        shorter.period_zh as shorter_zh,
        {{ as_double('levels.low') }} / months.months as month_low,
        {{ as_double('levels.high') }} / months.months as month_high,
        {{ as_double('shorter.low') }} / shorter_months.months as shorter_month_low,
        {{ as_double('shorter.high') }} / shorter_months.months as shorter_month_high
    from levels
    inner join steps on levels.deduced_id = steps.deduced_id
    inner join levels as longer on steps.longer_id = longer.deduced_id
    inner join levels as shorter on steps.shorter_id = shorter.deduced_id
    inner join {{ ref('int_periods') }} as months on {{ same('levels', 'months', ['period_start', 'period_end']) }}
    inner join {{ ref('int_periods') }} as shorter_months
        on {{ same('shorter', 'shorter_months', ['period_start', 'period_end']) }}
    -- An amount in another currency than that in which a document reckons growth is a conversion, and the difference of
    -- two conversions is none.
    inner join {{ ref('int_sources') }} as longer_sources
        on
            longer.document_id = longer_sources.source_id
            and levels.unit = coalesce(longer_sources.currency, levels.unit)
    inner join {{ ref('int_sources') }} as shorter_sources
        on
            shorter.document_id = shorter_sources.source_id
            and levels.unit = coalesce(shorter_sources.currency, levels.unit)
    where levels.is_across_vintages and levels.low > 0 and shorter.low > 0
),

compared as (
    select
        now.*,
        {{ outward_low(growth_low('now.month_low', 'now.shorter_month_low', 'now.shorter_month_high')) }} as pace_low,
        {{ outward_high(growth_high('now.month_high', 'now.shorter_month_low')) }} as pace_high,
        {{ outward_low(growth_low('now.low', 'former.low', 'former.high')) }} as growth_low,
        {{ outward_high(growth_high('now.high', 'former.low')) }} as growth_high
    from differences as now
    left join differences as former
        on
            {{ same('now', 'former', subject_columns() + ['unit', 'longer_document_id', 'shorter_document_id']) }}
            and former.period_start = {{ year_before('now.period_start') }}
            and former.period_end = {{ year_before('now.period_end') }}
    where
        now.is_of_own_periods
        -- Wider than a tenth of itself it says little.
        and 10 * (now.high - now.low) <= now.low
)

select
    'months_between_releases' as finding,
    {{ finding_columns('compared') }},
    compared.pace_low as against_low,
    compared.pace_high as against_high,
    {{ least_size('compared.pace_low', 'compared.pace_high') }} as size,
    concat(
        compared.when_en, ', ', compared.series_en, ' came to ',
        {{ money_in_text('compared.low', 'compared.high', 'currencies.text_en', 'en') }},
        {{ either_way(
            'compared.growth_low', 'compared.growth_high', 'en',
            ', X percent more than a year before', ', X percent less than a year before'
        ) }},
        '. This is what ', compared.longer_en, ' exceeds ', compared.shorter_en,
        ' by, if nothing was restated between the two releases',
        {{ either_way(
            'compared.pace_low', 'compared.pace_high', 'en',
            ', and X percent more a month than in the latter', ', and X percent less a month than in the latter'
        ) }},
        '.'
    ) as sentence_en,
    concat(
        compared.when_zh, '，', compared.series_zh,
        {{ money_in_text('compared.low', 'compared.high', 'currencies.text_zh', 'zh') }},
        {{ either_way('compared.growth_low', 'compared.growth_high', 'zh', '，同比增长X', '，同比下降X', '%') }},
        '。此为', compared.longer_zh, '与', compared.shorter_zh, '之差（以两次公告之间未作修订为前提）',
        {{ either_way('compared.pace_low', 'compared.pace_high', 'zh', '，月均比后者高X', '，月均比后者低X', '%') }},
        '。'
    ) as sentence_zh
from compared
inner join {{ ref('int_currencies_in_text') }} as currencies on compared.unit = currencies.unit
