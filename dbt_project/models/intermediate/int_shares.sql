-- Every part and whole whose share is stated or can be computed: one row a part, period and reference.
with levels as (
    select * from {{ ref('int_levels') }}
    where preference = 1
),

additive as (
    select levels.*
    from levels
    inner join {{ ref('measures') }} as measures on levels.measure = measures.measure
    where measures.is_additive and levels.flow <> 'balance'
),

stated as (
    select
        statements.*,
        {{ share_reference('statements', 'whole') }} as share_reference
    from {{ ref('int_statements') }} as statements
    where statements.statistic in ('share', 'share_change')
),

-- Wholes: one dimension widened at a time, the rest the same. What has no flow is no part of a total of flows.
computable as (
    {% for column, whole in [
        ('partner_id', 'WORLD'), ('commodity_id', 'TOTAL'), ('ownership_id', 'ALL'), ('trade_mode_id', 'ALL'),
        ('flow', 'total')
    ] %}
    select
        {{ columns_of('part', key_columns()) }},
        {{ whole_columns('part', 'whole', column) }}
    from additive as part
    inner join additive as whole
        on {{ same('part', 'whole', key_columns(), [column]) }}
    where
        whole.{{ column }} = '{{ whole }}'
        and part.{{ column }} not in ('', '{{ whole }}')
    union all
    {% endfor %}
    select
        {{ columns_of('part', key_columns()) }},
        {{ whole_columns('part', 'whole', 'region_id') }}
    from additive as part
    inner join {{ ref('int_regions') }} as regions on part.region_id = regions.region_id
    inner join additive as whole
        on
            {{ same('part', 'whole', key_columns(), ['region_id']) }}
            and regions.parent_region_id = whole.region_id
),

parts as (
    select
        {{ columns_of('computable', key_columns()) }},
        computable.whole_region_id,
        computable.whole_partner_id,
        computable.whole_commodity_id,
        computable.whole_flow,
        computable.whole_ownership_id,
        computable.whole_trade_mode_id,
        computable.whole_measure,
        {{ share_reference('computable', 'whole') }} as reference
    from computable
    union
    select
        {{ columns_of('stated', key_columns()) }},
        stated.whole_region_id,
        stated.whole_partner_id,
        stated.whole_commodity_id,
        stated.whole_flow,
        stated.whole_ownership_id,
        stated.whole_trade_mode_id,
        stated.whole_measure,
        stated.share_reference as reference
    from stated
)

select
    {{ columns_of('parts', key_columns()) }},
    parts.reference,
    part.value as part_value,
    part.low as part_low,
    part.high as part_high,
    whole.value as whole_value,
    whole.low as whole_low,
    whole.high as whole_high,
    share.value as stated_share,
    share.low as stated_share_low,
    share.high as stated_share_high,
    share.figure_id as stated_share_figure_id,
    change.value as stated_change,
    change.low as stated_change_low,
    change.high as stated_change_high,
    change.figure_id as stated_change_figure_id,
    part_growth.growth_pct as part_growth,
    part_growth.growth_low_pct as part_growth_low,
    part_growth.growth_high_pct as part_growth_high,
    whole_growth.growth_pct as whole_growth,
    whole_growth.growth_low_pct as whole_growth_low,
    whole_growth.growth_high_pct as whole_growth_high,
    coalesce(share.source_id, change.source_id, {{ latest_source('part', 'whole') }}) as source_id
from parts
left join levels as part on {{ same('parts', 'part', key_columns()) }}
left join levels as whole on {{ is_whole_of('parts', 'whole') }}
left join stated as share
    on
        share.statistic = 'share'
        and {{ same('parts', 'share', key_columns()) }}
        and parts.reference = share.share_reference
left join stated as change
    on
        change.statistic = 'share_change'
        and {{ same('parts', 'change', key_columns()) }}
        and parts.reference = change.share_reference
        and change.comparison_start = {{ year_before('parts.period_start') }}
        and change.comparison_end = {{ year_before('parts.period_end') }}
left join {{ ref('int_growth') }} as part_growth
    on
        {{ same('parts', 'part_growth', key_columns()) }}
        and part_growth.comparison_start = {{ year_before('parts.period_start') }}
        and part_growth.comparison_end = {{ year_before('parts.period_end') }}
left join {{ ref('int_growth') }} as whole_growth
    on
        {{ is_whole_of('parts', 'whole_growth') }}
        and whole_growth.comparison_start = {{ year_before('parts.period_start') }}
        and whole_growth.comparison_end = {{ year_before('parts.period_end') }}
