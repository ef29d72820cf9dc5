-- How the codes of deduced figures stand within a sentence, one row a list and code: those of the code lists, several
-- together (`A+B`), and what is left of a whole (`A~B`).
{% set lists = ['region', 'partner', 'commodity', 'ownership', 'trade_mode'] %}
with codes as (
    {% for list, table, code, name_en, name_zh in [
        ('region', ref('countries'), 'country_id', 'name_en', 'name_zh'),
        ('region', ref('china_divisions'), 'region_id', 'short_name_en', 'short_name_zh'),
        ('region', ref('region_areas'), 'region_id', 'name_en', 'name_zh'),
        ('partner', ref('int_partners'), 'partner_id', 'name_en', 'name_zh'),
        ('commodity', ref('commodities'), 'commodity_id', 'name_en', 'name_zh'),
        ('ownership', ref('ownerships'), 'ownership_id', 'name_en', 'name_zh'),
        ('trade_mode', ref('trade_modes'), 'trade_mode_id', 'name_en', 'name_zh'),
    ] %}
    select
        '{{ list }}' as list,
        {{ code }} as code,
        {{ name_en }} as name_en,
        {{ name_zh }} as name_zh
    from {{ table }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

names as (
    -- Names of places keep their capital; names of things lose it, but for abbreviations.
    select
        codes.list,
        codes.code,
        coalesce(
            texts.text_en,
            case
                when codes.list not in ('region', 'partner') and {{ is_match('codes.name_en', '^[A-Z][a-z]') }}
                    then concat(lower(left(codes.name_en, 1)), substring(codes.name_en, 2))
                else codes.name_en
            end
        ) as text_en,
        coalesce(texts.text_zh, codes.name_zh, codes.name_en) as text_zh
    from codes
    left join {{ ref('names_in_text') }} as texts on codes.list = texts.list and codes.code = texts.code
),

used as (
    {% for list in lists %}
    select
        '{{ list }}' as list,
        {{ list }}_id as code
    from {{ ref('int_deduced') }}
    union
    select
        '{{ list }}' as list,
        whole_{{ list }}_id as code
    from {{ ref('int_deduced') }}
    {{ 'union' if not loop.last }}
    {% endfor %}
),

sides as (
    select
        list,
        code,
        'kept' as side,
        {{ split_part('code', "'~'", 1) }} as members
    from used
    union all
    select
        list,
        code,
        'taken' as side,
        {{ split_part('code', "'~'", 2) }} as members
    from used
    where code like '%~%'
),

members as (
    select
        sides.list,
        sides.code,
        sides.side,
        names.text_en,
        names.text_zh,
        row_number() over (
            partition by sides.list, sides.code, sides.side
            order by names.text_en asc
        ) as place,
        count(*) over (partition by sides.list, sides.code, sides.side) as member_count
    from sides
    inner join names
        on
            sides.list = names.list
            and {{ position("concat('+', names.code, '+')", "concat('+', sides.members, '+')") }} > 0
),

joined as (
    select
        list,
        code,
        side,
        {{ listagg(
            "concat(case when place = 1 then '' when place = member_count then ' and ' else ', ' end, text_en)",
            "''", 'order by place'
        ) }} as text_en,
        {{ listagg(
            "concat(case when place = 1 then '' when place = member_count then '和' else '、' end, text_zh)",
            "''", 'order by place'
        ) }} as text_zh
    from members
    group by list, code, side
)

select
    kept.list,
    kept.code,
    case
        when taken.code is null then kept.text_en
        when kept.list = 'region' then concat(kept.text_en, ' without ', taken.text_en)
        when kept.list = 'partner' and kept.code like 'WORLD~%' then concat('all partners but ', taken.text_en)
        when kept.list = 'commodity' and kept.code like 'TOTAL~%' then concat('all goods but ', taken.text_en)
        when kept.list = 'ownership' and kept.code like 'ALL~%' then concat('all but ', taken.text_en)
        when kept.list = 'trade_mode' and kept.code like 'ALL~%' then concat('all modes but ', taken.text_en)
        else concat(kept.text_en, ' without ', taken.text_en)
    end as text_en,
    case
        when taken.code is null then kept.text_zh
        when kept.list = 'partner' and kept.code like 'WORLD~%' then concat(taken.text_zh, '以外的贸易伙伴')
        when kept.list = 'commodity' and kept.code like 'TOTAL~%' then concat(taken.text_zh, '以外的商品')
        when kept.list = 'ownership' and kept.code like 'ALL~%' then concat(taken.text_zh, '以外的企业')
        when kept.list = 'trade_mode' and kept.code like 'ALL~%' then concat(taken.text_zh, '以外的')
        else concat(kept.text_zh, '（不含', taken.text_zh, '）')
    end as text_zh
from joined as kept
left join joined as taken
    on kept.list = taken.list and kept.code = taken.code and taken.side = 'taken'
where kept.side = 'kept'
