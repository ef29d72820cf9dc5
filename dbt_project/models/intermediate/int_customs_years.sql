-- What each year of a reporter is made of: its levels are added up again only where that is something else.
select
    reporter_id,
    cast(extract(year from month) as integer) as year,
    md5(string_agg(lines_key, ',' order by lines_key)) as year_key
from {{ ref('stg_customs__months') }}
group by reporter_id, extract(year from month)
