with named as (
    select * from {{ ref('aliases') }}
    union all
    select * from {{ ref('county_aliases') }}
)

select
    list,
    code,
    alias,
    language,
    coalesce(scope, '') as scope_region_id
from named
union all
select
    'region' as list,
    divisions.region_id as code,
    self_names.alias,
    self_names.language,
    divisions.region_id as scope_region_id
from {{ ref('china_divisions') }} as divisions
inner join {{ ref('self_names') }} as self_names
    on
        divisions.kind = self_names.kind
        and divisions.name_zh like concat('%', self_names.noun_zh)
