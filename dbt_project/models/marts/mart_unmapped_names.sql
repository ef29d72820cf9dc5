{% set lists = [
    ('region', 'region_id', 'region_text'), ('partner', 'partner_id', 'partner_text'),
    ('commodity', 'commodity_id', 'commodity_text'), ('ownership', 'ownership_id', 'ownership_text'),
    ('trade_mode', 'trade_mode_id', 'trade_mode_text')
] %}
with unmapped as (
    {% for list, code, text in lists %}
    select
        '{{ list }}' as list,
        {{ text }} as name,
        source_id
    from {{ ref('int_figures') }}
    where {{ code }} = 'UNMAPPED'
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    list,
    name,
    source_id,
    cast(count(*) as integer) as figure_count
from unmapped
group by list, name, source_id
