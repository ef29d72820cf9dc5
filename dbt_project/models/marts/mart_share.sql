with computed as (
    select
        *,
        stated_share_figure_id is not null as is_stated,
        stated_change_figure_id is not null as is_change_stated,
        {{ percent('part_value', 'whole_value') }} as recomputed_value,
        part_low is not null and part_high is not null and whole_low > 0 and whole_high is not null as is_recomputed,
        -- Sums of declarations are known to the digit, and most parts are such.
        part_value = part_low and part_value = part_high and whole_value = whole_low and whole_value = whole_high
        and whole_value > 0 as is_exact
    from {{ ref('int_shares') }}
),

recomputed as (
    select
        *,
        case
            when is_exact then {{ outward_low('recomputed_value') }}
            else {{ outward_low(percent_low('part_low', 'whole_low', 'whole_high')) }}
        end as recomputed_low,
        case
            when is_exact then {{ outward_high('recomputed_value') }}
            else {{ outward_high(percent_high('part_high', 'whole_low', 'whole_high')) }}
        end as recomputed_high
    from computed
),

known as (
    -- The change of a share rests on the share computed from levels where there is one (it is the narrower interval),
    -- else on the stated one.
    select
        *,
        case when is_recomputed then recomputed_value else stated_share end as share_value,
        case when is_recomputed then recomputed_low else stated_share_low end as share_low,
        case when is_recomputed then recomputed_high else stated_share_high end as share_high
    from recomputed
),

changed as (
    select
        *,
        {{ point(share_change('share_value', 'part_growth', 'whole_growth')) }} as recomputed_change,
        {{ outward_low(share_change_low('share_low', 'share_high', 'part_growth_low', 'whole_growth_high')) }}
            as recomputed_change_low,
        {{ outward_high(share_change_high('share_low', 'share_high', 'part_growth_high', 'whole_growth_low')) }}
            as recomputed_change_high
    from known
)

select
    {{ key_columns() | join(', ') }},
    reference,
    case when is_stated then stated_share else {{ point('recomputed_value') }} end as share_pct,
    case when is_stated then stated_share_low else recomputed_low end as share_low_pct,
    case when is_stated then stated_share_high else recomputed_high end as share_high_pct,
    stated_share as stated_share_pct,
    recomputed_low as recomputed_share_low_pct,
    recomputed_high as recomputed_share_high_pct,
    case when is_change_stated then stated_change else recomputed_change end as share_change_pp,
    stated_change as stated_share_change_pp,
    recomputed_change_low as recomputed_share_change_low_pp,
    recomputed_change_high as recomputed_share_change_high_pp,
    part_low,
    part_high,
    whole_low,
    whole_high,
    case when is_stated or is_change_stated then 'stated' else 'computed' end as origin,
    stated_share_figure_id,
    source_id
from changed
where
    is_stated
    or is_change_stated
    or is_exact
    or recomputed_low is not null
    or recomputed_high is not null
