-- What each document implies with both bounds, with the whole that it refers to, the last step of its derivation, and
-- whether the document states the same thing itself.
with last_steps as (
    select
        deduced_id,
        step_id,
        row_number() over (
            partition by deduced_id
            order by cast({{ split_part('step_id', "'.'", 2) }} as integer) desc
        ) as place
    from {{ ref('stg_deduction__derivations') }}
),

figures as (
    select
        deduced.*,
        {{ named_whole('deduced', 'deduced.reference') }},
        last_steps.step_id as derivation_id
    from {{ ref('stg_deduction__figures') }} as deduced
    inner join last_steps on deduced.deduced_id = last_steps.deduced_id and last_steps.place = 1
    where deduced.low is not null and deduced.high is not null
),

statements as (
    {{ comparable_figures(ref('int_figures'), where='every_figure.is_mapped') }}
),

stated as (
    -- A ratio to the year before is a growth; a part of the whole's growth is a contribution in another unit.
    select
        figures.deduced_id,
        max(
            case
                when statements.statistic = figures.statistic and statements.qualifier in ('exact', 'about')
                    then statements.value
            end
        ) as stated_value
    from figures
    inner join statements
        on
            figures.document_id = statements.document_id
            and replace(figures.statistic, 'contribution_share', 'contribution')
            = replace(statements.statistic, 'ratio', 'growth')
            and {{ same('figures', 'statements', subject_columns() + ['period_start', 'period_end']) }}
            {% for column in subject_columns() -%}
            and figures.whole_{{ column }} = statements.whole_{{ column }}
            {% endfor -%}
            and (
                statements.compared_start is null
                or (
                    figures.comparison_start = statements.compared_start
                    and figures.comparison_end = statements.compared_end
                )
            )
            and (
                figures.unit = statements.series_unit
                or figures.unit like '%unstated'
                or statements.series_unit like '%unstated'
            )
    group by figures.deduced_id
),

own_periods as (
    -- What a document tells of a span and does not merely compare with.
    select
        document_id,
        period_start,
        period_end
    from statements
    where statistic in ('level', 'growth')
    except
    select
        document_id,
        comparison_start as period_start,
        comparison_end as period_end
    from statements
    where statistic = 'growth'
)

select
    figures.deduced_id,
    figures.document_id,
    figures.as_of_date,
    figures.statistic,
    {{ columns_of('figures', key_columns()) }},
    figures.comparison_start,
    figures.comparison_end,
    figures.reference,
    {% for column in subject_columns() -%}
    figures.whole_{{ column }},
    {% endfor -%}
    figures.low,
    figures.high,
    figures.origin,
    figures.is_across_vintages,
    figures.derivation_id,
    stated.deduced_id is not null as is_stated,
    stated.stated_value,
    own_periods.document_id is not null as is_own_period
from figures
left join stated on figures.deduced_id = stated.deduced_id
left join own_periods
    on {{ same('figures', 'own_periods', ['document_id', 'period_start', 'period_end']) }}
