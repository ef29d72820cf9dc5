-- Of so many regions so many grew, and growth is printed for some: how many of the others grew, and did not double.
with counts as (
    select
        implied.*,
        length(implied.region_id) - length(replace(implied.region_id, '+', '')) + 1 as region_count,
        parents.parent_region_id
    from {{ ref('int_implied') }} as implied
    inner join {{ ref('int_regions') }} as parents
        on {{ split_part('implied.region_id', "'+'", 1) }} = parents.region_id
    where
        implied.statistic = 'level'
        and implied.measure in ('growing_regions', 'doubling_regions')
        and implied.low = implied.high
        and not implied.is_stated
),

counted as (
    select
        growing.*,
        cast(growing.low as integer) as growing_count,
        cast(growing.region_count - growing.low as integer) as other_count,
        doubling.low as doubling_low,
        doubling.high as doubling_high,
        parents.text_en as parent_en,
        parents.text_zh as parent_zh
    from counts as growing
    left join counts as doubling
        on
            doubling.measure = 'doubling_regions'
            and {{ same('growing', 'doubling', key_columns() + ['document_id'], ['measure', 'unit']) }}
    inner join {{ ref('int_names_in_text') }} as parents
        on parents.list = 'region' and growing.parent_region_id = parents.code
    where growing.measure = 'growing_regions'
)

select
    'growth_bounded_by_count' as finding,
    {{ finding_columns('counted') }},
    counted.doubling_low as against_low,
    counted.doubling_high as against_high,
    100 * greatest(counted.growing_count, counted.other_count) / counted.region_count as size,
    concat(
        counted.when_en, ', of the regions of ', counted.parent_en, ' whose growth is not printed (', counted.region_en,
        '), ',
        case
            when counted.growing_count = 0 then 'none grew'
            when counted.other_count = 0 then 'all grew'
            else concat('exactly ', cast(counted.growing_count as string), ' grew')
        end,
        case
            when counted.growing_count > 0 and counted.doubling_high = 0 then ', by less than 100 percent'
            else ''
        end,
        case
            when counted.growing_count > 0 and counted.other_count > 0
                then concat(', and ', cast(counted.other_count as string), ' did not')
            else ''
        end,
        '.'
    ) as sentence_en,
    concat(
        counted.when_zh, '，', counted.parent_zh, '未公布增速的', cast(counted.region_count as string), '个地区（',
        counted.region_zh, '）中，',
        case
            when counted.growing_count = 0 then '均未实现增长'
            when counted.other_count = 0 then '均实现增长'
            else concat('恰有', cast(counted.growing_count as string), '个实现增长')
        end,
        case
            when counted.growing_count > 0 and counted.doubling_high = 0 then '，增幅不足100%'
            else ''
        end,
        case
            when counted.growing_count > 0 and counted.other_count > 0
                then concat('，其余', cast(counted.other_count as string), '个未增长')
            else ''
        end,
        '。'
    ) as sentence_zh
from counted
