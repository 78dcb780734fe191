-- How many worker threads operators want each version of a model to have; 0 for what its files or the settings say.
alter table model_wish add column instances integer default 0 not null;
