{#- Rows that share what identifies a row. Nulls count as equal: a missing code must not hide a second row. -#}
{% test one_row_each(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
