-- Who is ranked beside whom: every code that can be ranked, what it is, the whole that it is ranked within, and the
-- name of its peers there. Goods are not ranked here, as their groups overlap; sources do it.
select
    'region_id' as dimension,
    region_id as code,
    region_kind as kind,
    parent_region_id as whole_code,
    concat(region_kind, ' in ', parent_region_id) as peers
from {{ ref('int_regions') }}
where parent_region_id is not null and valid_to is null
union all
select
    'partner_id' as dimension,
    partner_id as code,
    case partner_kind when 'country' then 'partner country' else 'partner group' end as kind,
    'WORLD' as whole_code,
    case partner_kind when 'country' then 'partner country' else 'partner group' end as peers
from {{ ref('int_partners') }}
where partner_kind <> 'whole'
union all
select
    'ownership_id' as dimension,
    ownership_id as code,
    'ownership' as kind,
    'ALL' as whole_code,
    'ownership' as peers
from {{ ref('ownerships') }}
where is_partition_member
union all
select
    'trade_mode_id' as dimension,
    trade_mode_id as code,
    concat('trade mode, ', kind) as kind,
    'ALL' as whole_code,
    concat('trade mode, ', kind) as peers
from {{ ref('trade_modes') }}
where kind <> 'whole'
union all
select
    'commodity_id' as dimension,
    commodity_id as code,
    'commodity' as kind,
    'TOTAL' as whole_code,
    'commodity' as peers
from {{ ref('commodities') }}
where commodity_id <> 'TOTAL'
