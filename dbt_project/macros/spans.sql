{#-
Incremental models over declarations: rows carry a key that names all that they are made of. Before a build, what has a
key that is no more is dropped; then what has a key that is not there yet is added. So nothing is made twice, and nothing
stays that would be made otherwise.
-#}

{#- The statement before a build. `known` has the keys that there are now. -#}
{% macro drop_former(key, known) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} not in (select {{ key }} from {{ known }})
    {%- endif -%}
{%- endmacro %}

{#- Whether a key is one to be built. -#}
{% macro is_to_be_built(key) -%}
    {%- if is_incremental() -%}
        {{ key }} not in (select done.{{ key }} from {{ this }} as done)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
Whether a span of declarations is a quarter or the year to date. Models of very many series have these alone: a single
month of one is a shipment or two, and has its level in fct_declared_levels.
-#}
{% macro is_quarter_or_year_to_date(span) -%}
    (
        extract(month from {{ span }}.period_start) = 1
        or {{ span }}.period_end > {{ last_day(span ~ '.period_start', 'month') }}
    )
{%- endmacro %}
