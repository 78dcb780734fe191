-- The same for one of the devices that a model runs on, by the name of its group.
create table group_wish (
    model        varchar not null references model_wish (model) on delete cascade,
    device_group varchar not null,
    instances    integer not null,
    primary key (model, device_group)
);
