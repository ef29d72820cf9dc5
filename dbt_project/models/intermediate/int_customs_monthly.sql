{#-
Months are added up once: what is built of a month carries the key of its lines, and is built again only when they have
changed.
-#}
{%- set months = ref('stg_customs__months') -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_former('lines_key', ref('stg_customs__months')) }}"
) }}
-- Sums over the lines of each month at every grain that the levels have.
with lines as (
    select
        lines.*,
        months.lines_key,
        case when lines.region_id not in (lines.reporter_id, 'UNMAPPED') then lines.region_id end as part_region_id,
        case when lines.partner_id not in ('WORLD', 'UNMAPPED') then lines.partner_id end as part_partner_id,
        case when lines.trade_mode_id not in ('ALL', 'UNMAPPED') then lines.trade_mode_id end as part_trade_mode_id,
        substr(lines.commodity_id, 1, 2) as chapter_id,
        case when length(lines.commodity_id) >= 4 then substr(lines.commodity_id, 1, 4) end as heading_id,
        case when length(lines.commodity_id) > 4 then lines.commodity_id end as part_commodity_id
    from {{ ref('stg_customs__lines') }} as lines
    inner join {{ months }} as months
        on
            lines.reporter_id = months.reporter_id
            and lines.flow = months.flow
            and lines.period_start = months.month
    {%- if is_incremental() %}
    where
        lines.period_start in (
            select built.month from {{ months }} as built
            where built.lines_key not in (select done.lines_key from {{ this }} as done)
        )
        and months.lines_key not in (select done.lines_key from {{ this }} as done)
    {%- endif %}
),

sums as (
    select
        lines_key,
        reporter_id,
        flow,
        period_start,
        part_region_id,
        part_partner_id,
        part_trade_mode_id,
        chapter_id,
        heading_id,
        part_commodity_id,
        grouping(part_region_id) as is_every_region,
        grouping(part_partner_id) as is_every_partner,
        grouping(part_trade_mode_id) as is_every_trade_mode,
        grouping(chapter_id) as is_every_chapter,
        grouping(heading_id) as is_every_heading,
        grouping(part_commodity_id) as is_every_commodity,
        sum(value_cny) as value_cny,
        sum(value_usd) as value_usd,
        -- Quantities are added up where all lines have one, in one unit.
        min(quantity_unit) = max(quantity_unit) and count(quantity) = count(*) as has_quantity,
        sum(quantity) as quantity,
        min(quantity_unit) as quantity_unit,
        count(*) as line_count
    from lines
    group by grouping sets ( -- noqa: PRS
        {%- for grain in [
            [], ['part_partner_id'], ['chapter_id'], ['heading_id'], ['part_commodity_id'], ['part_trade_mode_id'],
            ['part_region_id'], ['part_region_id', 'part_partner_id'], ['part_region_id', 'chapter_id'],
            ['part_region_id', 'part_trade_mode_id']
        ] %}
        ({{ (['lines_key', 'reporter_id', 'flow', 'period_start'] + grain) | join(', ') }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
)

select
    lines_key,
    reporter_id,
    coalesce(part_region_id, reporter_id) as region_id,
    coalesce(part_partner_id, 'WORLD') as partner_id,
    coalesce(part_commodity_id, heading_id, chapter_id, 'TOTAL') as commodity_id,
    coalesce(part_trade_mode_id, 'ALL') as trade_mode_id,
    flow,
    period_start as month,
    value_cny,
    value_usd,
    case when is_every_commodity = 0 and has_quantity then quantity end as quantity,
    case when is_every_commodity = 0 and has_quantity then quantity_unit end as quantity_unit,
    line_count
from sums
where
    -- What no code list knows, or what is no part, belongs to the wholes alone.
    (is_every_region = 1 or part_region_id is not null)
    and (is_every_partner = 1 or part_partner_id is not null)
    and (is_every_trade_mode = 1 or part_trade_mode_id is not null)
    and (is_every_heading = 1 or heading_id is not null)
    and (is_every_commodity = 1 or part_commodity_id is not null)
