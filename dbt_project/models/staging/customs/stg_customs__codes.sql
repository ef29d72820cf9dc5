select
    list,
    code,
    name,
    id
from {{ source('customs', 'codes') }}
