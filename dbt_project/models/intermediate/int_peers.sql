-- Who is ranked beside whom: every code that can be ranked, with the name of its peers.
select
    'region_id' as dimension,
    region_id as code,
    concat(region_kind, ' in ', parent_region_id) as peers
from {{ ref('int_regions') }}
where parent_region_id is not null and valid_to is null
union all
select
    'partner_id' as dimension,
    partner_id as code,
    case partner_kind when 'country' then 'partner country' else 'partner group' end as peers
from {{ ref('int_partners') }}
where partner_kind <> 'whole'
union all
select
    'ownership_id' as dimension,
    ownership_id as code,
    'ownership' as peers
from {{ ref('ownerships') }}
where is_partition_member
union all
select
    'trade_mode_id' as dimension,
    trade_mode_id as code,
    concat('trade mode, ', kind) as peers
from {{ ref('trade_modes') }}
where kind <> 'whole'
