{#-
Interval arithmetic: every figure is an interval [low, high], what its printed digits allow.

A bound that is null is unknown or unbounded, and so is all that is computed from it: no macro here uses `least` or
`greatest` over bounds, because both skip nulls. Bounds are computed in double precision and rounded outward, so that
rounding never cuts off a value that the inputs allow. Percent are percent: 80.3, not 0.803.
-#}

{#- A lower bound rounded down, an upper bound rounded up, at the given number of decimals. -#}
{% macro outward_low(expression, places=6) -%}
    {{ decimal_of('floor((' ~ expression ~ ') * 1e' ~ places ~ ') / 1e' ~ places, places) }}
{%- endmacro %}

{% macro outward_high(expression, places=6) -%}
    {{ decimal_of('ceil((' ~ expression ~ ') * 1e' ~ places ~ ') / 1e' ~ places, places) }}
{%- endmacro %}

{#- A point value, rounded to the nearest. -#}
{% macro point(expression, places=6) -%}
    {{ decimal_of(expression, places) }}
{%- endmacro %}

{#- A double as a decimal of so many places: cast to that many first, so that no binary fraction shows behind them. -#}
{% macro decimal_of(expression, places) -%}
    cast({{ rounded_decimal(expression, places) }} as {{ bound_type() }})
{%- endmacro %}

{#- The type of every value and bound; the figure record has the same. -#}
{% macro bound_type() -%} decimal(28, 6) {%- endmacro %}

{#- A sum or difference of decimals in the type of a bound: decimals are added exactly. -#}
{% macro bound(expression) -%} cast({{ expression }} as {{ bound_type() }}) {%- endmacro %}

{#-
A part in percent of a whole above nought; the part may be negative (what a fall takes from the whole's growth). A whole
that may be nought bounds nothing.
-#}
{% macro percent(part, whole) -%}
    100 * {{ as_double(part) }} / nullif({{ as_double(whole) }}, 0)
{%- endmacro %}

{% macro percent_low(part_low, whole_low, whole_high) -%}
    case
        when {{ whole_low }} <= 0 then null
        when {{ part_low }} >= 0 then {{ percent(part_low, whole_high) }}
        else {{ percent(part_low, whole_low) }}
    end
{%- endmacro %}

{% macro percent_high(part_high, whole_low, whole_high) -%}
    case
        when {{ whole_low }} <= 0 then null
        when {{ part_high }} >= 0 then {{ percent(part_high, whole_low) }}
        else {{ percent(part_high, whole_high) }}
    end
{%- endmacro %}

{#-
Growth in percent from a level and its base, neither below nought: (level - base) / base. It rises with the level and
falls with the base. A base that may be nought bounds nothing. The difference is one of decimals, which is exact.
-#}
{% macro growth(level, base) -%}
    100 * {{ as_double(level ~ ' - ' ~ base) }} / nullif({{ as_double(base) }}, 0)
{%- endmacro %}

{% macro growth_low(level_low, base_low, base_high) -%}
    case when {{ base_low }} <= 0 then null else {{ growth(level_low, base_high) }} end
{%- endmacro %}

{% macro growth_high(level_high, base_low) -%}
    case when {{ base_low }} > 0 then {{ growth(level_high, base_low) }} end
{%- endmacro %}

{#- What 100 of a base have become. Decimals are added exactly: near -100 a sum of doubles would lose its digits. -#}
{% macro per_hundred(growth) -%} {{ as_double('100 + ' ~ growth) }} {%- endmacro %}

{#-
The base from a level (not below nought) and its growth in percent: level / (1 + growth). It rises with the level and
falls with the growth: its low comes of the level's low and the growth's high. After a fall of all of it, or more, no
level says what the base was.
-#}
{% macro base(level, growth) -%}
    case when {{ growth }} > -100 then 100 * {{ as_double(level) }} / {{ per_hundred(growth) }} end
{%- endmacro %}

{#-
The absolute change that a level (not below nought) and its growth in percent imply: level × growth / (100 + growth).
It rises with the growth; with the level it rises where the growth is positive and falls where it is negative.
-#}
{% macro change(level, growth) -%}
    case when {{ growth }} > -100 then {{ as_double(level) }} * {{ as_double(growth) }} / {{ per_hundred(growth) }} end
{%- endmacro %}

{% macro change_low(level_low, level_high, growth_low) -%}
    case
        when {{ growth_low }} >= 0 then {{ change(level_low, growth_low) }}
        else {{ change(level_high, growth_low) }}
    end
{%- endmacro %}

{% macro change_high(level_low, level_high, growth_high) -%}
    case
        when {{ growth_high }} >= 0 then {{ change(level_high, growth_high) }}
        else {{ change(level_low, growth_high) }}
    end
{%- endmacro %}

{#-
The change of a share in percentage points, from the share (percent) and both growths (percent):
share × (1 - (1 + whole's growth) / (1 + part's growth)). It rises with the part's growth and falls with the whole's;
with the share it rises where the part grew by more than the whole.
-#}
{% macro share_change(share, part_growth, whole_growth) -%}
    case
        when {{ part_growth }} > -100
            then
                {{ as_double(share) }} * {{ as_double(part_growth ~ ' - ' ~ whole_growth) }}
                / {{ per_hundred(part_growth) }}
    end
{%- endmacro %}

{% macro share_change_low(share_low, share_high, part_growth_low, whole_growth_high) -%}
    case
        when {{ part_growth_low }} >= {{ whole_growth_high }}
            then {{ share_change(share_low, part_growth_low, whole_growth_high) }}
        else {{ share_change(share_high, part_growth_low, whole_growth_high) }}
    end
{%- endmacro %}

{% macro share_change_high(share_low, share_high, part_growth_high, whole_growth_low) -%}
    case
        when {{ part_growth_high }} >= {{ whole_growth_low }}
            then {{ share_change(share_high, part_growth_high, whole_growth_low) }}
        else {{ share_change(share_low, part_growth_high, whole_growth_low) }}
    end
{%- endmacro %}

{#- A distance in units of the last printed digit: the interval of a printed number is one such unit wide. -#}
{% macro in_last_digits(distance, figure) -%}
    {{ point(as_double(distance) ~ ' / nullif(' ~ as_double(figure ~ '.high - ' ~ figure ~ '.low') ~ ', 0)') }}
{%- endmacro %}
