{#- Periods that end before they start. -#}
{% test periods_are_ordered(model) %}
select
    period_start,
    period_end
from {{ model }}
where period_end < period_start
{% endtest %}
