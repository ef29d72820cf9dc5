select
    source_id,
    char_start,
    char_end,
    printed,
    kind,
    reason,
    figure_ids,
    context,
    paragraph_start,
    paragraph
from {{ ref('int_numbers') }}
