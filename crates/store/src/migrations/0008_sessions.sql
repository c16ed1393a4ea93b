-- Numbers to borrow: the pool, who has which number until when, and who called.

CREATE TABLE pool_numbers (
    id uuid PRIMARY KEY,
    phone_number text NOT NULL,
    country_code text NOT NULL,
    number_type text NOT NULL,
    carrier text NOT NULL,
    carrier_sid text NOT NULL,
    state text NOT NULL CHECK (state IN ('ADDING', 'ACTIVE', 'DRAINING', 'RELEASING', 'REMOVED')),
    state_since timestamptz NOT NULL,
    -- One of a few queues, at random: borrowers who come at once begin in different ones and do not meet.
    lane bigint NOT NULL,
    -- Business time from which the number may be borrowed: the end of its session and the cool-down after it are in
    -- it, so time alone frees a number and nobody has to write anything.
    free_from timestamptz NOT NULL,
    -- what free_from was before the session that it has now
    was_free_from timestamptz NOT NULL,
    -- the number session that has it, or had it last: an older one cannot end a newer one
    session_id uuid,
    -- the order's item that bought it; none where the operator owned it already
    item_id uuid REFERENCES order_items (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT pool_numbers_item_key UNIQUE (item_id)
);
CREATE UNIQUE INDEX pool_numbers_phone_key ON pool_numbers (phone_number) WHERE state <> 'REMOVED';
-- Taken numbers lie beyond now in these, free ones before it: a search never meets a taken one.
CREATE INDEX pool_numbers_free ON pool_numbers (lane, free_from) WHERE state = 'ACTIVE';
CREATE INDEX pool_numbers_free_in ON pool_numbers (country_code, lane, free_from) WHERE state = 'ACTIVE';
CREATE INDEX pool_numbers_age ON pool_numbers (created_at, id);

CREATE TABLE number_sessions (
    id uuid PRIMARY KEY,
    -- no reference: a lock on the one account's row would make its borrowers wait for each other
    account_id uuid NOT NULL,
    -- the caller's own name for whom it is for
    user_label text NOT NULL,
    pool_number_id uuid NOT NULL REFERENCES pool_numbers (id),
    phone_number text NOT NULL,
    country_code text NOT NULL,
    greeting_url text,
    greeting_text text,
    -- millionths, taken once
    price bigint NOT NULL CHECK (price >= 0),
    currency text NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- set when its end has been told: by hand at once, by time a little later
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('EXPIRED', 'BY_HAND')),
    CHECK ((greeting_url IS NULL) <> (greeting_text IS NULL)),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX number_sessions_account ON number_sessions (account_id, started_at, id);
-- those whose end is still to be told
CREATE INDEX number_sessions_due ON number_sessions (expires_at) WHERE ended_at IS NULL;

-- Who called while a session had the number.
CREATE TABLE session_calls (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES number_sessions (id),
    carrier text NOT NULL,
    carrier_sid text NOT NULL,
    from_number text NOT NULL,
    called_at timestamptz NOT NULL,
    -- how it ended and how long it took, once the carrier has said so
    status text,
    duration_seconds bigint,
    CONSTRAINT session_calls_carrier_key UNIQUE (carrier, carrier_sid)
);
CREATE INDEX session_calls_session ON session_calls (session_id, called_at);
