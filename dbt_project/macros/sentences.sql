{#-
Numbers within sentences. A number is as honest as its interval: what rounds to one number is "about" that number,
anything wider has both ends. Numbers that a document prints stand as printed.
-#}

{#- A number with so many decimals, rounded to the nearest. -#}
{% macro decimals(number, places=1) -%}
    cast(cast({{ number }} as decimal(28, {{ places }})) as string)
{%- endmacro %}

{#- A number as it was printed: 77.4, 230. -#}
{% macro as_printed(number) -%}
    regexp_replace(cast({{ number }} as string), '[.]?0+$', '')
{%- endmacro %}

{#-
An interval of percent or points, neither end below nought: one decimal, and two where it is narrower than half a point
and does not round to one number. `unit` follows every number in Chinese.
-#}
{% macro range_in_text(low, high, language, unit='') -%}
    {%- set about = 'about ' if language == 'en' else '约' -%}
    {%- set to = ' to ' if language == 'en' else '至' -%}
    case
        when {{ decimals(low) }} = {{ decimals(high) }} then concat('{{ about }}', {{ decimals(low) }}, '{{ unit }}')
        when {{ high }} - {{ low }} < 0.5
            then concat({{ decimals(low, 2) }}, '{{ unit }}{{ to }}', {{ decimals(high, 2) }}, '{{ unit }}')
        else concat({{ decimals(low) }}, '{{ unit }}{{ to }}', {{ decimals(high) }}, '{{ unit }}')
    end
{%- endmacro %}

{#- The number of a figure without its sign: as printed, else its interval. -#}
{% macro size_in_text(figure, language, unit='') -%}
    case
        when {{ figure }}.stated_value is not null
            then concat({{ as_printed('abs(' ~ figure ~ '.stated_value)') }}, '{{ unit }}')
        when {{ figure }}.low < 0 then {{ range_in_text('-' ~ figure ~ '.high', '-' ~ figure ~ '.low', language, unit) }}
        else {{ range_in_text(figure ~ '.low', figure ~ '.high', language, unit) }}
    end
{%- endmacro %}

{#- "rose by 77.4 percent", of a growth that surely rose or surely fell. -#}
{% macro growth_in_text(figure, language) -%}
    {%- if language == 'en' -%}
    concat(case when {{ figure }}.high < 0 then 'fell' else 'rose' end, ' by ', {{ size_in_text(figure, 'en') }}, ' percent')
    {%- else -%}
    concat(case when {{ figure }}.high < 0 then '下降' else '增长' end, {{ size_in_text(figure, 'zh', '%') }})
    {%- endif -%}
{%- endmacro %}

{#-
An interval of money, in the scale of its language: billions or 亿. `unit` is the word of the currency.
-#}
{% macro money_in_text(low, high, unit, language) -%}
    {%- set scales = [('1e12', '1e12', ' trillion ', 2), ('1e9', '1e9', ' billion ', 2), ('0', '1e6', ' million ', 2)]
        if language == 'en' else [('1e12', '1e12', '万亿', 2), ('1e8', '1e8', '亿', 1), ('0', '1e4', '万', 1)] -%}
    case
        {%- for from, scale, word, places in scales %}
        {%- set first = decimals(low ~ ' / ' ~ scale, places) %}
        {%- set last = decimals(high ~ ' / ' ~ scale, places) %}
        when {{ high }} >= {{ from }}
            then
                case
                    when {{ first }} = {{ last }}
                        then concat('{{ 'about ' if language == 'en' else '约' }}', {{ first }}, '{{ word }}', {{ unit }})
                    {%- if language == 'en' %}
                    else concat('between ', {{ first }}, ' and ', {{ last }}, '{{ word }}', {{ unit }})
                    {%- else %}
                    else concat({{ first }}, '{{ word }}至', {{ last }}, '{{ word }}', {{ unit }})
                    {%- endif %}
                end
        {%- endfor %}
    end
{%- endmacro %}

{#- The columns of a finding that it has from its figure. -#}
{% macro finding_columns(figure) -%}
    {{ figure }}.document_id as source_id,
    {{ columns_of(figure, key_columns()) }},
    {{ figure }}.comparison_start,
    {{ figure }}.comparison_end,
    {{ figure }}.statistic,
    {{ figure }}.reference,
    {{ figure }}.low,
    {{ figure }}.high,
    {{ figure }}.deduced_id,
    {{ figure }}.derivation_id
{%- endmacro %}

{#- The same comparison in the same document. -#}
{% macro same_comparison(left, right) -%}
    {{ same(left, right, ['document_id', 'unit', 'period_start', 'period_end', 'comparison_start', 'comparison_end']) }}
{%- endmacro %}

{#- `right` is of the whole that `left` refers to. -#}
{% macro is_of_whole(left, right) -%}
    {%- for column in subject_columns() -%}
    {{ left }}.whole_{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a series is what is left of a whole without some of its parts. -#}
{% macro is_remainder(figure) -%}
    {{ position("'~'", 'concat(' ~ columns_of(figure, ['region_id', 'partner_id', 'commodity_id', 'ownership_id', 'trade_mode_id']) ~ ')') }} > 0
{%- endmacro %}

{#- What a price did, in the words for prices. -#}
{% macro price_in_text(figure) -%}
    concat(case when {{ figure }}.high < 0 then '下跌' else '上涨' end, {{ size_in_text(figure, 'zh', '%') }})
{%- endmacro %}

{#- How far an interval is from nought; nought where it lies on both sides. -#}
{% macro least_size(low, high) -%}
    case when {{ low }} > 0 then {{ low }} when {{ high }} < 0 then -{{ high }} else 0 end
{%- endmacro %}

{#- A name after a word, and nothing where there is no name. -#}
{% macro after(word, name) -%}
    case when {{ name }} is null then '' else concat({{ word }}, {{ name }}) end
{%- endmacro %}

{#- `above` where an interval lies above nought, `below` where it lies below, else nothing; X is its size. -#}
{% macro either_way(low, high, language, above, below, unit='') -%}
    {%- set first, second = above.split('X') -%}
    {%- set third, fourth = below.split('X') -%}
    case
        when {{ low }} > 0 then concat('{{ first }}', {{ range_in_text(low, high, language, unit) }}, '{{ second }}')
        when {{ high }} < 0
            then concat('{{ third }}', {{ range_in_text('-' ~ high, '-' ~ low, language, unit) }}, '{{ fourth }}')
        else ''
    end
{%- endmacro %}

{#- The whole that a figure refers to, as a subject. -#}
{% macro whole_as_subject() -%}
    {%- for column in subject_columns() -%}
    whole_{{ column }} as {{ column }}{{ ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
