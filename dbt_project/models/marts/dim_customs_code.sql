select
    list,
    code,
    coalesce(name, '') as name,
    id
from {{ ref('stg_customs__codes') }}
