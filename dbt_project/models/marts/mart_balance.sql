{% set keys = key_columns() | reject('equalto', 'flow') | list %}
with levels as (
    select * from {{ ref('int_levels') }}
    where preference = 1
),

paired as (
    select
        {{ columns_of('exports', keys) }},
        exports.value as export_value,
        exports.low as export_low,
        exports.high as export_high,
        imports.value as import_value,
        imports.low as import_low,
        imports.high as import_high,
        exports.source_id
    from levels as exports
    inner join levels as imports on {{ same('exports', 'imports', keys) }}
    where exports.flow = 'export' and imports.flow = 'import' and exports.measure = 'value'
),

stated as (
    select * from levels
    where flow = 'balance'
),

together as (
    select
        {% for column in keys -%}
        coalesce(paired.{{ column }}, stated.{{ column }}) as {{ column }},
        {% endfor -%}
        'balance' as flow,
        paired.export_value,
        paired.export_low,
        paired.export_high,
        paired.import_value,
        paired.import_low,
        paired.import_high,
        stated.value as stated_value,
        stated.low as stated_low,
        stated.high as stated_high,
        stated.origin as stated_origin,
        coalesce(stated.source_id, paired.source_id) as source_id
    from paired
    full outer join stated on {{ same('paired', 'stated', keys) }}
)

select
    {{ key_columns() | join(', ') }},
    export_value,
    export_low,
    export_high,
    import_value,
    import_low,
    import_high,
    case when stated_origin is not null then stated_value else {{ bound('export_value - import_value') }} end as balance,
    case when stated_origin is not null then stated_low else {{ bound('export_low - import_high') }} end as balance_low,
    case when stated_origin is not null then stated_high else {{ bound('export_high - import_low') }} end as balance_high,
    stated_value as stated_balance,
    {{ bound('export_low - import_high') }} as recomputed_balance_low,
    {{ bound('export_high - import_low') }} as recomputed_balance_high,
    coalesce(stated_origin, 'computed') as origin,
    source_id
from together
