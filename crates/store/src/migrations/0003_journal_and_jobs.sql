-- Facts that happened, work to be done, requests already answered, and the business clock.

CREATE TABLE events (
    id uuid PRIMARY KEY,
    -- given by the relay after the commit, so that readers who follow it miss nothing
    seq bigint,
    kind text NOT NULL,
    -- no reference: a lock on the one account's row would make all that it does wait for each other
    account_id uuid,
    subject text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamptz NOT NULL
);
-- Every write of the product appends here and the relay writes each fact again, so an index has to be worth it.
CREATE UNIQUE INDEX events_seq_key ON events (seq) WHERE seq IS NOT NULL;
CREATE INDEX events_unnumbered ON events (id) WHERE seq IS NULL;

-- A step is work on one row of the product. It is gone when the work is done.
CREATE TABLE steps (
    kind text NOT NULL,
    subject uuid NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    attempts bigint NOT NULL,
    lease_owner uuid,
    lease_until timestamptz,
    -- asked for again while somebody was at it: from then on it runs once more
    again_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX steps_due ON steps (next_attempt_at);

CREATE TABLE scheduled_jobs (
    name text PRIMARY KEY,
    schedule text NOT NULL,
    next_run_at timestamptz NOT NULL,
    lease_owner uuid,
    lease_until timestamptz,
    last_run_at timestamptz,
    last_duration_ms bigint,
    last_error text,
    failures bigint NOT NULL
);

CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL REFERENCES accounts (id),
    operation text NOT NULL,
    idempotency_key text NOT NULL,
    -- SHA-256 of the canonical request, so that another body under the same key is told
    fingerprint bytea NOT NULL,
    resource text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, operation, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What a vendor has told us already, by the vendor's own id of the message.
CREATE TABLE inbound_messages (
    sender text NOT NULL,
    message_id text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (sender, message_id)
);
CREATE INDEX inbound_messages_age ON inbound_messages (received_at);

CREATE TABLE business_clock (
    id bigint PRIMARY KEY CHECK (id = 1),
    offset_micros bigint NOT NULL CHECK (offset_micros >= 0)
);
INSERT INTO business_clock (id, offset_micros) VALUES (1, 0);
