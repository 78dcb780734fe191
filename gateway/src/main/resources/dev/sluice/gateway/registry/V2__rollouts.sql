-- How operators want versions tried: the section traffic of a model.yaml, as JSON; empty for what that says.
alter table model_wish add column traffic varchar default '' not null;

-- What has become of a model's versions. Without a row, nothing. Apart from the wishes, for servers that share this
-- database write it at any time, and must not write over what another one was told.
create table model_rollout (
    model     varchar primary key,
    stable    bigint  not null, -- the version that answers while a newer one is tried; 0 for none
    signature varchar not null  -- what versions are held to: a line for the version it is from, one for each tensor; or empty
);

-- Versions that were sent away, or passed over.
create table rejected_version (
    model   varchar not null references model_rollout (model) on delete cascade,
    version bigint  not null,
    reason  varchar not null,
    primary key (model, version)
);
