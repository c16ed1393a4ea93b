-- Money from outside.

CREATE TABLE processor_customers (
    account_id uuid NOT NULL REFERENCES accounts (id),
    processor text NOT NULL,
    reference text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, processor)
);

CREATE TABLE payment_methods (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    processor text NOT NULL,
    reference text NOT NULL,
    brand text,
    last4 text,
    expiry_month bigint,
    expiry_year bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT payment_methods_reference_key UNIQUE (account_id, processor, reference)
);

CREATE TABLE payments (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    user_id uuid NOT NULL REFERENCES users (id),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status text NOT NULL
        CHECK (status IN ('PENDING', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'PARTIAL_REFUND', 'REFUNDED')),
    status_since timestamptz NOT NULL,
    processor text NOT NULL,
    -- the processor's id of the charge, once known
    reference text,
    -- wall time of the commit before the first request: the replay window and the pauses count from here
    opened_at timestamptz NOT NULL,
    -- a request to charge may have arrived whose answer did not
    in_doubt boolean NOT NULL,
    -- what the charge is made with, as asked for
    method_token text,
    customer_reference text,
    keep_method boolean NOT NULL,
    return_url text,
    -- what was used, as the processor told
    method_id uuid REFERENCES payment_methods (id),
    method_label text,
    failure_code text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    processed_at timestamptz,
    CONSTRAINT payments_reference_key UNIQUE (processor, reference),
    CHECK ((status IN ('PENDING', 'PROCESSING')) = (processed_at IS NULL))
);
CREATE INDEX payments_account ON payments (account_id, created_at, id);
