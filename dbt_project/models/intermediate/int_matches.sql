-- Figures that state what another file of the same document states already, or another place of the same file: the same
-- thing with the same bounds. A sheet and the release that it was keyed from make two rows of one statement. Of names
-- that no code list knows the text must be the same.
with figures as (
    {{ comparable_figures(ref('int_figures')) }}
),

matched as (
    select
        figures.figure_id,
        first_value(figures.figure_id) over (
            partition by
                figures.document_id,
                {{ columns_of('figures', statement_columns()) }},
                {% for name in ['region', 'partner', 'commodity', 'ownership', 'trade_mode'] -%}
                case when figures.{{ name }}_id = 'UNMAPPED' then lower(figures.{{ name }}_text) end,
                {% endfor -%}
                figures.unit,
                figures.value,
                figures.low,
                figures.high
            order by
                case when figures.source_kind = 'sheets' then 0 else 1 end asc,
                figures.source_id asc,
                coalesce(figures.char_start, 0) asc,
                figures.figure_id asc
        ) as matched_figure_id
    from figures
)

select
    figure_id,
    matched_figure_id
from matched
where figure_id <> matched_figure_id
