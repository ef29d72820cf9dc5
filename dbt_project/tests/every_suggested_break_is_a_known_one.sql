-- A group whose definition seems to have changed, and that no list of breaks knows: a person should look. It warns,
-- since a restatement may be as large.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'mart_suggested_breaks'}}}) }}

select
    list,
    code,
    flow,
    period_start,
    period_end,
    first_source_id,
    latest_source_id,
    reason_en
from {{ ref('mart_suggested_breaks') }}
where not is_known_break
