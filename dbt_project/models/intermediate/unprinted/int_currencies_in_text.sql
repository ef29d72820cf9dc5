-- How a sentence calls a currency after a number: "yuan".
select
    units.unit,
    coalesce(texts.text_en, units.name_en) as text_en,
    coalesce(texts.text_zh, units.name_zh) as text_zh
from {{ ref('units') }} as units
left join {{ ref('names_in_text') }} as texts on texts.list = 'unit' and units.unit = texts.code
where units.kind = 'currency'
