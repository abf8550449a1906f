-- POSTs that a caller may send again: key and answer commit with the effect and are kept for a day.
create table idempotency_key (
    organization_id uuid not null,
    subject text not null,
    key text not null,
    request_sha256 bytea not null,
    status integer,
    body text,
    created_at timestamptz not null default now(),
    primary key (organization_id, subject, key)
);
create index idempotency_key_age on idempotency_key (created_at);
alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;
create policy tenant on idempotency_key
    using (app_sees(organization_id)) with check (app_sees(organization_id));
