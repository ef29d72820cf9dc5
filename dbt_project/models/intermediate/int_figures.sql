-- Every figure of every source, with the unit of the series it speaks of: a growth in percent is the growth of
-- something measured in yuan, tonnes or enterprises.
with figures as (
    select * from {{ ref('stg_sheets__figures') }}
    union all
    select * from {{ ref('stg_releases__figures') }}
),

stated_units as (
    select
        source_id,
        {{ subject_columns() | join(', ') }},
        min(unit) as unit
    from figures
    where status = 'read' and statistic in ('level', 'change')
    group by source_id, {{ subject_columns() | join(', ') }}
    having count(distinct unit) = 1
)

select
    figures.*,
    case
        when figures.status = 'unread' then null
        when figures.statistic in ('level', 'change') then figures.unit
        when {{ reference_code('figures.reference', 'unit') }} is not null
            then {{ reference_code('figures.reference', 'unit') }}
        when figures.measure = 'value' then coalesce(sources.currency, stated_units.unit, 'unstated')
        else coalesce(stated_units.unit, 'unstated')
    end as series_unit,
    sources.published_date,
    sources.source_kind,
    sources.document_id,
    {{ is_mapped('figures') }} as is_mapped
from figures
left join {{ ref('int_sources') }} as sources on figures.source_id = sources.source_id
left join stated_units
    on
        figures.source_id = stated_units.source_id
        and {{ same('figures', 'stated_units', subject_columns()) }}
