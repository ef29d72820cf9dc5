-- What documents imply and do not say, ranked by how much of it there is beside what is usual of its kind.
{% set vocabulary = [
    'share_fell_though_trade_rose',
    'share_rose_though_trade_fell',
    'more_than_all_of_the_growth',
    'most_of_the_growth',
    'remainder_shrank',
    'price_rose_while_quantity_fell',
    'price_fell_while_quantity_rose',
    'price_rose_with_quantity',
    'price_fell_with_quantity',
    'months_between_releases',
    'implied_level_of_a_flow',
    'implied_level_of_the_whole',
    'implied_growth_of_another_region',
    'growth_bounded_by_count',
] %}
with findings as (
    {% for finding in vocabulary %}
    select * from {{ ref('unprinted_' ~ finding) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        findings.*,
        {{ point(as_double('findings.size') ~ ' / ' ~ as_double('vocabulary.usual_size'), 3) }} as salience
    from findings
    left join {{ ref('findings') }} as vocabulary on findings.finding = vocabulary.finding
)

select
    {{ key_columns() | join(', ') }},
    finding,
    salience,
    cast(
        row_number() over (
            partition by source_id
            order by salience desc, finding asc, deduced_id asc
        ) as integer
    ) as salience_rank,
    statistic,
    low,
    high,
    cast(against_low as {{ bound_type() }}) as against_low,
    cast(against_high as {{ bound_type() }}) as against_high,
    comparison_start,
    comparison_end,
    reference,
    sentence_en,
    sentence_zh,
    derivation_id,
    source_id
from ranked
