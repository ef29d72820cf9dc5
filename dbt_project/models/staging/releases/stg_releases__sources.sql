select
    source_id,
    kind as source_kind,
    path as raw_path,
    title,
    nullif(publisher, '') as publisher,
    published_date,
    nullif(published_date_basis, '') as published_date_basis,
    nullif(url, '') as url,
    language,
    nullif(licence, '') as licence,
    retrieved_date,
    sha256,
    region_id,
    nullif(currency, '') as currency,
    nullif(note, '') as note
from {{ source('releases', 'sources') }}
