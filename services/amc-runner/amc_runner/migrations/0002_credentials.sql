-- Whether a connection's grant works, as token-refresher tells it: instances are served by one that does.
create table credential (
    connection_id uuid primary key,
    organization_id uuid not null,
    usable boolean not null,
    told_at timestamptz not null
);
create index credential_organization on credential (organization_id);
alter table credential enable row level security;
alter table credential force row level security;
create policy tenant on credential
    using (app_sees(organization_id) and app_sees_brand(null))
    with check (app_sees(organization_id) and app_sees_brand(null));
