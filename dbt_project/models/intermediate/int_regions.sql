-- Every region that a code list knows: countries, China's provinces and prefectures, and areas, zones and ports.
select
    country_id as region_id,
    name_en,
    name_zh,
    'country' as region_kind,
    cast(null as string) as parent_region_id,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    cast(null as string) as successor_region_id,
    cast(null as string) as area,
    'ISO 3166-1' as code_source
from {{ ref('countries') }}
union all
select
    region_id,
    name_en,
    name_zh,
    kind as region_kind,
    parent_region_id,
    valid_from,
    valid_to,
    successor_region_id,
    area,
    source as code_source
from {{ ref('china_divisions') }}
union all
select
    region_id,
    name_en,
    name_zh,
    kind as region_kind,
    parent_region_id,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    cast(null as string) as successor_region_id,
    cast(null as string) as area,
    source as code_source
from {{ ref('region_areas') }}
