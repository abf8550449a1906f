-- The audit log: what all services recorded, one hash chain per organization.

create table audit_chain (
    organization_id uuid primary key,
    sequence bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(hash) = 32),
    anchor_sequence bigint not null default 0,
    anchor_hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(anchor_hash) = 32),
    retention_days integer not null default 400 check (retention_days between 90 and 3660),
    purged_at timestamptz,
    check (anchor_sequence between 0 and sequence)
);
comment on table audit_chain is 'the head of each chain; the anchor is the last entry that retention removed';
alter table audit_chain enable row level security;
alter table audit_chain force row level security;
create policy tenant on audit_chain using (app_sees(organization_id)) with check (app_sees(organization_id));

create table audit_arrival (
    id bigint generated always as identity primary key,
    organization_id uuid not null,
    event_id uuid not null unique,
    event text not null
);
create index audit_arrival_organization on audit_arrival (organization_id, id);
comment on table audit_arrival is 'events that were received and wait, for moments, to be chained';
alter table audit_arrival enable row level security;
alter table audit_arrival force row level security;
create policy system_only on audit_arrival using (app_sees(null)) with check (app_sees(null));

create table audit_entry (
    organization_id uuid not null,
    sequence bigint not null,
    event_id uuid not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    service text not null,
    action text not null,
    operation text not null,
    actor_kind text not null,
    actor_id text not null,
    impersonator text not null,
    brand_ids uuid[] not null,
    every_brand boolean not null,
    target_type text not null,
    target_id text not null,
    outcome text not null check (outcome in ('allowed', 'refused', 'failed')),
    code text not null,
    count integer not null,
    ip text not null,
    user_agent text not null,
    request_id text not null,
    details jsonb not null,
    previous_hash bytea not null check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (organization_id, sequence),
    unique (organization_id, event_id)
);
create index audit_entry_occurred on audit_entry (organization_id, occurred_at);
create index audit_entry_recorded on audit_entry (organization_id, recorded_at);
create index audit_entry_actor on audit_entry (organization_id, actor_id, sequence desc);
create index audit_entry_action on audit_entry (organization_id, action, sequence desc);
create index audit_entry_target on audit_entry (organization_id, target_id, sequence desc);
alter table audit_entry enable row level security;
alter table audit_entry force row level security;
create policy chained on audit_entry for insert with check (app_sees(null));
create policy purged on audit_entry for delete using (app_sees(null));
create policy tenant on audit_entry for select using (
    app_sees(organization_id)
    and (
        current_setting('app.brand_ids', true) = '*'
        or every_brand
        or exists (select 1 from unnest(brand_ids) as concerned (id) where app_sees_brand(concerned.id))
    )
);

-- Entries never change. They go only when retention has moved the chain's anchor over them first.
create function audit_entry_is_immutable() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select 1 from audit_chain c
        where c.organization_id = old.organization_id and old.sequence <= c.anchor_sequence
    ) then
        return old;
    end if;
    raise exception 'audit entries are immutable' using errcode = 'insufficient_privilege';
end
$$;
create trigger immutable before update or delete on audit_entry
    for each row execute function audit_entry_is_immutable();
create trigger not_emptied before truncate on audit_entry
    for each statement execute function audit_entry_is_immutable();

-- A chain only grows, and its anchor only moves forward.
create function audit_chain_only_grows() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.sequence < old.sequence or new.anchor_sequence < old.anchor_sequence then
        raise exception 'an audit chain only grows' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger only_grows before update or delete on audit_chain
    for each row execute function audit_chain_only_grows();
