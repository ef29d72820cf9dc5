select
    region_id,
    member_region_id,
    basis,
    source as membership_source
from {{ ref('region_area_members') }}
