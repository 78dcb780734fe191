-- Read by H2 and PostgreSQL alike.

-- Where versions come from that do not lie in the repository, as operators have said.
create table source_wish (
    model   varchar not null references model_wish (model) on delete cascade,
    version bigint  not null,
    url     varchar not null, -- as it was given, with its secrets
    sha256  varchar not null, -- empty where none was given
    primary key (model, version)
);
