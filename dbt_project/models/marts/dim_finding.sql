select
    finding,
    name_en as finding_name_en,
    name_zh as finding_name_zh,
    definition,
    numbers,
    against,
    size,
    cast(usual_size as {{ bound_type() }}) as usual_size
from {{ ref('findings') }}
