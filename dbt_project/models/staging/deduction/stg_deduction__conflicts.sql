select
    document_id,
    conflict_number,
    set_number,
    figure_ids,
    culprits
from {{ source('deduction', 'conflicts') }}
