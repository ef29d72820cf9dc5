with declared as (
    select
        code,
        name
    from {{ ref('stg_customs__codes') }}
    where list = 'commodity'
    union all
    select
        substr(code, 1, 2) as code,
        '' as name
    from {{ ref('stg_customs__codes') }}
    where list = 'commodity'
    union all
    select
        substr(code, 1, 4) as code,
        '' as name
    from {{ ref('stg_customs__codes') }}
    where list = 'commodity' and length(code) >= 4
)

select
    commodity_id,
    name_en as commodity_name_en,
    name_zh as commodity_name_zh,
    classification,
    level as commodity_level,
    parent_commodity_id,
    coalesce(is_group_overlapping, false) as is_group_overlapping,
    source as code_source
from {{ ref('commodities') }}
union all
-- Codes of customs' tables, with the headings and chapters that they stand in, as far as no code list has them.
select
    codes.code as commodity_id,
    coalesce(max(nullif(codes.name, '')), codes.code) as commodity_name_en,
    coalesce(max(nullif(codes.name, '')), codes.code) as commodity_name_zh,
    'HS' as classification,
    case length(codes.code)
        when 2 then 'chapter' when 4 then 'heading' when 6 then 'subheading' else 'tariff line'
    end as commodity_level,
    max(parents.commodity_id) as parent_commodity_id,
    false as is_group_overlapping,
    'customs tables' as code_source
from declared as codes
left join {{ ref('commodities') }} as parents
    on substr(codes.code, 1, 4) = parents.commodity_id and length(codes.code) > 4
where codes.code not in (select listed.commodity_id from {{ ref('commodities') }} as listed)
group by codes.code
union all
select
    joint_id as commodity_id,
    name_en as commodity_name_en,
    name_zh as commodity_name_zh,
    'CUSTOMS' as classification,
    'joint' as commodity_level,
    null as parent_commodity_id,
    true as is_group_overlapping,
    'Customhouse' as code_source
from {{ ref('int_joint_names') }}
where list = 'commodity'
union all
select
    'UNMAPPED' as commodity_id,
    'Not in the code list' as commodity_name_en,
    '未列入代码表' as commodity_name_zh,
    'unmapped' as classification,
    'unmapped' as commodity_level,
    null as parent_commodity_id,
    false as is_group_overlapping,
    'Customhouse' as code_source
