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
    where
        case months.amount
            when 'CNY' then sums.value_cny is not null
            when 'USD' then sums.value_usd is not null
            else length(sums.commodity_id) > 4
        end
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
        cast(sum(case when is_base then 0 else line_count end) as bigint) as line_count,
        cast(sum(case when is_base then line_count else 0 end) as bigint) as base_line_count
    from amounts
    group by span_number, region_id, partner_id, commodity_id, trade_mode_id, unit
),

quantities as (
    -- A quantity that some lines lack, or have in another unit, is not that of the span.
    select
        sums.span_number,
        sums.region_id,
        sums.partner_id,
        sums.commodity_id,
        sums.trade_mode_id,
        count(case when sums.line_count > 0 then 1 end) = 1 as is_whole,
        count(case when sums.base_line_count > 0 then 1 end) = 1 as is_base_whole
    from sums
    inner join spans on sums.span_number = spans.span_number
    where spans.amount = 'quantity'
    group by sums.span_number, sums.region_id, sums.partner_id, sums.commodity_id, sums.trade_mode_id
),

levels as (
    select
        sums.*,
        coalesce(quantities.is_whole, true) as is_whole,
        case when coalesce(quantities.is_base_whole, true) then sums.base end as whole_base
    from sums
    left join quantities
        on
            {{ same('sums', 'quantities', [
                'span_number', 'region_id', 'partner_id', 'commodity_id', 'trade_mode_id'
            ]) }}
)

select
    levels.region_id,
    levels.partner_id,
    levels.commodity_id,
    spans.flow,
    'ALL' as ownership_id,
    levels.trade_mode_id,
    case spans.amount when 'quantity' then 'quantity' else 'value' end as measure,
    levels.unit,
    spans.period_start,
    spans.period_end,
    levels.value,
    levels.whole_base as base,
    {{ point(growth('levels.value', 'levels.whole_base')) }} as growth_pct,
    levels.line_count,
    -- The grains that headlines speak of: trade in total, of the reporter by partner, by mode and by chapter, too.
    case
        when levels.region_id = spans.reporter_id
            then levels.commodity_id = 'TOTAL' or (length(levels.commodity_id) = 2 and levels.partner_id = 'WORLD')
        else levels.commodity_id = 'TOTAL' and levels.partner_id = 'WORLD' and levels.trade_mode_id = 'ALL'
    end as is_headline,
    spans.source_id,
    spans.as_of_date,
    spans.span_key
from levels
inner join spans on levels.span_number = spans.span_number
where levels.value is not null and levels.is_whole
