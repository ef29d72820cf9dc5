-- Every number of every text, with what became of it.
select * from {{ ref('stg_releases__numbers') }}
