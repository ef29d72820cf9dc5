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
        {{ latest_source('exports', 'imports') }} as source_id
    from levels as exports
    inner join levels as imports on {{ same('exports', 'imports', keys) }}
    where exports.flow = 'export' and imports.flow = 'import' and exports.measure = 'value'
),

stated as (
    select * from levels
    where flow = 'balance' and origin = 'stated'
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
        stated.origin is not null as is_stated,
        coalesce(stated.source_id, paired.source_id) as source_id
    from paired
    full outer join stated on {{ same('paired', 'stated', keys) }}
),

recomputed as (
    select
        *,
        {{ bound('export_value - import_value') }} as recomputed_value,
        {{ bound('export_low - import_high') }} as recomputed_low,
        {{ bound('export_high - import_low') }} as recomputed_high
    from together
)

select
    {{ key_columns() | join(', ') }},
    export_value,
    export_low,
    export_high,
    import_value,
    import_low,
    import_high,
    case when is_stated then stated_value else recomputed_value end as balance,
    case when is_stated then stated_low else recomputed_low end as balance_low,
    case when is_stated then stated_high else recomputed_high end as balance_high,
    stated_value as stated_balance,
    recomputed_low as recomputed_balance_low,
    recomputed_high as recomputed_balance_high,
    case when is_stated then 'stated' else 'computed' end as origin,
    source_id
from recomputed
