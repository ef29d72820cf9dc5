select
    source_id,
    char_start,
    char_end,
    printed,
    kind,
    nullif(reason, '') as reason,
    nullif(figure_ids, '') as figure_ids,
    context,
    paragraph_start,
    paragraph
from {{ source('releases', 'numbers') }}
