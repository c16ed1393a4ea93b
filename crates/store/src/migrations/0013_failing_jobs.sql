-- How often a job has failed since it last went well: it is tried again soon at first, then less and less often.
ALTER TABLE scheduled_jobs ADD COLUMN failures_in_a_row bigint NOT NULL DEFAULT 0;
