-- Months in which the quantity of a commodity is off its own history by a power of ten, by its unit value: most likely
-- another unit than the one that stands beside it.
with months as (
    select
        quantities.region_id,
        quantities.partner_id,
        quantities.commodity_id,
        quantities.flow,
        quantities.trade_mode_id,
        quantities.unit as quantity_unit,
        amounts.unit as currency,
        quantities.period_start,
        quantities.period_end,
        quantities.value as quantity,
        amounts.value as amount,
        quantities.source_id,
        {{ as_double('amounts.value') }} / {{ as_double('quantities.value') }} as unit_value
    from {{ ref('fct_declared_levels') }} as quantities
    inner join {{ ref('fct_declared_levels') }} as amounts
        on
            {{ same('quantities', 'amounts', subject_columns() + ['period_start', 'period_end'], ['measure']) }}
            and amounts.measure = 'value'
    where
        quantities.measure = 'quantity'
        and quantities.period_end = cast({{ last_day('quantities.period_start', 'month') }} as date)
        and quantities.value > 0
        and amounts.value > 0
),

typical as (
    select
        months.*,
        median(months.unit_value) over series as typical_unit_value,
        count(*) over series as month_count
    from months
    window series as (
        partition by region_id, partner_id, commodity_id, flow, trade_mode_id, quantity_unit, currency
    )
),

apart as (
    select
        typical.*,
        log10(typical.typical_unit_value / typical.unit_value) as magnitudes
    from typical
)

select
    region_id,
    partner_id,
    commodity_id,
    flow,
    trade_mode_id,
    currency,
    quantity_unit,
    period_start,
    period_end,
    quantity as declared_quantity,
    {{ point('unit_value') }} as unit_value,
    {{ point('typical_unit_value') }} as typical_unit_value,
    cast(round(magnitudes) as integer) as powers_of_ten,
    cast(month_count as integer) as month_count,
    source_id
from apart
-- Prices move, too: what lies midway between two powers of ten is no slip of a unit.
where round(magnitudes) <> 0 and abs(magnitudes - round(magnitudes)) <= 0.25 and month_count >= 4
