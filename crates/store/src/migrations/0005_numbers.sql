-- Numbers that customers own, and who has a claim on which E.164.

CREATE TABLE number_claims (
    phone_number text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('ORDER', 'OWNED', 'POOL', 'COOLING')),
    account_id uuid REFERENCES accounts (id),
    -- the order item that made the claim: undo releases only what this very item claimed
    item_id uuid,
    number_id uuid,
    -- business time from which a cooling number may be sold again
    cooling_until timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((kind = 'COOLING') = (cooling_until IS NOT NULL))
);
CREATE INDEX number_claims_number ON number_claims (number_id) WHERE number_id IS NOT NULL;

CREATE TABLE numbers (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    item_id uuid NOT NULL REFERENCES order_items (id),
    phone_number text NOT NULL,
    friendly_name text,
    country_code text NOT NULL,
    region text,
    locality text,
    area_code text,
    number_type text NOT NULL,
    capabilities jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'RELEASING', 'RELEASED')),
    status_since timestamptz NOT NULL,
    status_reason text,
    carrier text NOT NULL,
    carrier_sid text NOT NULL,
    monthly_price bigint NOT NULL CHECK (monthly_price >= 0),
    setup_price bigint NOT NULL CHECK (setup_price >= 0),
    currency text NOT NULL,
    tags jsonb NOT NULL,
    notes text,
    -- the active configuration
    configuration_id uuid,
    total_calls bigint NOT NULL,
    total_seconds bigint NOT NULL,
    last_used_at timestamptz,
    purchased_at timestamptz NOT NULL,
    released_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT numbers_item_key UNIQUE (item_id)
);
-- one number, one owner
CREATE UNIQUE INDEX numbers_live_key ON numbers (phone_number) WHERE status <> 'RELEASED';
-- one purchase at the carrier, one number
CREATE UNIQUE INDEX numbers_carrier_key ON numbers (carrier, carrier_sid) WHERE status <> 'RELEASED';
CREATE INDEX numbers_account ON numbers (account_id, created_at, id);

CREATE TABLE number_configurations (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    number_id uuid NOT NULL REFERENCES numbers (id),
    name text NOT NULL,
    routing_rules jsonb NOT NULL,
    features jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT number_configurations_name_key UNIQUE (number_id, name)
);

-- What we have at a vendor and cannot explain. For the operator; never released by itself.
CREATE TABLE orphans (
    id uuid PRIMARY KEY,
    vendor text NOT NULL,
    reference text NOT NULL,
    subject text NOT NULL,
    item_id uuid,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT orphans_reference_key UNIQUE (vendor, reference)
);
