-- Levels by every way they are known, of all that is published: macros/levels.sql says which ways there are.
{{ levels_of(
    ref('int_statements'), ref('int_joint_subjects'), ref('int_joint_names'), ref('measures'),
    ref('stg_deduction__figures'), ref('fct_declared_levels')
) }}
