{#- What identifies a series and a period of it, said once for all models. -#}

{#- The dimensions of a series without its unit. -#}
{% macro subject_columns() -%}
    {{ return(['region_id', 'partner_id', 'commodity_id', 'flow', 'ownership_id', 'trade_mode_id', 'measure']) }}
{%- endmacro %}

{#- The key of every mart row: the series and its period. -#}
{% macro key_columns() -%}
    {{ return(subject_columns() + ['unit', 'period_start', 'period_end']) }}
{%- endmacro %}

{#- `prefix.a, prefix.b, …` -#}
{% macro columns_of(prefix, columns) -%}
    {%- for column in columns -%}
        {{ prefix }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- `left.a = right.a and …`, for all columns but those excepted. -#}
{% macro same(left, right, columns, but=[]) -%}
    {%- for column in columns if column not in but -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Whether the code lists know every name of a figure, so that it belongs to a series. -#}
{% macro is_mapped(figure) -%}
    'UNMAPPED' not in (
        {{ columns_of(figure, ['region_id', 'partner_id', 'commodity_id', 'ownership_id', 'trade_mode_id']) }}
    )
{%- endmacro %}

{#- The code after `key=` in a reference like `commodity=TOTAL;flow=export`; null where it is not named. -#}
{% macro reference_code(reference, key) -%}
    nullif(regexp_extract({{ reference }}, '(^|;){{ key }}=([^;]+)', 2), '')
{%- endmacro %}

{#- The dimensions of what a figure refers to: those that its reference names, else its own. -#}
{% macro named_whole(figure, reference) -%}
    {%- for column in subject_columns() -%}
        coalesce({{ reference_code(reference, column | replace('_id', '')) }}, {{ figure }}.{{ column }})
            as whole_{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The dimensions of `part` as those of a whole that is wider in one of them, and has there what `whole` has. -#}
{% macro whole_columns(part, whole, column) -%}
    {%- for name in subject_columns() -%}
        {{ whole if name == column else part }}.{{ name }} as whole_{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- What is known of a part as `part_…`, and of a whole as `whole_…`. -#}
{% macro facts_of(part, whole, facts) -%}
    {%- for fact in facts -%}
        {{ part }}.{{ fact }} as part_{{ fact }}, {{ whole }}.{{ fact }} as whole_{{ fact }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The series and period that is the whole of a part. -#}
{% macro is_whole_of(part, whole) -%}
    {%- for name in subject_columns() -%}
        {{ part }}.whole_{{ name }} = {{ whole }}.{{ name }} and {% endfor -%}
    {{ same(part, whole, ['unit', 'period_start', 'period_end']) }}
{%- endmacro %}

{#- The later of the sources of two levels, by the day on which each became known: where a figure made of both is from. -#}
{% macro latest_source(one, other) -%}
    case
        when {{ other }}.as_of_date > {{ one }}.as_of_date then {{ other }}.source_id
        else coalesce({{ one }}.source_id, {{ other }}.source_id)
    end
{%- endmacro %}

{#-
The reference of a share in its one normal form: the dimensions in which the whole is wider than the part, in the order
of the key, then the whole's flow where it is exports or imports, or not the part's.
-#}
{% macro share_reference(part, whole) -%}
    concat_ws(
        ';',
        {%- for column, word in [
            ('measure', 'measure'), ('region_id', 'region'), ('partner_id', 'partner'), ('commodity_id', 'commodity'),
            ('ownership_id', 'ownership'), ('trade_mode_id', 'trade_mode')
        ] %}
        case
            when {{ part }}.{{ column }} <> {{ whole }}_{{ column }} then concat('{{ word }}=', {{ whole }}_{{ column }})
        end,
        {%- endfor %}
        case
            when {{ whole }}_flow <> {{ part }}.flow or {{ whole }}_flow in ('export', 'import')
                then concat('flow=', {{ whole }}_flow)
        end
    )
{%- endmacro %}

{#- The same day a year before; the last day of a month stays the last day. -#}
{% macro year_before(day) -%}
    case
        when {{ day }} = {{ last_day(day, 'month') }}
            then cast({{ last_day(dateadd('year', -1, day), 'month') }} as date)
        else cast({{ dateadd('year', -1, day) }} as date)
    end
{%- endmacro %}

{#-
The level that a growth is of: the one that its own source states, else the best known one. After a restatement they
differ, and only the first belongs to the growth. Columns `level`, `level_low`, `level_high`.
-#}
{% macro level_of_growth(growth, best) -%}
    {%- set has_own = growth ~ '.own_level_low is not null or ' ~ growth ~ '.own_level_high is not null' -%}
    case when {{ has_own }} then {{ growth }}.own_level else {{ best }}.value end as level,
    case when {{ has_own }} then {{ growth }}.own_level_low else {{ best }}.low end as level_low,
    case when {{ has_own }} then {{ growth }}.own_level_high else {{ best }}.high end as level_high
{%- endmacro %}

{#-
Figures that are read, in the terms in which two that state the same thing are equal: with the span compared with only
where something is compared, and with the whole, the other or the peers spelled out. `where` limits them.
-#}
{% macro comparable_figures(figures, where='true') -%}
    select
        figures.*,
        {{ named_whole('figures', 'figures.refers_to') }},
        case
            when figures.statistic = 'rank'
                then coalesce({{ reference_code('figures.refers_to', 'ranked_by') }}, 'level')
        end as ranked_by
    from (
        select
            every_figure.*,
            case
                when every_figure.statistic in ('growth', 'change', 'share_change', 'growth_gap', 'contribution')
                    then every_figure.comparison_start
            end as compared_start,
            case
                when every_figure.statistic in ('growth', 'change', 'share_change', 'growth_gap', 'contribution')
                    then every_figure.comparison_end
            end as compared_end,
            case
                when every_figure.statistic in ('share', 'share_change', 'growth_gap', 'contribution', 'rank', 'ratio')
                    then every_figure.reference
            end as refers_to
        from {{ figures }} as every_figure
        where every_figure.status = 'read' and {{ where }}
    ) as figures
{%- endmacro %}

{#- What is equal in two comparable figures that speak of the same thing. -#}
{% macro statement_columns() -%}
    {{ return(
        ['statistic'] + subject_columns() + ['series_unit', 'period_start', 'period_end', 'compared_start', 'compared_end']
        + ['whole_measure', 'whole_region_id', 'whole_partner_id', 'whole_commodity_id', 'whole_flow']
        + ['whole_ownership_id', 'whole_trade_mode_id', 'ranked_by']
    ) }}
{%- endmacro %}
