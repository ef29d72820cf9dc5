-- Every raw document of every source.
select * from {{ ref('stg_sheets__sources') }}
