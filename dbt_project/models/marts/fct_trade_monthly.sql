{{ config(materialized='view') }}
select * from {{ ref('stg_customs__lines') }}
