{% set ranked_dimensions = ['region_id', 'partner_id', 'ownership_id', 'trade_mode_id'] %}
{#- Peers are of one series but for the dimension that they are ranked over, whose code is blank here. -#}
{% set peer_group = ['dimension', 'peers', 'ranked_by', 'series', 'unit', 'period_start', 'period_end'] %}
with ranked as (
    select
        {{ key_columns() | join(', ') }},
        'growth' as ranked_by,
        growth_pct as ranked_value,
        growth_low_pct as ranked_low,
        growth_high_pct as ranked_high,
        source_id
    from {{ ref('int_growth') }}
    where
        comparison_start = {{ year_before('period_start') }}
        and comparison_end = {{ year_before('period_end') }}
    union all
    select
        {{ key_columns() | join(', ') }},
        'level' as ranked_by,
        value as ranked_value,
        low as ranked_low,
        high as ranked_high,
        source_id
    from {{ ref('int_levels') }}
    where preference = 1 and flow <> 'balance'
),

candidates as (
    {% for dimension in ranked_dimensions %}
    select
        ranked.*,
        '{{ dimension }}' as dimension,
        peers.peers,
        concat_ws(
            '|', {{ columns_of('ranked', subject_columns() | reject('equalto', dimension) | list) }}
        ) as series
    from ranked
    inner join {{ ref('int_peers') }} as peers
        on peers.dimension = '{{ dimension }}' and ranked.{{ dimension }} = peers.code
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ordered as (
    -- All windows go by one order.
    select
        *,
        count(*) over whole_group as peer_count,
        rank() over ordered_group as first_rank,
        count(*) over tied_group as tied_count,
        lead(ranked_low) over ordered_group as next_low,
        lead(ranked_high) over ordered_group as next_high
    from candidates
    window
        ordered_group as (partition by {{ peer_group | join(', ') }} order by ranked_value desc),
        tied_group as (
            partition by {{ peer_group | join(', ') }} order by ranked_value desc
            range between current row and current row
        ),
        whole_group as (
            partition by {{ peer_group | join(', ') }} order by ranked_value desc
            rows between unbounded preceding and unbounded following
        )
),

disputed as (
    -- Peers of whom one may be ahead of the next or behind it. Where each is surely ahead of the next, or both are
    -- known to the digit, the order is the rank: such peers are many.
    select distinct {{ peer_group | join(', ') }}
    from ordered
    where
        ranked_value is null
        or ranked_low is null
        or ranked_high is null
        or (ranked_low <= next_high and (ranked_low < ranked_high or next_low < next_high))
),

shaped as (
    select
        ordered.*,
        disputed.dimension is not null as is_disputed
    from ordered
    left join disputed on {{ same('ordered', 'disputed', peer_group) }}
),

ranks_of_disputed as (
    -- A peer is surely ahead where its low lies above our high, and possibly ahead where its high reaches our low. One
    -- of which only bounds are known counts as ahead where it surely is.
    select
        {{ columns_of('own', key_columns()) }},
        own.ranked_by,
        own.peers,
        own.ranked_value,
        own.ranked_low,
        own.ranked_high,
        own.source_id,
        own.peer_count,
        1 + sum(
            case when peer.ranked_value > own.ranked_value or peer.ranked_low > own.ranked_high then 1 else 0 end
        ) as rank_by_value,
        1 + sum(case when peer.ranked_low > own.ranked_high then 1 else 0 end) as rank_low,
        sum(
            case
                when peer.ranked_high is null or own.ranked_low is null or peer.ranked_high >= own.ranked_low then 1
                else 0
            end
        ) as rank_high
    from shaped as own
    inner join shaped as peer on {{ same('own', 'peer', peer_group) }}
    where own.is_disputed
    group by
        {{ columns_of('own', key_columns()) }},
        own.ranked_by,
        own.peers,
        own.ranked_value,
        own.ranked_low,
        own.ranked_high,
        own.source_id,
        own.peer_count
),

ranks as (
    select * from ranks_of_disputed
    union all
    select
        {{ key_columns() | join(', ') }},
        ranked_by,
        peers,
        ranked_value,
        ranked_low,
        ranked_high,
        source_id,
        peer_count,
        first_rank as rank_by_value,
        first_rank as rank_low,
        first_rank + tied_count - 1 as rank_high
    from shaped
    where not is_disputed
),

stated as (
    -- Within another whole than the peers' own ("first in the nation" of a prefecture) the peers are others.
    {% for dimension in ranked_dimensions + ['commodity_id'] %}
    select
        {{ columns_of('statements', key_columns()) }},
        statements.ranked_by,
        statements.value as stated_rank,
        statements.source_id,
        case
            when statements.whole_{{ dimension }} = peers.whole_code then peers.peers
            else concat(peers.kind, ' in ', statements.whole_{{ dimension }})
        end as peers
    from {{ ref('int_statements') }} as statements
    inner join {{ ref('int_peers') }} as peers
        on peers.dimension = '{{ dimension }}' and statements.{{ dimension }} = peers.code
    where statements.statistic = 'rank' and statements.whole_{{ dimension }} <> statements.{{ dimension }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

together as (
    select
        {% for column in key_columns() -%}
        coalesce(ranks.{{ column }}, stated.{{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(ranks.ranked_by, stated.ranked_by) as ranked_by,
        coalesce(ranks.peers, stated.peers) as peers,
        ranks.ranked_value,
        ranks.ranked_low,
        ranks.ranked_high,
        ranks.rank_by_value,
        ranks.rank_low,
        ranks.rank_high,
        stated.stated_rank,
        coalesce(ranks.peer_count, 0) as peer_count,
        coalesce(ranks.source_id, stated.source_id) as source_id
    from ranks
    full outer join stated
        on
            {{ same('ranks', 'stated', key_columns()) }}
            and ranks.ranked_by = stated.ranked_by
            and ranks.peers = stated.peers
)

select
    {{ key_columns() | join(', ') }},
    ranked_by,
    peers,
    ranked_value,
    ranked_low,
    ranked_high,
    cast(case when ranked_value is not null then rank_by_value end as integer) as rank,
    cast(rank_low as integer) as rank_low,
    cast(rank_high as integer) as rank_high,
    cast(stated_rank as integer) as stated_rank,
    cast(peer_count as integer) as peer_count,
    source_id
from together
where peer_count > 1 or stated_rank is not null
