-- How a sentence calls a series, one row a subject: "Xinjiang's imports of wheat from Kazakhstan".
with subjects as (
    select {{ subject_columns() | join(', ') }}
    from {{ ref('int_deduced') }}
    union
    select
        {{ whole_as_subject() }}
    from {{ ref('int_deduced') }}
),

named as (
    select
        {{ columns_of('subjects', subject_columns()) }},
        region.text_en as region_en,
        region.text_zh as region_zh,
        {% for list, whole in [
            ('partner', 'WORLD'), ('commodity', 'TOTAL'), ('ownership', 'ALL'), ('trade_mode', 'ALL')
        ] -%}
        case when subjects.{{ list }}_id <> '{{ whole }}' then {{ list }}.text_en end as {{ list }}_en,
        case when subjects.{{ list }}_id <> '{{ whole }}' then {{ list }}.text_zh end as {{ list }}_zh,
        {% endfor -%}
        coalesce(trade_modes.kind = 'transport', false) as is_transport,
        measures.name_en as measure_en,
        measures.name_zh as measure_zh,
        case subjects.flow when 'export' then 'exports' when 'import' then 'imports' when 'total' then 'trade' end
            as flow_en,
        case subjects.flow when 'export' then '出口' when 'import' then '进口' when 'total' then '进出口' end as flow_zh
    from subjects
    {% for list in ['region', 'partner', 'commodity', 'ownership', 'trade_mode'] -%}
    inner join {{ ref('int_names_in_text') }} as {{ list }}
        on {{ list }}.list = '{{ list }}' and subjects.{{ list }}_id = {{ list }}.code
    {% endfor -%}
    inner join {{ ref('measures') }} as measures on subjects.measure = measures.measure
    left join {{ ref('trade_modes') }} as trade_modes
        on {{ split_part("replace(subjects.trade_mode_id, 'ALL~', '')", "'+'", 1) }} = trade_modes.trade_mode_id
),

worded as (
    select
        *,
        -- "Xinjiang's general trade", but "exports under general trade".
        coalesce(
            measure = 'value' and flow = 'total' and commodity_en is null and not is_transport
            and trade_mode_id not like '%~%' and trade_mode_id <> 'ALL',
            false
        ) as is_named_by_its_mode
    from named
    where flow <> 'balance'
)

select
    {{ subject_columns() | join(', ') }},
    concat(
        region_en, '''s ',
        case
            when flow_en is null then lower(measure_en)
            when measure = 'quantity' and flow = 'total' then concat('quantity of ', coalesce(commodity_en, 'goods'))
            when measure = 'quantity' then concat('quantity of ', flow_en, {{ after("' of '", 'commodity_en') }})
            when measure <> 'value'
                then concat(lower(measure_en), ' of ', flow_en, {{ after("' of '", 'commodity_en') }})
            when is_named_by_its_mode then trade_mode_en
            when flow = 'total' then concat(flow_en, {{ after("' in '", 'commodity_en') }})
            else concat(flow_en, {{ after("' of '", 'commodity_en') }})
        end,
        {{ after("case flow when 'export' then ' to ' when 'import' then ' from ' else ' with ' end", 'partner_en') }},
        {{ after("' by '", 'ownership_en') }},
        case
            when is_named_by_its_mode then ''
            when is_transport then {{ after("' by '", 'trade_mode_en') }}
            else {{ after("' under '", 'trade_mode_en') }}
        end
    ) as text_en,
    concat(
        region_zh,
        coalesce(ownership_zh, ''),
        case
            when trade_mode_zh is null then ''
            when is_transport then concat('经', trade_mode_zh, '的')
            else concat('以', trade_mode_zh, '方式')
        end,
        {{ after("case flow when 'import' then '自' else '对' end", 'partner_zh') }},
        case
            when flow_zh is null then measure_zh
            when measure = 'quantity' and flow = 'total' then concat(coalesce(commodity_zh, '货物'), '量')
            when measure = 'quantity' then concat(coalesce(commodity_zh, '货物'), flow_zh, '量')
            when measure <> 'value' then concat(coalesce(commodity_zh, ''), flow_zh, measure_zh)
            else concat(flow_zh, coalesce(commodity_zh, ''))
        end
    ) as text_zh,
    region_en,
    region_zh
from worded
