-- Which months every span of declarations is made of, its own and those of the year before: a span is there when every
-- month of it is. Each amount (a currency, quantities) has months of its own, and so spans of its own.
with months as (
    {% for amount, source_column in [
        ('CNY', 'value_cny_source_id'), ('USD', 'value_usd_source_id'),
        ('quantity', 'coalesce(value_cny_source_id, value_usd_source_id)')
    ] %}
    select
        reporter_id,
        flow,
        '{{ amount }}' as amount,
        month,
        lines_key,
        {{ source_column }} as source_id
    from {{ ref('stg_customs__months') }}
    where {{ source_column }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

flows as (
    select
        months.reporter_id,
        months.flow,
        months.flow as part_flow,
        months.amount,
        months.month,
        months.lines_key,
        months.source_id
    from months
    union all
    -- A month of both flows is one of the total, too; quantities of both are not added up.
    select
        months.reporter_id,
        'total' as flow,
        months.flow as part_flow,
        months.amount,
        months.month,
        months.lines_key,
        months.source_id
    from months
    inner join months as other
        on
            months.reporter_id = other.reporter_id
            and months.amount = other.amount
            and months.month = other.month
            and months.flow <> other.flow
    where months.amount <> 'quantity'
),

covered as (
    select
        reporter_id,
        flow,
        amount,
        month,
        {{ dbt.date_trunc('quarter', 'month') }} as quarter,
        {{ dbt.date_trunc('year', 'month') }} as year,
        extract(month from month) as month_number,
        count(*) over (
            partition by reporter_id, flow, amount, {{ dbt.date_trunc('year', 'month') }} order by month
        ) as months_so_far,
        count(*) over (
            partition by reporter_id, flow, amount, {{ dbt.date_trunc('quarter', 'month') }}
        ) as months_of_quarter
    from flows
    group by reporter_id, flow, amount, month
),

spans as (
    select
        reporter_id,
        flow,
        amount,
        month as period_start,
        cast({{ last_day('month', 'month') }} as date) as period_end
    from covered
    union
    select
        reporter_id,
        flow,
        amount,
        cast(quarter as date) as period_start,
        cast({{ last_day('month', 'quarter') }} as date) as period_end
    from covered
    where months_of_quarter = 3
    union
    select
        reporter_id,
        flow,
        amount,
        cast(year as date) as period_start,
        cast({{ last_day('month', 'month') }} as date) as period_end
    from covered
    where months_so_far = month_number
),

compared as (
    select
        own.*,
        own.period_start as first_month,
        own.period_end as last_month,
        false as is_base
    from spans as own
    union all
    select
        own.*,
        base.period_start as first_month,
        base.period_end as last_month,
        true as is_base
    from spans as own
    inner join spans as base
        on
            {{ same('own', 'base', ['reporter_id', 'flow', 'amount']) }}
            and base.period_start = {{ year_before('own.period_start') }}
            and base.period_end = {{ year_before('own.period_end') }}
)

select
    compared.reporter_id,
    compared.flow,
    compared.amount,
    compared.period_start,
    compared.period_end,
    compared.is_base,
    flows.part_flow,
    flows.month,
    flows.lines_key,
    flows.source_id,
    sources.published_date
from compared
inner join flows
    on
        {{ same('compared', 'flows', ['reporter_id', 'flow', 'amount']) }}
        and compared.first_month <= flows.month
        and compared.last_month >= flows.month
inner join {{ ref('stg_customs__sources') }} as sources on flows.source_id = sources.source_id
