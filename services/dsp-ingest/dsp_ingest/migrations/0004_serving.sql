-- The connection that auth chose for an advertiser: the one to pull through while it works.
alter table advertiser add column serving_connection_id uuid;
