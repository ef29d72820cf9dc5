select
    measure,
    name_en as measure_name_en,
    name_zh as measure_name_zh,
    kind as measure_kind,
    is_additive,
    is_definite,
    definition
from {{ ref('measures') }}
