{{ growth_with_contribution(ref('int_growth'), ref('measures')) }}
