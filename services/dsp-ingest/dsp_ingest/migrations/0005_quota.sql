-- What was asked of Amazon, by hour: for whom, what for, how often it was throttled. Kept 90 days.
create table quota_use (
    organization_id uuid not null,
    brand_id uuid,
    region text not null check (region in ('NA', 'EU', 'FE')),
    family text not null,
    report_type text not null,
    reason text not null,
    hour timestamptz not null,
    requests bigint not null default 0,
    throttled bigint not null default 0,
    bytes bigint not null default 0,
    unique nulls not distinct (organization_id, brand_id, region, family, report_type, reason, hour)
);
create index quota_use_hour on quota_use (hour);
create index quota_use_recent on quota_use (organization_id, hour);
alter table quota_use enable row level security;
alter table quota_use force row level security;
create policy tenant on quota_use
    using (app_sees(organization_id) and app_sees_brand(brand_id))
    with check (app_sees(organization_id));
create index report_landed on report (organization_id, landed_at) where landed_at is not null;
