with counts as (
    select
        source_id,
        count(*) as figure_count,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end
    from {{ ref('int_figures') }}
    where status = 'read'
    group by source_id
)

select
    sources.source_id,
    sources.document_id,
    sources.source_kind,
    sources.raw_path,
    sources.title,
    sources.publisher,
    sources.published_date,
    sources.published_date_basis,
    sources.url,
    sources.language,
    sources.licence,
    sources.retrieved_date,
    sources.sha256,
    sources.region_id,
    sources.currency,
    sources.note,
    cast(coalesce(counts.figure_count, 0) as integer) as figure_count,
    counts.first_period_start,
    counts.last_period_end
from {{ ref('int_sources') }} as sources
left join counts on sources.source_id = counts.source_id
