-- A number that is counted as read, uncertain or unread, and of which no figure of that status is there: the accounting
-- says what the figures do not.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_numbers'}}}) }}

select
    numbers.source_id,
    numbers.char_start,
    numbers.printed,
    numbers.kind
from {{ ref('fct_numbers') }} as numbers
left join {{ ref('fct_figures') }} as figures
    on
        numbers.source_id = figures.source_id
        and numbers.kind = figures.status
        and {{ position('figures.figure_id', 'numbers.figure_ids') }} > 0
where numbers.kind <> 'not_a_figure' and figures.figure_id is null
