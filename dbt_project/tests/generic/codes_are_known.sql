{#-
Codes that the dimension they join does not hold. `references` lists {column, to, field}; one test for all columns of a
table, so that a failing row says which column and which code.
-#}
{% test codes_are_known(model, references) %}
{% for reference in references %}
select
    '{{ reference.column }}' as column_name,
    {{ reference.column }} as unknown_code,
    count(*) as row_count
from {{ model }}
where
    {{ reference.column }} is not null
    and {{ reference.column }} not in (select {{ reference.field }} from {{ reference.to }})
group by {{ reference.column }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
