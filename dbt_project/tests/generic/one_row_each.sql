{#-
Rows that share what identifies a row. Nulls count as equal: a missing code must not hide a second row. Rows are told
apart by a number made of their columns, which is much cheaper to group by; those of equal numbers are looked at whole.
-#}
{% test one_row_each(model, columns) %}
with suspects as (
    select {{ row_hash(columns) }} as row_hash
    from {{ model }}
    group by {{ row_hash(columns) }}
    having count(*) > 1
)

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
where {{ row_hash(columns) }} in (select suspects.row_hash from suspects)
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
