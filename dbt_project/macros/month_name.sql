{#- The English name of a month from its number. -#}
{% macro month_name(number) -%}
    {%- set months = [
        'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
        'December'
    ] -%}
    case {{ number }}
        {%- for month in months %} when {{ loop.index }} then '{{ month }}'{% endfor %}
    end
{%- endmacro %}
