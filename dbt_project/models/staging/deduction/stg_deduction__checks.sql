select
    figure_id,
    source_id,
    rule,
    verdict,
    stated_low,
    stated_high,
    implied_low,
    implied_high,
    distance_in_last_digits,
    is_culprit,
    fitting_wholes
from {{ source('deduction', 'checks') }}
