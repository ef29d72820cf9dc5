select
    document_id as source_id,
    conflict_number,
    set_number,
    figure_ids as member_figure_ids,
    culprits as culprit_figure_ids
from {{ ref('stg_deduction__conflicts') }}
