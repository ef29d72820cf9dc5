with numbers as (
    select
        source_id,
        count(*) as number_count,
        sum(case when kind = 'read' then 1 else 0 end) as read_count,
        sum(case when kind = 'uncertain' then 1 else 0 end) as uncertain_count,
        sum(case when kind = 'unread' then 1 else 0 end) as unread_count,
        sum(case when kind = 'not_a_figure' then 1 else 0 end) as not_a_figure_count
    from {{ ref('int_numbers') }}
    group by source_id
),

figures as (
    select
        source_id,
        count(*) as figure_count
    from {{ ref('int_figures') }}
    where status = 'read'
    group by source_id
)

select
    sources.source_id,
    sources.published_date,
    cast(coalesce(numbers.number_count, 0) as integer) as number_count,
    cast(coalesce(numbers.read_count, 0) as integer) as read_count,
    cast(coalesce(numbers.uncertain_count, 0) as integer) as uncertain_count,
    cast(coalesce(numbers.unread_count, 0) as integer) as unread_count,
    cast(coalesce(numbers.not_a_figure_count, 0) as integer) as not_a_figure_count,
    cast(coalesce(figures.figure_count, 0) as integer) as figure_count
from {{ ref('int_sources') }} as sources
left join numbers on sources.source_id = numbers.source_id
left join figures on sources.source_id = figures.source_id
where sources.source_kind = 'releases'
