{#- A mart of findings: every row of it is one. -#}
{% test no_rows(model) %}
select * from {{ model }}
{% endtest %}
