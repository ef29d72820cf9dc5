{#-
A model that is a function: a table macro of DuckDB with the parameters of its config. It names tables by schema alone,
because it is copied into the published file, which has another name than the working warehouse.
-#}
{% materialization table_macro, adapter='duckdb' %}
    {%- set function = this.include(database=false) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        create or replace macro {{ function }}({{ config.require('parameters') | join(', ') }}) as table (
            {{ sql }}
        )
    {%- endcall %}
    {% call statement('comment') -%}
        comment on macro table {{ function }} is '{{ model.description | replace("'", "''") }}'
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': []}) }}
{% endmaterialization %}
