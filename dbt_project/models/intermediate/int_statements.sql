-- What is held to be stated, of all that is published: macros/statements.sql says how it is chosen.
{{ statements_of(ref('int_figures')) }}
