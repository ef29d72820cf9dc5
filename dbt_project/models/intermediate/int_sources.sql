-- Every raw document of every source, and which of them are one document in several files: a sheet that was keyed from
-- a release has the same address as its text, or the same publisher and day.
with sources as (
    select * from {{ ref('stg_sheets__sources') }}
    union all
    select * from {{ ref('stg_releases__sources') }}
    union all
    select * from {{ ref('stg_customs__sources') }}
),

of_one_address as (
    select
        *,
        min(source_id) over (partition by coalesce(url, source_id)) as address_id
    from sources
),

of_one_day as (
    select
        *,
        min(address_id) over (
            partition by coalesce(lower(trim(publisher)), source_id), published_date
        ) as day_id
    from of_one_address
)

select
    source_id,
    source_kind,
    raw_path,
    title,
    publisher,
    published_date,
    published_date_basis,
    url,
    language,
    licence,
    retrieved_date,
    sha256,
    region_id,
    currency,
    note,
    min(day_id) over (partition by address_id) as document_id
from of_one_day
