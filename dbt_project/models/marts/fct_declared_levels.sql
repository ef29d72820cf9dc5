{#-
Levels are added up once: those of a span carry its key, and are added up again only when it has another. So a month that
is new or revised costs itself, its quarter, the year to date from it on, and the same a year later.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('span_key', ref('int_customs_spans')) }}"
) }}
with spans as (
    select * from {{ ref('int_customs_spans') }}
    where {{ is_to_be_built('span_key') }}
),

months as (
    select
        spans.span_number,
        spans.amount,
        months.reporter_id,
        months.part_flow,
        months.month,
        months.is_base
    from spans
    inner join {{ ref('int_customs_span_months') }} as months
        on {{ same('spans', 'months', ['reporter_id', 'flow', 'amount', 'period_start', 'period_end']) }}
),

amounts as (
    select
        months.span_number,
        months.is_base,
        sums.region_id,
        sums.partner_id,
        sums.commodity_id,
        sums.trade_mode_id,
        sums.line_count,
        case months.amount when 'quantity' then sums.quantity_unit else months.amount end as unit,
        case months.amount
            when 'CNY' then sums.value_cny
            when 'USD' then sums.value_usd
            else sums.quantity
        end as amount
    from {{ ref('int_customs_monthly') }} as sums
    inner join months
        on
            sums.reporter_id = months.reporter_id
            and sums.flow = months.part_flow
            and sums.month = months.month
),

sums as (
    -- A number for the span stands for its six columns here: rows are many.
    select
        span_number,
        region_id,
        partner_id,
        commodity_id,
        trade_mode_id,
        unit,
        cast(sum(case when not is_base then amount end) as {{ bound_type() }}) as value,
        cast(sum(case when is_base then amount end) as {{ bound_type() }}) as base,
        cast(sum(case when is_base then 0 else line_count end) as bigint) as line_count
    from amounts
    where amount is not null
    group by span_number, region_id, partner_id, commodity_id, trade_mode_id, unit
)

select
    sums.region_id,
    sums.partner_id,
    sums.commodity_id,
    spans.flow,
    'ALL' as ownership_id,
    sums.trade_mode_id,
    case spans.amount when 'quantity' then 'quantity' else 'value' end as measure,
    sums.unit,
    spans.period_start,
    spans.period_end,
    sums.value,
    sums.base,
    {{ point(growth('sums.value', 'sums.base')) }} as growth_pct,
    sums.line_count,
    -- The grains that headlines speak of: trade in total, of the reporter by partner, by mode and by chapter, too.
    case
        when sums.region_id = spans.reporter_id
            then sums.commodity_id = 'TOTAL' or (length(sums.commodity_id) = 2 and sums.partner_id = 'WORLD')
        else sums.commodity_id = 'TOTAL' and sums.partner_id = 'WORLD' and sums.trade_mode_id = 'ALL'
    end as is_headline,
    spans.source_id,
    spans.as_of_date,
    spans.span_key
from sums
inner join spans on sums.span_number = spans.span_number
where sums.value is not null
