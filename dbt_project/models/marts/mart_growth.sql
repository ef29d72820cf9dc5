with growth as (
    select
        growth.*,
        measures.is_additive,
        case
            when
                growth.partner_id <> 'WORLD'
                or growth.commodity_id <> 'TOTAL'
                or growth.ownership_id <> 'ALL'
                or growth.trade_mode_id <> 'ALL'
                then growth.flow
            when growth.flow in ('export', 'import') then 'total'
        end as whole_flow
    from {{ ref('int_growth') }} as growth
    inner join {{ ref('measures') }} as measures on growth.measure = measures.measure
),

with_whole as (
    -- The whole of a contribution: the region's trade with all partners, of all goods, owners and modes, in the same
    -- flow; of all exports and of all imports it is the total.
    select
        growth.*,
        whole.base_low as whole_base_low,
        whole.base_high as whole_base_high,
        {{ percent('growth.change', 'whole.base') }} as contribution
    from growth
    left join growth as whole
        on
            growth.region_id = whole.region_id
            and growth.whole_flow = whole.flow
            and growth.is_additive
            and {{ same('growth', 'whole', ['measure', 'unit', 'period_start', 'period_end']) }}
            and growth.comparison_start = whole.comparison_start
            and growth.comparison_end = whole.comparison_end
            and whole.partner_id = 'WORLD'
            and whole.commodity_id = 'TOTAL'
            and whole.ownership_id = 'ALL'
            and whole.trade_mode_id = 'ALL'
)

select
    {{ key_columns() | join(', ') }},
    comparison_start,
    comparison_end,
    level,
    level_low,
    level_high,
    cast(base as {{ bound_type() }}) as base,
    base_low,
    base_high,
    base_origin,
    published_base_low,
    published_base_high,
    growth_pct,
    growth_low_pct,
    growth_high_pct,
    stated_growth_pct,
    recomputed_growth_low_pct,
    recomputed_growth_high_pct,
    {{ point('contribution') }} as contribution_pp,
    {{ outward_low(percent_low('change_low', 'whole_base_low', 'whole_base_high')) }} as contribution_low_pp,
    {{ outward_high(percent_high('change_high', 'whole_base_low', 'whole_base_high')) }} as contribution_high_pp,
    origin,
    stated_figure_id,
    source_id
from with_whole
