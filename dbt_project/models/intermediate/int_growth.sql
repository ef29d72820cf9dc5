-- Growth of every series and period, of all that is published: macros/growth_of_levels.sql says how it is computed.
{{ growth_of(ref('int_levels'), ref('int_statements')) }}
