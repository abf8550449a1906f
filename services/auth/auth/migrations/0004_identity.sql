-- The built-in identity provider: letters on their way, sign-ups, password resets, second factors.
-- None of these rows belongs to an organization: they are touched in the system scope. A letter is put
-- down in the transaction of what it tells, whoever's scope that is, and read by the sending loop only.

create table letter (
    id uuid primary key,
    kind text not null check (length(kind) <= 60),
    sealed bytea not null,
    attempts int not null default 0,
    created_at timestamptz not null,
    due_at timestamptz not null,
    expires_at timestamptz not null,
    lease_token uuid
);
create index letter_due on letter (due_at);
create index letter_expires on letter (expires_at);
comment on table letter is 'address and words sealed; deleted when sent. due_at is also the end of a lease';
alter table letter enable row level security;
alter table letter force row level security;
create policy system_only on letter using (app_sees(null));
create policy anybody_posts on letter for insert with check (true);

create table sign_up (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    email text not null check (email = lower(email) and length(email) <= 320),
    name text not null,
    organization_name text not null,
    argon2_hash text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sign_up_email on sign_up (email, created_at);
create index sign_up_expires on sign_up (expires_at);
comment on table sign_up is 'who has yet to show that the address is theirs; a user exists only from then on';
alter table sign_up enable row level security;
alter table sign_up force row level security;
create policy system_only on sign_up using (app_sees(null)) with check (app_sees(null));

create table password_reset (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    user_id uuid references app_user (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index password_reset_user on password_reset (user_id);
create index password_reset_expires on password_reset (expires_at);
comment on column password_reset.user_id is 'null: asked for an address nobody has; its token was told to nobody';
alter table password_reset enable row level security;
alter table password_reset force row level security;
create policy system_only on password_reset using (app_sees(null)) with check (app_sees(null));

create table second_factor (
    user_id uuid primary key references app_user (id) on delete cascade,
    sealed_secret bytea not null,
    last_step bigint not null default 0,
    created_at timestamptz not null,
    confirmed_at timestamptz
);
comment on column second_factor.last_step is 'the newest 30-second step whose code was used: none is taken twice';
alter table second_factor enable row level security;
alter table second_factor force row level security;
create policy system_only on second_factor using (app_sees(null)) with check (app_sees(null));

create table recovery_code (
    user_id uuid not null references second_factor (user_id) on delete cascade,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    primary key (user_id, code_hash)
);
alter table recovery_code enable row level security;
alter table recovery_code force row level security;
create policy system_only on recovery_code using (app_sees(null)) with check (app_sees(null));

create table login_challenge (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    user_id uuid not null references app_user (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index login_challenge_user on login_challenge (user_id);
create index login_challenge_expires on login_challenge (expires_at);
comment on table login_challenge is 'a right password whose second factor is still to come; never a session';
alter table login_challenge enable row level security;
alter table login_challenge force row level security;
create policy system_only on login_challenge using (app_sees(null)) with check (app_sees(null));
