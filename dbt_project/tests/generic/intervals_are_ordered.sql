{#- Intervals (low, high and, where there is one, the point value between them) that are out of order. -#}
{% test intervals_are_ordered(model, intervals) %}
{% for interval in intervals %}
select
    '{{ interval | join(', ') }}' as columns_out_of_order,
    {{ interval[0] }} as low,
    {{ interval[1] }} as high,
    {{ interval[2] if interval | length > 2 else 'null' }} as value
from {{ model }}
where
    {{ interval[0] }} > {{ interval[1] }}
    {% if interval | length > 2 %}
    or {{ interval[2] }} < {{ interval[0] }}
    or {{ interval[2] }} > {{ interval[1] }}
    {% endif %}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
