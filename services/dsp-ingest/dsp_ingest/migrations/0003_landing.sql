-- What landed files had beyond what was asked (empty: nothing), and raw files kept for all of them.
alter table report add column drift jsonb not null default '{}';
