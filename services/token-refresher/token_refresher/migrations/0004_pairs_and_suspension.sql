-- Two refresh tokens where Amazon rotates them, and the pause that a person asks for.

alter table credential
    -- The other token of a pair: written ahead the moment Amazon answers with a new one, then the
    -- old one until the new one has brought an access token.
    add column spare_key_id text,
    add column spare_ciphertext bytea,
    add column suspended_at timestamptz,
    add column suspension_reason text,
    add check ((spare_key_id is null) = (spare_ciphertext is null));

-- A missing encryption key is the operator's fault like a refused client; 'suspended' is a person's wish.
update credential set state = 'client_misconfigured' where state = 'suspended';
alter table credential
    add check ((state = 'suspended') = (suspended_at is not null)),
    add check ((suspended_at is null) = (suspension_reason is null));

drop index credential_due;
create index credential_due on credential (next_refresh_at)
    where state not in ('reauth_required', 'suspended');
