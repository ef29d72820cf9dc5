select
    source_id,
    kind as source_kind,
    path as raw_path,
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
    note
from {{ source('sheets', 'sources') }}
