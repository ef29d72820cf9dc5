-- The whole grew, and what is left of it without the parts that are printed fell.
with implied as (
    select * from {{ ref('int_implied') }}
    where statistic = 'growth' and not is_across_vintages
)

select
    'remainder_shrank' as finding,
    {{ finding_columns('remainders') }},
    wholes.low as against_low,
    wholes.high as against_high,
    -remainders.high as size,
    concat(
        remainders.when_en, ', ', remainders.series_en, ' ', {{ growth_in_text('remainders', 'en') }},
        remainders.compared_en, ', while ', wholes.series_en, ' as a whole ', {{ growth_in_text('wholes', 'en') }}, '.'
    ) as sentence_en,
    concat(
        remainders.when_zh, '，', remainders.series_zh, remainders.compared_zh, {{ growth_in_text('remainders', 'zh') }},
        '，而', wholes.series_zh, '总体', {{ growth_in_text('wholes', 'zh') }}, '。'
    ) as sentence_zh
from implied as remainders
inner join implied as wholes
    on
        {{ same_comparison('remainders', 'wholes') }}
        and {{ same('remainders', 'wholes', ['flow', 'measure']) }}
        {% for column in subject_columns() | reject('in', ['flow', 'measure']) -%}
        and {{ split_part('remainders.' ~ column, "'~'", 1) }} = wholes.{{ column }}
        {% endfor %}
where
    {{ is_remainder('remainders') }}
    and not {{ is_remainder('wholes') }}
    and remainders.is_own_period
    -- Releases print growth to a tenth of a percent.
    and remainders.high <= -0.1
    and wholes.low > 0
