select
    source_id,
    kind as source_kind,
    path as raw_path,
    title,
    publisher,
    published_date,
    published_date_basis,
    nullif(url, '') as url,
    language,
    nullif(licence, '') as licence,
    retrieved_date,
    sha256,
    region_id,
    currency,
    nullif(note, '') as note
from {{ source('customs', 'sources') }}
