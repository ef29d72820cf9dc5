{#- Schemas are named as in the design (`staging`, `intermediate`, `marts`), without the target's name in front. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
