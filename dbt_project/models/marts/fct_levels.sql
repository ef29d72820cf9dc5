{{ best_levels(ref('int_levels')) }}
