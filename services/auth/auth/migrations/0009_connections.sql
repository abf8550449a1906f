-- The life of a connection: who consented, replacing a grant, ending it, consents by magic link.

alter table connection
    -- Of Login with Amazon's profile; empty while unknown. Ids are per developer account, never shown.
    add column amazon_user_id text not null default '',
    add column revoked_at timestamptz,
    add column refreshed_at timestamptz,
    -- The smallest number of days before the consent's end that was warned of; null: none yet.
    add column expiry_warned_days int;

-- A consent by somebody else than before waits here ('held') until a person decides.
alter table handover drop constraint handover_stage_check;
alter table handover
    add constraint handover_stage_check check (stage in ('code', 'grant', 'held')),
    add column held_reason text check (held_reason in ('other_user', 'other_accounts')),
    add column amazon_user_id text not null default '',
    add column amazon_user_name text not null default '',
    add column approved boolean not null default false,
    add column consent_request_id uuid;

create table disconnection (
    connection_id uuid primary key,
    organization_id uuid not null,
    keep_history boolean not null,
    requested_by uuid not null,
    requested_at timestamptz not null,
    -- How often the secrets were deleted; twice, see auth/connections/disconnection.py.
    deletions int not null default 0,
    attempts int not null default 0,
    error_code text,
    next_attempt_at timestamptz not null,
    lease_token uuid,
    leased_until timestamptz,
    ended_at timestamptz,
    foreign key (organization_id, connection_id) references connection (organization_id, id) on delete cascade
);
create index disconnection_due on disconnection (next_attempt_at) where ended_at is null;
comment on table disconnection is 'connections that ended: whether token-refresher has deleted their secrets';
alter table disconnection enable row level security;
alter table disconnection force row level security;
create policy tenant on disconnection using (app_sees(organization_id)) with check (app_sees(organization_id));

create table consent_request (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    -- Of a re-authorisation from the start, else once the consent came back.
    connection_id uuid,
    reauthorizes boolean not null,
    region text not null check (region in ('NA', 'EU', 'FE')),
    label text,
    note text not null,
    recipient_email text,
    requested_by uuid not null references app_user (id),
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    sent_at timestamptz,
    letters int not null default 0,
    opened_at timestamptz,
    error_code text,
    completed_at timestamptz,
    revoked_at timestamptz,
    foreign key (organization_id, connection_id) references connection (organization_id, id)
        on delete set null (connection_id),
    unique (organization_id, id)
);
create index consent_request_organization on consent_request (organization_id, created_at desc);
create index consent_request_connection on consent_request (organization_id, connection_id);
comment on table consent_request is 'magic links by which somebody without an account here consents at Amazon';
alter table consent_request enable row level security;
alter table consent_request force row level security;
create policy tenant on consent_request
    using (app_sees(organization_id)) with check (app_sees(organization_id));

-- A consent page belongs to a session of ours, or to a magic link and the browser that opened it.
alter table consent_state
    alter column session_id drop not null,
    alter column connection_id drop not null,
    add column consent_request_id uuid,
    add column browser_hash bytea check (octet_length(browser_hash) = 32),
    add constraint consent_state_owner check (
        (session_id is not null and connection_id is not null
            and consent_request_id is null and browser_hash is null)
        or (session_id is null and consent_request_id is not null and browser_hash is not null)),
    add constraint consent_state_request foreign key (organization_id, consent_request_id)
        references consent_request (organization_id, id) on delete cascade;
create index consent_state_consent_request on consent_state (organization_id, consent_request_id);
