-- API keys: what programs call with. A key acts within the rights that its owner has at the moment.

create table api_key (
    id uuid primary key,
    organization_id uuid not null references organization (id),
    owner_id uuid not null,
    name text not null check (length(name) between 1 and 120),
    permissions text[] not null check (cardinality(permissions) > 0),
    brand_ids uuid[] check (cardinality(brand_ids) > 0),
    allowed_networks cidr[] not null default '{}',
    rate_limit_per_minute int check (rate_limit_per_minute > 0),
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_ip text not null default '',
    unique (organization_id, id)
);
create index api_key_owner on api_key (organization_id, owner_id) where revoked_at is null;
comment on column api_key.owner_id is 'a member; without that membership the key is worth nothing';
comment on column api_key.brand_ids is 'null: every brand of its owner';
comment on column api_key.allowed_networks is 'empty: from anywhere';
comment on column api_key.last_used_at is 'written once a minute at most';
alter table api_key enable row level security;
alter table api_key force row level security;
create policy tenant on api_key
    using (app_sees(organization_id) and (
        current_setting('app.brand_ids', true) = '*'
        or (brand_ids is not null
            and brand_ids::text[] <@ string_to_array(current_setting('app.brand_ids', true), ','))))
    with check (app_sees(organization_id) and (
        current_setting('app.brand_ids', true) = '*'
        or (brand_ids is not null
            and brand_ids::text[] <@ string_to_array(current_setting('app.brand_ids', true), ','))));

create table api_key_secret (
    secret_hash bytea primary key check (octet_length(secret_hash) = 32),
    organization_id uuid not null,
    api_key_id uuid not null,
    shown_to uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    foreign key (organization_id, api_key_id) references api_key (organization_id, id) on delete cascade
);
create unique index api_key_secret_current on api_key_secret (organization_id, api_key_id) where expires_at is null;
create index api_key_secret_key on api_key_secret (organization_id, api_key_id);
comment on column api_key_secret.shown_to is 'the user who has seen it; not the owner when the key was handed over';
comment on column api_key_secret.expires_at is 'null: the current one; else when a replaced one ends';
alter table api_key_secret enable row level security;
alter table api_key_secret force row level security;
create policy tenant on api_key_secret
    using (app_sees(organization_id)) with check (app_sees(organization_id));
