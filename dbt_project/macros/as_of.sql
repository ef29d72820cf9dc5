{#-
What was known on a day, as common table expressions: `known_figures`, `known_measures`, `known_statements` and
`known_levels`. They rest on marts alone, since a published file has nothing else, and leave out whatever was published
after the day before anything is made of it.
-#}
{% macro known_on(day) -%}
known_figures as materialized (
    select
        figures.*,
        sources.source_kind,
        {{ is_mapped('figures') }} as is_mapped
    from {{ ref('fct_figures').include(database=false) }} as figures
    inner join {{ ref('dim_source').include(database=false) }} as sources on figures.source_id = sources.source_id
    where figures.published_date <= cast({{ day }} as date)
),

known_deductions as (
    select
        deductions.*,
        deductions.source_id as document_id
    from {{ ref('fct_deductions').include(database=false) }} as deductions
    where deductions.as_of_date <= cast({{ day }} as date)
),

known_measures as (
    select * from {{ ref('dim_measure').include(database=false) }}
),

known_joint_subjects as (
    {{ joint_members_of('known_figures') }}
),

known_joint_names as (
    select
        list,
        joint_id,
        count(*) as member_count
    from known_joint_subjects
    group by list, joint_id
),

known_statements as materialized (
    {{ statements_of('known_figures') }}
),

known_declared as (
    select * from {{ ref('fct_declared_levels').include(database=false) }}
    where as_of_date <= cast({{ day }} as date)
),

known_levels as materialized (
    {{ levels_of(
        'known_statements', 'known_joint_subjects', 'known_joint_names', 'known_measures', 'known_deductions',
        'known_declared'
    ) }}
)
{%- endmacro %}
