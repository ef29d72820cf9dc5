select
    source_id,
    char_start,
    char_end,
    printed,
    kind,
    reason,
    figure_ids,
    context
from {{ ref('int_numbers') }}
