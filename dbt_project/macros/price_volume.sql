{#-
The growth of a value in two parts, that of its quantity and that of its price (the unit value), after Bennet: each
change is weighted with the mean of both years of the other. With Q, P and V = Q × P / 100, what 100 of the year before
have become, the quantity contributes (Q - 100) × (100 + P) / 200 points, and the price (P - 100) × (100 + Q) / 200.
Together they are V - 100, the growth of the value, but for the rounding of each: no remainder is left over.

Of the three any two are known, and intervals are narrowest where a part is computed from those: hence three forms.
`own` is what the part is of, `other` the other of quantity and price.
-#}
{% macro part_of_own_and_other(own, other) -%}
    ({{ own }} - 100) * (100 + {{ other }}) / 200
{%- endmacro %}

{% macro part_of_own_and_value(own, value) -%}
    ({{ own }} - 100) * ({{ own }} + {{ value }}) / nullif(2 * {{ own }}, 0)
{%- endmacro %}

{% macro part_of_other_and_value(other, value) -%}
    ({{ value }} - {{ other }}) * (100 + {{ other }}) / nullif(2 * {{ other }}, 0)
{%- endmacro %}

{#- A part from what is known: columns `quantity`, `price` and `value` with their ends, `known` saying which two. -#}
{% macro part(own, other) -%}
    case known
        when 'quantity and price' then {{ part_of_own_and_other(own, other) }}
        when 'value and {{ own }}' then {{ part_of_own_and_value(own, 'value') }}
        else {{ part_of_other_and_value(other, 'value') }}
    end
{%- endmacro %}

{#-
Its bounds. It rises with its own change; with the other, and with the value, it rises where its own rose and falls
where its own fell. From the other and the value it rises with the value and falls with the other.
-#}
{% macro part_low(own, other) -%}
    case
        when known = 'quantity and price' and {{ own }}_low >= 100
            then {{ part_of_own_and_other(own ~ '_low', other ~ '_low') }}
        when known = 'quantity and price' then {{ part_of_own_and_other(own ~ '_low', other ~ '_high') }}
        when known = 'value and {{ own }}' and {{ own }}_low >= 100
            then {{ part_of_own_and_value(own ~ '_low', 'value_low') }}
        when known = 'value and {{ own }}' then {{ part_of_own_and_value(own ~ '_low', 'value_high') }}
        else {{ part_of_other_and_value(other ~ '_high', 'value_low') }}
    end
{%- endmacro %}

{% macro part_high(own, other) -%}
    case
        when known = 'quantity and price' and {{ own }}_high >= 100
            then {{ part_of_own_and_other(own ~ '_high', other ~ '_high') }}
        when known = 'quantity and price' then {{ part_of_own_and_other(own ~ '_high', other ~ '_low') }}
        when known = 'value and {{ own }}' and {{ own }}_high >= 100
            then {{ part_of_own_and_value(own ~ '_high', 'value_high') }}
        when known = 'value and {{ own }}' then {{ part_of_own_and_value(own ~ '_high', 'value_low') }}
        else {{ part_of_other_and_value(other ~ '_low', 'value_high') }}
    end
{%- endmacro %}
