{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('span_key', ref('int_customs_spans')) }}"
) }}
with levels as (
    select
        levels.region_id,
        levels.commodity_id,
        levels.flow,
        levels.unit,
        levels.period_start,
        levels.period_end,
        levels.value,
        levels.source_id,
        levels.span_key,
        spans.reporter_id
    from {{ ref('fct_declared_levels') }} as levels
    inner join {{ ref('int_customs_spans') }} as spans on levels.span_key = spans.span_key
    where
        levels.measure = 'value'
        and levels.partner_id = 'WORLD'
        and levels.trade_mode_id = 'ALL'
        and (levels.commodity_id = 'TOTAL' or length(levels.commodity_id) = 2)
        and levels.span_key in (
            select missing.span_key from {{ ref('int_customs_spans') }} as missing
            where
                missing.amount <> 'quantity'
                and missing.flow <> 'total'
                and {{ is_quarter_or_year_to_date('missing') }}
                and {{ is_to_be_built('span_key') }}
        )
),

chapters as (
    select
        parts.*,
        region_wholes.value as region_value,
        reporter_parts.value as reporter_chapter_value,
        reporter_wholes.value as reporter_value
    from levels as parts
    inner join levels as region_wholes
        on
            {{ same('parts', 'region_wholes', ['span_key', 'region_id']) }}
            and region_wholes.commodity_id = 'TOTAL'
    inner join levels as reporter_parts
        on
            {{ same('parts', 'reporter_parts', ['span_key', 'commodity_id']) }}
            and parts.reporter_id = reporter_parts.region_id
    inner join levels as reporter_wholes
        on
            parts.span_key = reporter_wholes.span_key
            and parts.reporter_id = reporter_wholes.region_id
            and reporter_wholes.commodity_id = 'TOTAL'
    where parts.region_id <> parts.reporter_id and parts.commodity_id <> 'TOTAL' and parts.value > 0
),

advantages as (
    select
        *,
        {{ percent('value', 'region_value') }} as share,
        {{ percent('reporter_chapter_value', 'reporter_value') }} as reporter_share
    from chapters
)

select
    reporter_id,
    region_id,
    commodity_id,
    flow,
    unit,
    period_start,
    period_end,
    value,
    {{ point('share') }} as share_pct,
    {{ point('reporter_share') }} as reporter_share_pct,
    {{ point('share / reporter_share') }} as rca,
    {{ point('(share - reporter_share) / (share + reporter_share)') }} as symmetric_rca,
    source_id,
    span_key
from advantages
