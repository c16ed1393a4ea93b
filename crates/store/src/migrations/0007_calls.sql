-- Calls and what they cost.

CREATE TABLE calls (
    id uuid PRIMARY KEY,
    -- the number's own reference is enough: an answer that a caller waits for pays for each check
    account_id uuid NOT NULL,
    number_id uuid NOT NULL REFERENCES numbers (id),
    carrier text NOT NULL,
    carrier_sid text NOT NULL,
    from_number text NOT NULL,
    to_number text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND')),
    status text NOT NULL
        CHECK (status IN ('INITIATED', 'RINGING', 'ANSWERED', 'COMPLETED', 'BUSY', 'FAILED', 'NO_ANSWER', 'CANCELLED')),
    duration_seconds bigint,
    -- millionths, once charged
    cost bigint,
    currency text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT calls_carrier_key UNIQUE (carrier, carrier_sid)
);
CREATE INDEX calls_number ON calls (number_id, created_at);
CREATE INDEX calls_account ON calls (account_id, created_at, id);

CREATE TABLE usage_rates (
    -- what is used, such as VOICE_MINUTES
    usage_type text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND')),
    -- empty for every country without a row of its own
    country text NOT NULL,
    currency text NOT NULL,
    -- millionths a unit (a minute)
    unit_price bigint NOT NULL CHECK (unit_price >= 0),
    -- seconds charged at least, and the seconds that are then charged at a time
    first_increment bigint NOT NULL CHECK (first_increment > 0),
    next_increment bigint NOT NULL CHECK (next_increment > 0),
    PRIMARY KEY (usage_type, direction, country)
);
INSERT INTO usage_rates (usage_type, direction, country, currency, unit_price, first_increment, next_increment)
VALUES ('VOICE_MINUTES', 'INBOUND', '', 'USD', 10200, 60, 60),
    ('VOICE_MINUTES', 'OUTBOUND', '', 'USD', 16800, 60, 60);

CREATE TABLE usage_records (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    usage_type text NOT NULL,
    direction text NOT NULL,
    -- what was used (a number) and in what (a call)
    resource_id uuid NOT NULL,
    subject uuid NOT NULL,
    quantity bigint NOT NULL CHECK (quantity >= 0),
    unit text NOT NULL,
    unit_price bigint NOT NULL,
    cost bigint NOT NULL,
    currency text NOT NULL,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT usage_records_once_key UNIQUE (usage_type, direction, subject)
);
CREATE INDEX usage_records_account ON usage_records (account_id, occurred_at);
CREATE INDEX usage_records_resource ON usage_records (resource_id, occurred_at);
