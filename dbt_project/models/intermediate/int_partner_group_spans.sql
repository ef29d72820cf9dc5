-- The spans that declarations are added up over by group of partners. Their key names the memberships beside the lines:
-- where one is corrected, all spans are made anew.
with memberships as (
    select
        md5({{ listagg('membership', "','", 'order by membership') }}) as memberships_key
    from (
        select
            concat_ws(
                ' ', partner_id, member_partner_id, basis, coalesce(cast(valid_from_date as string), '-'),
                coalesce(cast(valid_to_date as string), '-'), is_without_reporter
            ) as membership
        from {{ ref('int_partner_memberships') }}
    ) as memberships
)

select
    spans.reporter_id,
    spans.flow,
    spans.amount,
    spans.period_start,
    spans.period_end,
    spans.source_id,
    spans.span_key as lines_span_key,
    spans.base_span_key,
    md5(concat(spans.span_key, memberships.memberships_key)) as span_key
from {{ ref('int_customs_spans') }} as spans
cross join memberships
where spans.amount <> 'quantity'
