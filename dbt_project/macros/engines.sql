{#-
What the engines that the models run on (docs/scale.md) say differently: a macro each, with a form for every engine.
Everything else in the models is SQL that all of them read alike.
-#}

{#- A number that is the same for equal values, nulls included, and hardly ever for others; of 64 bits, of whole rows. -#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash')(columns)) }}
{%- endmacro %}

{% macro duckdb__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{#-
A number as a double. DuckDB divides 128 bits for that where a decimal has more digits than a double holds, which takes
longer than all else that is computed of amounts. What fits into 64 bits goes through them, to the very same double.
-#}
{% macro as_double(expression) -%}
    {{ return(adapter.dispatch('as_double')(expression)) }}
{%- endmacro %}

{% macro default__as_double(expression) -%} cast({{ expression }} as double) {%- endmacro %}

{% macro duckdb__as_double(expression) -%}
    case
        when typeof({{ expression }}) like 'DECIMAL(%,6)' and abs({{ expression }}) < 900000000000
            then cast(cast({{ expression }} as decimal(18, 6)) as double)
        else cast({{ expression }} as double)
    end
{%- endmacro %}

{#-
A double as a decimal of so many places, rounded from what the double holds. Spark's own cast starts from the shortest
text that tells the double from its neighbours instead, which has other digits where an amount is large.
-#}
{% macro rounded_decimal(expression, places) -%}
    {{ return(adapter.dispatch('rounded_decimal')(expression, places)) }}
{%- endmacro %}

{% macro duckdb__rounded_decimal(expression, places) -%}
    cast({{ expression }} as decimal(28, {{ places }}))
{%- endmacro %}

{% macro spark__rounded_decimal(expression, places) -%}
    {{ target.schema }}.customhouse_units({{ expression }}, 1e{{ places }}) * 0.{{ '0' * (places - 1) }}1
{%- endmacro %}

{#-
The function behind it, made when a run starts: an amount in units of its last place, as a whole number. Halves go away
from nought, as in DuckDB. What is more than a bigint holds is a multiple of 2048.
-#}
{% macro make_functions() -%}
    {%- if target.type == 'spark' -%}
    create or replace function {{ target.schema }}.customhouse_units(amount double, scale double) returns decimal(28, 0)
    return case
        when abs(amount * scale) < 9e18
            then cast(cast(round(amount * scale) as bigint) as decimal(28, 0))
        else cast(cast(amount * scale / 2048 as bigint) as decimal(28, 0)) * 2048
    end
    {%- endif -%}
{%- endmacro %}

{#- Whether a regular expression matches anywhere in a text. -#}
{% macro is_match(text, pattern) -%}
    {{ return(adapter.dispatch('is_match')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__is_match(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__is_match(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- A row for each part of a text; the separator is one character. -#}
{% macro part_of(text, separator) -%}
    {{ return(adapter.dispatch('part_of')(text, separator)) }}
{%- endmacro %}

{% macro duckdb__part_of(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__part_of(text, separator) -%}
    explode(split({{ text }}, '[{{ separator }}]'))
{%- endmacro %}

{#-
A day so many parts later. dbt's form for Spark keeps the time of day in an expression of a screenful, which Spark then
compiles wherever a period is compared with the year before; here are days alone.
-#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
    {%- if datepart == 'day' -%}
        date_add({{ from_date_or_timestamp }}, {{ interval }})
    {%- else -%}
        add_months({{ from_date_or_timestamp }}, {{ interval }} * {{ months[datepart] }})
    {%- endif -%}
{%- endmacro %}

{#- The last day of the part of the year that a day lies in. -#}
{% macro spark__last_day(date, datepart) -%}
    {%- set months = {'month': 0, 'quarter': 2, 'year': 11} -%}
    last_day(add_months(trunc({{ date }}, '{{ datepart }}'), {{ months[datepart] }}))
{%- endmacro %}

{#- dbt's form of `listagg` for Spark leaves the order to chance; Spark can keep it. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}) within group ({{ order_by_clause }})
{%- endmacro %}

{#- One of a list, by its place counted from 1. -#}
{% macro element_of(list, place) -%}
    {{ return(adapter.dispatch('element_of')(list, place)) }}
{%- endmacro %}

{% macro duckdb__element_of(list, place) -%}
    {{ list }}[{{ place }}]
{%- endmacro %}

{% macro spark__element_of(list, place) -%}
    element_at({{ list }}, {{ place }})
{%- endmacro %}

{#- A list of texts that is empty. -#}
{% macro no_texts() -%}
    {{ return(adapter.dispatch('no_texts')()) }}
{%- endmacro %}

{% macro duckdb__no_texts() -%}
    cast([] as varchar[])
{%- endmacro %}

{% macro spark__no_texts() -%}
    cast(array() as array<string>)
{%- endmacro %}

{#- The columns of a contract, without rows. Spark says `string` where a contract says `varchar`. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
        {%- for column in columns.values() %}
        {%- set type = column['data_type'] %}
        cast(null as {{ {'varchar': 'string', 'varchar[]': 'array<string>'}.get(type, type) }})
            as {{ column['name'] }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}
