-- What every replica must agree on before it calls Amazon's token endpoint. No tenant's data.

create table token_gate (
    -- 'NA', 'EU', 'FE': the region's token host; 'client': our own client, on every host.
    name text primary key check (name in ('NA', 'EU', 'FE', 'client')),
    opened_at timestamptz,
    -- While the breaker is open: when one call may try again.
    probe_at timestamptz,
    probes integer not null default 0,
    cause text,
    check ((opened_at is null) = (probe_at is null))
);
insert into token_gate (name) values ('NA'), ('EU'), ('FE'), ('client');
