{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('span_key', ref('int_price_volume_spans')) }}"
) }}
{%- set series = ['region_id', 'partner_id', 'commodity_id', 'flow', 'ownership_id', 'trade_mode_id'] %}
{%- set spans = ['period_start', 'period_end', 'comparison_start', 'comparison_end'] %}
{%- set ends = ['', '_low', '_high'] %}
with spans as (
    select * from {{ ref('int_price_volume_spans') }}
    where {{ is_to_be_built('span_key') }}
),

declared_levels as (
    -- Where the quantity is not of all lines of the value, a price made of both would be of neither.
    {% for moment, value_key, quantity_key in [
        ('now', 'value_span_key', 'quantity_span_key'), ('before', 'base_value_span_key', 'base_quantity_span_key')
    ] %}
    select
        spans.span_key,
        '{{ moment }}' as moment,
        {{ columns_of('money', series) }},
        quantities.unit as quantity_unit,
        money.value,
        quantities.value as quantity
    from spans
    inner join {{ ref('fct_declared_levels') }} as money on spans.{{ value_key }} = money.span_key
    inner join {{ ref('fct_declared_levels') }} as quantities
        on
            spans.{{ quantity_key }} = quantities.span_key
            and {{ same('money', 'quantities', series) }}
            and money.line_count = quantities.line_count
    where quantities.value > 0 and length(money.commodity_id) > 4
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

declared as (
    -- What is declared is known to the digit.
    select
        {{ columns_of('now', series) }},
        spans.currency,
        now.quantity_unit,
        spans.period_start,
        spans.period_end,
        {{ year_before('spans.period_start') }} as comparison_start,
        {{ year_before('spans.period_end') }} as comparison_end,
        {% for end in ends -%}
        now.value as value_now{{ end }},
        before.value as value_before{{ end }},
        now.quantity as quantity_now{{ end }},
        before.quantity as quantity_before{{ end }},
        {{ point(as_double('now.value') ~ ' / ' ~ as_double('now.quantity')) }} as price_now{{ end }},
        {{ point(as_double('before.value') ~ ' / ' ~ as_double('before.quantity')) }} as price_before{{ end }},
        {% endfor -%}
        100 * {{ as_double('now.value') }} / {{ as_double('before.value') }} as value_index,
        100 * {{ as_double('now.quantity') }} / {{ as_double('before.quantity') }} as quantity_index,
        spans.source_id,
        spans.span_key
    from declared_levels as now
    inner join declared_levels as before
        on {{ same('now', 'before', series + ['span_key', 'quantity_unit']) }} and before.value > 0
    inner join spans on now.span_key = spans.span_key
    where now.moment = 'now' and before.moment = 'before'
),

declared_parts as (
    select
        *,
        {{ point('value_index - 100') }} as value_growth,
        {{ point('quantity_index - 100') }} as quantity_growth,
        {{ point('100 * value_index / quantity_index - 100') }} as price_growth,
        {{ point(part_of_own_and_value('quantity_index', 'value_index')) }} as quantity_part,
        {{ point(part_of_other_and_value('quantity_index', 'value_index')) }} as price_part
    from declared
),

said as (
    select
        *,
        {% for name in ['value', 'quantity', 'price'] -%}
        {% for end in ends -%}
        {{ as_double(name ~ '_per_hundred' ~ end) }} as {{ name }}{{ end }},
        {% endfor -%}
        {% endfor -%}
        case when is_deduced then 'deduced' else 'computed' end as origin
    from {{ ref('int_price_volume') }}
)

select
    {{ (series + ['currency', 'quantity_unit'] + spans) | join(', ') }},
    'declarations' as rule,
    {% for name, column in [('value', 'value'), ('quantity', 'quantity'), ('price', 'unit_value')] -%}
    {% for moment in ['now', 'before'] -%}
    {% for end in ends -%}
    {{ name }}_{{ moment }}{{ end }} as {{ column }}_{{ moment }}{{ end }},
    {% endfor -%}
    {% endfor -%}
    {% for end in ends -%}
    {{ name }}_growth as {{ column }}_growth{{ end }}_pct,
    {% endfor -%}
    {% endfor -%}
    {% for part in ['quantity', 'price'] -%}
    {% for end in ends -%}
    {{ part }}_part as {{ part }}_contribution{{ end }}_pp,
    {% endfor -%}
    {% endfor -%}
    'computed' as origin,
    source_id,
    span_key
from declared_parts
union all
select
    {{ (series + ['currency', 'quantity_unit'] + spans) | join(', ') }},
    'statements' as rule,
    {% for name, column in [('value', 'value'), ('quantity', 'quantity'), ('price', 'unit_value')] -%}
    {% for moment in ['now', 'before'] -%}
    {% for end in ends -%}
    {{ name }}_{{ moment }}{{ end }} as {{ column }}_{{ moment }}{{ end }},
    {% endfor -%}
    {% endfor -%}
    {% for end in ends -%}
    {{ bound(name ~ '_per_hundred' ~ end ~ ' - 100') }} as {{ column }}_growth{{ end }}_pct,
    {% endfor -%}
    {% endfor -%}
    {% for own, other in [('quantity', 'price'), ('price', 'quantity')] -%}
    {{ point(part(own, other)) }} as {{ own }}_contribution_pp,
    {{ outward_low(part_low(own, other)) }} as {{ own }}_contribution_low_pp,
    {{ outward_high(part_high(own, other)) }} as {{ own }}_contribution_high_pp,
    {% endfor -%}
    origin,
    source_id,
    -- What is said is made anew at each build: no span has this key.
    '' as span_key
from said
