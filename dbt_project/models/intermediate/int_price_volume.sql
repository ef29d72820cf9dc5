-- Series of which sources say how two of value, quantity and unit value grew: all three, now, before and in growth, one
-- row a series, currency, unit of quantity, period and span compared with. The third is computed from the two others.
{%- set series = ['region_id', 'partner_id', 'commodity_id', 'flow', 'ownership_id', 'trade_mode_id'] %}
{%- set spans = ['period_start', 'period_end', 'comparison_start', 'comparison_end'] %}
with levels as (
    select * from {{ ref('int_levels') }}
    where preference = 1
),

every_growth as (
    select
        {{ key_columns() | join(', ') }},
        comparison_start,
        comparison_end,
        level as now,
        level_low as now_low,
        level_high as now_high,
        base as before,
        base_low as before_low,
        base_high as before_high,
        growth_pct as growth,
        growth_low_pct as growth_low,
        growth_high_pct as growth_high,
        false as is_deduced,
        source_id,
        cast(null as date) as as_of_date
    from {{ ref('int_growth') }}
    where
        measure in ('value', 'quantity', 'unit_value')
        and growth_low_pct is not null
        and growth_high_pct is not null
    union all
    -- What the statements of a document imply, where nothing says it.
    select
        {{ columns_of('deduced', key_columns()) }},
        deduced.comparison_start,
        deduced.comparison_end,
        now.value as now,
        now.low as now_low,
        now.high as now_high,
        before.value as before,
        before.low as before_low,
        before.high as before_high,
        null as growth,
        deduced.low as growth_low,
        deduced.high as growth_high,
        true as is_deduced,
        deduced.document_id as source_id,
        deduced.as_of_date
    from {{ ref('stg_deduction__figures') }} as deduced
    left join levels as now on {{ same('deduced', 'now', key_columns()) }}
    left join levels as before
        on
            {{ same('deduced', 'before', subject_columns() + ['unit']) }}
            and deduced.comparison_start = before.period_start
            and deduced.comparison_end = before.period_end
    where
        deduced.statistic = 'growth'
        and deduced.measure in ('value', 'quantity', 'unit_value')
        and deduced.flow <> 'balance'
        and deduced.low is not null
        and deduced.high is not null
        and not deduced.is_across_vintages
        and not {{ is_match(
            'concat(' ~ columns_of(
                'deduced', ['region_id', 'partner_id', 'commodity_id', 'ownership_id', 'trade_mode_id']
            ) ~ ')',
            '[~+]'
        ) }}
),

ordered as (
    select
        *,
        row_number() over (
            partition by {{ (key_columns() + ['comparison_start', 'comparison_end']) | join(', ') }}
            order by is_deduced asc, as_of_date desc, growth_high - growth_low asc, source_id asc
        ) as preference
    from every_growth
),

growths as (
    -- The unit of a unit value names both others.
    select
        *,
        case measure when 'value' then unit when 'unit_value' then {{ split_part('unit', "'/'", 1) }} end as currency,
        case measure when 'quantity' then unit when 'unit_value' then {{ split_part('unit', "'/'", 2) }} end
            as quantity_unit,
        100 + growth as per_hundred,
        100 + growth_low as per_hundred_low,
        100 + growth_high as per_hundred_high
    from ordered
    where preference = 1
),

keys as (
    select
        {{ (series + ['currency', 'quantity_unit'] + spans) | join(', ') }}
    from growths
    where measure = 'unit_value'
    union
    select
        {{ columns_of('money', series) }},
        money.currency,
        quantities.quantity_unit,
        {{ columns_of('money', spans) }}
    from growths as money
    inner join growths as quantities
        on
            money.measure = 'value'
            and quantities.measure = 'quantity'
            and {{ same('money', 'quantities', series + spans) }}
),

known as (
    select
        keys.*,
        {% for name in ['money', 'quantities', 'prices'] -%}
        {% for moment in ['now', 'before', 'per_hundred'] -%}
        {% for end in ['', '_low', '_high'] -%}
        {{ name }}.{{ moment }}{{ end }} as {{ name }}_{{ moment }}{{ end }},
        {% endfor -%}
        {% endfor -%}
        {% endfor -%}
        -- What is said comes before what is deduced: it is what the deduced follows from, and narrower together.
        case
            when not money.is_deduced and not quantities.is_deduced then 'value and quantity'
            when not quantities.is_deduced and not prices.is_deduced then 'quantity and price'
            when not money.is_deduced and not prices.is_deduced then 'value and price'
            when money.measure is not null and quantities.measure is not null then 'value and quantity'
            when quantities.measure is not null then 'quantity and price'
            else 'value and price'
        end as known,
        {% for name in ['money', 'quantities', 'prices'] -%}
        case when not {{ name }}.is_deduced then 1 else 0 end{{ ' + ' if not loop.last }}
        {%- endfor %} < 2 as is_deduced,
        coalesce(quantities.source_id, prices.source_id) as source_id
    from keys
    left join growths as money
        on
            money.measure = 'value'
            and {{ same('keys', 'money', series + spans + ['currency']) }}
    left join growths as quantities
        on
            quantities.measure = 'quantity'
            and {{ same('keys', 'quantities', series + spans + ['quantity_unit']) }}
    left join growths as prices
        on
            prices.measure = 'unit_value'
            and {{ same('keys', 'prices', series + spans + ['currency', 'quantity_unit']) }}
    where money.measure is not null or quantities.measure is not null
)

select
    {{ (series + ['currency', 'quantity_unit'] + spans) | join(', ') }},
    known,
    {% for moment, scale in [('now', 1), ('before', 1), ('per_hundred', 100)] -%}
    {% for rounded, end, opposite in [
        (point, '', ''), (outward_low, '_low', '_high'), (outward_high, '_high', '_low')
    ] -%}
    {%- set value, quantity, price = 'money_' ~ moment, 'quantities_' ~ moment, 'prices_' ~ moment %}
    coalesce(
        {{ value ~ end }},
        {{ rounded(as_double(quantity ~ end) ~ ' * ' ~ as_double(price ~ end) ~ ' / ' ~ scale) }}
    ) as value_{{ moment }}{{ end }},
    coalesce(
        {{ quantity ~ end }},
        {{ rounded(scale ~ ' * ' ~ as_double(value ~ end) ~ ' / nullif(' ~ as_double(price ~ opposite) ~ ', 0)') }}
    ) as quantity_{{ moment }}{{ end }},
    coalesce(
        {{ price ~ end }},
        {{ rounded(scale ~ ' * ' ~ as_double(value ~ end) ~ ' / nullif(' ~ as_double(quantity ~ opposite) ~ ', 0)') }}
    ) as price_{{ moment }}{{ end }},
    {% endfor -%}
    {% endfor -%}
    is_deduced,
    source_id
from known
