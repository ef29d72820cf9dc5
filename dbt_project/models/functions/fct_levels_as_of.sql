with {{ known_on('day') }}

select * from (
    {{ best_levels('known_levels') }}
)
