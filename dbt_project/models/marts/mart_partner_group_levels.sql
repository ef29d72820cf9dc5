{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('span_key', ref('int_partner_group_spans')) }}"
) }}
with spans as (
    select * from {{ ref('int_partner_group_spans') }}
    where {{ is_to_be_built('span_key') }}
),

members as (
    -- Who is a member for the whole span. The year before is compared with the same members, whatever they were then.
    select
        spans.span_key,
        memberships.partner_id,
        memberships.basis,
        memberships.member_partner_id,
        count(*) over (partition by spans.span_key, memberships.partner_id, memberships.basis) as member_count
    from spans
    inner join {{ ref('int_partner_memberships') }} as memberships
        on
            (memberships.valid_from_date is null or spans.period_start >= memberships.valid_from_date)
            and (memberships.valid_to_date is null or spans.period_end <= memberships.valid_to_date)
            and not (memberships.is_without_reporter and spans.reporter_id = memberships.member_partner_id)
),

trade as (
    {% for amount, key in [('now', 'lines_span_key'), ('before', 'base_span_key')] %}
    select
        spans.span_key,
        levels.region_id,
        levels.partner_id,
        {{ 'levels.value' if amount == 'now' else '0' }} as value,
        {{ 'levels.value' if amount == 'before' else '0' }} as base
    from spans
    inner join {{ ref('fct_declared_levels') }} as levels on spans.{{ key }} = levels.span_key
    where
        levels.measure = 'value'
        and levels.commodity_id = 'TOTAL'
        and levels.trade_mode_id = 'ALL'
        and levels.partner_id <> 'WORLD'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sums as (
    select
        trade.span_key,
        trade.region_id,
        members.partner_id,
        members.basis,
        sum(trade.value) as value,
        sum(trade.base) as base,
        max(members.member_count) as member_count,
        count(case when trade.value > 0 then 1 end) as trading_member_count
    from trade
    inner join members
        on trade.span_key = members.span_key and trade.partner_id = members.member_partner_id
    group by trade.span_key, trade.region_id, members.partner_id, members.basis
),

compared as (
    select
        sums.*,
        spans.flow,
        spans.amount,
        spans.period_start,
        spans.period_end,
        spans.source_id,
        case when spans.base_span_key is not null then sums.base end as known_base
    from sums
    inner join spans on sums.span_key = spans.span_key
)

select
    region_id,
    partner_id,
    basis,
    flow,
    amount as unit,
    period_start,
    period_end,
    {{ bound('value') }} as value,
    {{ bound('known_base') }} as base,
    {{ point(growth(bound('value'), bound('known_base'))) }} as growth_pct,
    member_count,
    trading_member_count,
    source_id,
    span_key
from compared
