select
    list,
    code,
    alias,
    language,
    coalesce(scope, '') as scope_region_id
from {{ ref('aliases') }}
