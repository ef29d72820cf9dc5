-- Every span that declarations can be added up over: a month, a quarter, the year to date. The key of a span names all
-- that its levels are made of, so that equal keys mean equal levels.
with spans as (
    select
        reporter_id,
        flow,
        amount,
        period_start,
        period_end,
        md5(concat_ws(
            ',', reporter_id, flow, amount, period_start, period_end,
            {{ listagg(
                "concat_ws(' ', is_base, part_flow, month, lines_key, published_date)", "','", 'order by month, lines_key'
            ) }}
        )) as span_key,
        max_by(source_id, case when not is_base then concat(published_date, source_id) end) as source_id,
        max(case when not is_base then published_date end) as as_of_date
    from {{ ref('int_customs_span_months') }}
    group by reporter_id, flow, amount, period_start, period_end
)

select
    spans.*,
    base.span_key as base_span_key,
    cast(row_number() over (order by spans.span_key) as integer) as span_number
from spans
left join spans as base
    on
        {{ same('spans', 'base', ['reporter_id', 'flow', 'amount']) }}
        and base.period_start = {{ year_before('spans.period_start') }}
        and base.period_end = {{ year_before('spans.period_end') }}
