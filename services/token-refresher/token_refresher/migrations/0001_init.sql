-- One row per connection: the grant, sealed, and the life of its access token.

create table credential (
    connection_id uuid primary key,
    organization_id uuid not null,
    region text not null check (region in ('NA', 'EU', 'FE')),
    state text not null check (
        state in ('healthy', 'retrying', 'reauth_required', 'client_misconfigured', 'suspended')),
    refresh_key_id text not null,
    refresh_ciphertext bytea not null,
    access_key_id text not null,
    access_ciphertext bytea not null,
    -- Of the grant as auth handed it over: the same hand-over twice is recognised.
    grant_sha256 text not null,
    granted_at timestamptz not null,
    -- Rises with every access token.
    version bigint not null default 1,
    expires_at timestamptz not null,
    refreshed_at timestamptz not null,
    next_refresh_at timestamptz not null,
    attempts integer not null default 0,
    last_error_code text,
    -- Who refreshes now; a holder whose token is no longer on the row may not write.
    lease_token uuid,
    lease_until timestamptz,
    check ((lease_token is null) = (lease_until is null))
);

create index credential_due on credential (next_refresh_at) where state <> 'reauth_required';
create index credential_organization on credential (organization_id, connection_id);

alter table credential enable row level security;
alter table credential force row level security;
create policy tenant on credential
    using (app_sees(organization_id)) with check (app_sees(organization_id));
