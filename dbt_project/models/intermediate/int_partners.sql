-- Every partner that a code list knows: countries, and groups of them.
select
    country_id as partner_id,
    name_en,
    name_zh,
    'country' as partner_kind,
    continent,
    cast(null as string) as base_partner_id,
    false as is_without_reporter,
    cast(null as string) as definition,
    'ISO 3166-1' as code_source
from {{ ref('countries') }}
union all
select
    partner_id,
    name_en,
    name_zh,
    kind as partner_kind,
    cast(null as string) as continent,
    base_partner_id,
    coalesce(excludes_reporter, false) as is_without_reporter,
    definition,
    source as code_source
from {{ ref('partner_groups') }}
