-- The quarters and years to date for which declarations have values and quantities, both of them also a year before.
select
    money.reporter_id,
    money.amount as currency,
    money.flow,
    money.period_start,
    money.period_end,
    money.source_id,
    money.span_key as value_span_key,
    money.base_span_key as base_value_span_key,
    quantities.span_key as quantity_span_key,
    quantities.base_span_key as base_quantity_span_key,
    md5(concat(money.span_key, quantities.span_key)) as span_key
from {{ ref('int_customs_spans') }} as money
inner join {{ ref('int_customs_spans') }} as quantities
    on
        {{ same('money', 'quantities', ['reporter_id', 'flow', 'period_start', 'period_end']) }}
        and quantities.amount = 'quantity'
where
    money.amount <> 'quantity'
    and money.base_span_key is not null
    and quantities.base_span_key is not null
    and {{ is_quarter_or_year_to_date('money') }}
