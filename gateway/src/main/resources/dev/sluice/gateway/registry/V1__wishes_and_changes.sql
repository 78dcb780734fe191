-- Read by H2 and PostgreSQL alike.

-- What operators want of a model, beyond what its files say. Without a row, nothing.
create table model_wish (
    model    varchar primary key,
    memory   varchar not null, -- UNSAID, LOADED or UNLOADED
    versions varchar not null  -- items as in a model.yaml, with a comma behind each but the last; empty for what that says
);

-- Labels that operators have set.
create table label_wish (
    model   varchar not null references model_wish (model) on delete cascade,
    label   varchar not null,
    version bigint  not null, -- 0: the label of model.yaml is taken away
    primary key (model, label)
);

-- Who changed what, and what became of it. Rows are added and never changed.
create table model_change (
    id         bigint generated always as identity primary key,
    happened   timestamp with time zone not null,
    api        varchar not null,
    address    varchar not null,
    client     varchar not null,
    request_id varchar not null,
    action     varchar not null,
    model      varchar not null, -- empty where it concerned none
    detail     varchar not null,
    outcome    varchar not null,
    message    varchar not null
);
