select
    step_id,
    deduced_id,
    rule,
    inputs,
    before_low,
    before_high,
    after_low,
    after_high
from {{ source('deduction', 'derivations') }}
