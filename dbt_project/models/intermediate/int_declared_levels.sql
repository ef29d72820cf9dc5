{#- Spans never cross a year, so a month that is new or revised makes the levels of its year anew, and no others. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where year_key not in (select year_key from {{ ref('int_customs_years') }}){% endif %}"
) }}
-- Levels of months, quarters and the year to date, added up from the sums of each month.
with currencies as (
    select 'CNY' as unit
    union all
    select 'USD' as unit
),

years as (
    select
        reporter_id,
        year,
        year_key
    from {{ ref('int_customs_years') }}
    {%- if is_incremental() %}
    where year_key not in (select done.year_key from {{ this }} as done)
    {%- endif %}
),

months as (
    -- A month of both flows is one of the total, too. Each currency has months of its own.
    select
        months.reporter_id,
        months.flow,
        units.unit,
        months.month,
        case units.unit when 'CNY' then months.value_cny_source_id else months.value_usd_source_id end as source_id
    from {{ ref('stg_customs__months') }} as months
    inner join years on months.reporter_id = years.reporter_id and extract(year from months.month) = years.year
    cross join currencies as units
    where case units.unit when 'CNY' then months.value_cny else months.value_usd end is not null
),

flows as (
    select
        months.reporter_id,
        months.flow as part_flow,
        months.flow,
        months.unit,
        months.month,
        months.source_id
    from months
    union all
    select
        months.reporter_id,
        months.flow as part_flow,
        'total' as flow,
        months.unit,
        months.month,
        months.source_id
    from months
    inner join months as other
        on
            months.reporter_id = other.reporter_id
            and months.unit = other.unit
            and months.month = other.month
            and months.flow <> other.flow
),

every_month as (
    select distinct
        reporter_id,
        flow,
        unit,
        month
    from flows
),

covered as (
    select
        reporter_id,
        flow,
        unit,
        month,
        extract(year from month) as year,
        extract(quarter from month) as quarter,
        extract(month from month) as month_number,
        count(*) over (
            partition by reporter_id, flow, unit, extract(year from month) order by month
        ) as months_so_far,
        count(*) over (
            partition by reporter_id, flow, unit, extract(year from month), extract(quarter from month)
        ) as months_of_quarter
    from every_month
),

spans as (
    select
        reporter_id,
        flow,
        unit,
        month as period_start,
        cast({{ last_day('month', 'month') }} as date) as period_end
    from covered
    union
    select
        reporter_id,
        flow,
        unit,
        min(month) as period_start,
        cast({{ last_day('max(month)', 'month') }} as date) as period_end
    from covered
    where months_of_quarter = 3
    group by reporter_id, flow, unit, year, quarter
    union
    select
        reporter_id,
        flow,
        unit,
        cast({{ dbt.date_trunc('year', 'month') }} as date) as period_start,
        cast({{ last_day('month', 'month') }} as date) as period_end
    from covered
    where months_so_far = month_number
),

months_of_quantities as (
    -- Quantities stand in the files of both currencies: those of one are enough.
    select
        reporter_id,
        flow,
        month,
        min(unit) as unit,
        min(source_id) as source_id
    from months
    group by reporter_id, flow, month
),

amounts as (
    {% for unit, column in [('CNY', 'value_cny'), ('USD', 'value_usd')] %}
    select
        sums.reporter_id,
        sums.region_id,
        sums.partner_id,
        sums.commodity_id,
        sums.trade_mode_id,
        sums.month,
        flows.flow,
        'value' as measure,
        flows.unit,
        flows.unit as currency,
        sums.{{ column }} as amount,
        sums.line_count,
        flows.source_id
    from {{ ref('int_customs_monthly') }} as sums
    inner join flows
        on sums.reporter_id = flows.reporter_id and sums.flow = flows.part_flow and sums.month = flows.month
    where flows.unit = '{{ unit }}' and sums.{{ column }} is not null
    union all
    {% endfor %}
    select
        sums.reporter_id,
        sums.region_id,
        sums.partner_id,
        sums.commodity_id,
        sums.trade_mode_id,
        sums.month,
        sums.flow,
        'quantity' as measure,
        sums.quantity_unit as unit,
        flows.unit as currency,
        sums.quantity as amount,
        sums.line_count,
        flows.source_id
    from {{ ref('int_customs_monthly') }} as sums
    inner join months_of_quantities as flows
        on sums.reporter_id = flows.reporter_id and sums.flow = flows.flow and sums.month = flows.month
    where sums.quantity is not null
)

select
    years.year_key,
    amounts.reporter_id,
    amounts.region_id,
    amounts.partner_id,
    amounts.commodity_id,
    amounts.flow,
    'ALL' as ownership_id,
    amounts.trade_mode_id,
    amounts.measure,
    amounts.unit,
    spans.period_start,
    spans.period_end,
    cast(sum(amounts.amount) as {{ bound_type() }}) as value,
    cast(sum(amounts.line_count) as bigint) as line_count,
    max_by(amounts.source_id, sources.published_date) as source_id,
    max(sources.published_date) as as_of_date,
    -- The grains that headlines speak of: all goods of a reporter or one of its regions, all partners, each chapter.
    case
        when amounts.commodity_id = 'TOTAL' then amounts.partner_id = 'WORLD' or amounts.region_id = amounts.reporter_id
        else
            length(amounts.commodity_id) = 2
            and amounts.partner_id = 'WORLD'
            and amounts.region_id = amounts.reporter_id
    end as is_headline
from amounts
inner join spans
    on
        amounts.reporter_id = spans.reporter_id
        and amounts.flow = spans.flow
        and amounts.currency = spans.unit
        and amounts.month >= spans.period_start
        and amounts.month <= spans.period_end
inner join years on amounts.reporter_id = years.reporter_id and extract(year from amounts.month) = years.year
inner join {{ ref('stg_customs__sources') }} as sources on amounts.source_id = sources.source_id
group by
    years.year_key,
    amounts.reporter_id,
    amounts.region_id,
    amounts.partner_id,
    amounts.commodity_id,
    amounts.flow,
    amounts.trade_mode_id,
    amounts.measure,
    amounts.unit,
    spans.period_start,
    spans.period_end
