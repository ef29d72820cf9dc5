with {{ known_on('day') }},

known_growth as materialized (
    {{ growth_of('known_levels', 'known_statements') }}
)

select * from (
    {{ growth_with_contribution('known_growth', 'known_measures') }}
)
