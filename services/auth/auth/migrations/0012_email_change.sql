-- Another address to sign in with, until a link sent there is opened.

create table email_change (
    user_id uuid primary key references app_user (id) on delete cascade,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    email text not null check (email = lower(email) and length(email) <= 320),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index email_change_expires on email_change (expires_at);
comment on table email_change is 'one per person: asking again voids the letter before';
alter table email_change enable row level security;
alter table email_change force row level security;
create policy system_only on email_change using (app_sees(null)) with check (app_sees(null));
