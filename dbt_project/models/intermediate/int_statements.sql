-- What is held to be stated: of several figures for one thing, the one that is more than a bound, then the one
-- published last (the latest figure prevails), then the narrowest. Figures with a name that no code list knows are left
-- out: it is not known which series they belong to.
with mapped as (
    -- Only what compares has a span compared with, and only what refers has a reference: elsewhere they would make two
    -- statements of one.
    select
        figures.*,
        case
            when figures.statistic in ('growth', 'change', 'share_change', 'growth_gap', 'contribution')
                then figures.comparison_start
        end as compared_start,
        case
            when figures.statistic in ('growth', 'change', 'share_change', 'growth_gap', 'contribution')
                then figures.comparison_end
        end as compared_end,
        case
            when figures.statistic in ('share', 'share_change', 'growth_gap', 'contribution', 'rank', 'ratio')
                then figures.reference
        end as refers_to
    from {{ ref('int_figures') }} as figures
    where figures.status = 'read' and figures.is_mapped
),

figures as (
    select
        figures.*,
        {{ named_whole('figures', 'figures.refers_to') }},
        case
            when figures.statistic = 'rank'
                then coalesce({{ reference_code('figures.refers_to', 'ranked_by') }}, 'level')
        end as ranked_by
    from mapped as figures
),

ordered as (
    select
        figures.*,
        row_number() over (
            partition by
                figures.statistic,
                {{ columns_of('figures', subject_columns()) }},
                figures.series_unit,
                figures.period_start,
                figures.period_end,
                figures.compared_start,
                figures.compared_end,
                figures.whole_measure,
                figures.whole_region_id,
                figures.whole_partner_id,
                figures.whole_commodity_id,
                figures.whole_flow,
                figures.whole_ownership_id,
                figures.whole_trade_mode_id,
                figures.ranked_by
            order by
                case when figures.qualifier in ('exact', 'about') then 0 else 1 end asc,
                figures.published_date desc,
                case when figures.low is null or figures.high is null then 1 else 0 end asc,
                figures.high - figures.low asc,
                figures.figure_id asc
        ) as preference
    from figures
)

select
    figure_id,
    source_id,
    published_date,
    statistic,
    region_id,
    partner_id,
    commodity_id,
    flow,
    ownership_id,
    trade_mode_id,
    measure,
    series_unit as unit,
    period_start,
    period_end,
    compared_start as comparison_start,
    compared_end as comparison_end,
    -- A bound ("over 90 percent") is no point: only its low or high is known.
    case when qualifier in ('exact', 'about') then value end as value,
    low,
    high,
    whole_measure,
    whole_region_id,
    whole_partner_id,
    whole_commodity_id,
    whole_flow,
    whole_ownership_id,
    whole_trade_mode_id,
    ranked_by
from ordered
where preference = 1
