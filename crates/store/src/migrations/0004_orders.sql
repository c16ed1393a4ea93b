-- Prices and orders.

CREATE TABLE pricing_rules (
    id uuid PRIMARY KEY,
    product text NOT NULL CHECK (product IN ('NUMBER', 'VERIFICATION', 'USAGE', 'SESSION')),
    service_code text,
    country text,
    number_type text,
    profit_type text NOT NULL CHECK (profit_type IN ('PERCENTAGE', 'FIXED')),
    -- millionths: of a percent's unit (20 % is 20000000), or of the currency's unit
    profit_value bigint NOT NULL,
    priority bigint NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    user_id uuid NOT NULL REFERENCES users (id),
    order_number text NOT NULL,
    status text NOT NULL
        CHECK (status IN ('PENDING', 'PROCESSING', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED')),
    currency text NOT NULL,
    subtotal bigint NOT NULL CHECK (subtotal >= 0),
    tax bigint NOT NULL CHECK (tax >= 0),
    discount bigint NOT NULL CHECK (discount >= 0),
    total bigint NOT NULL CHECK (total >= 0),
    billing_address jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    completed_at timestamptz,
    cancelled_at timestamptz,
    -- what operators gave back for delivered items: the sum of its order_refunds
    refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= total),
    -- business time from which lists leave it out unless asked for
    archived_at timestamptz,
    CONSTRAINT orders_number_key UNIQUE (order_number),
    CHECK (total = subtotal + tax - discount),
    CHECK (archived_at IS NULL OR status NOT IN ('PENDING', 'PROCESSING'))
);
-- each order stands in one of the two, so that a list never walks over what it leaves out
CREATE INDEX orders_account ON orders (account_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX orders_account_archived ON orders (account_id, created_at, id) WHERE archived_at IS NOT NULL;

CREATE TABLE order_items (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    position bigint NOT NULL,
    item_type text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('PENDING', 'HELD', 'PLACING', 'PLACED', 'UNKNOWN', 'DELIVERED', 'REFUSED', 'CANCELLED')),
    -- when the state was entered; business time
    state_since timestamptz NOT NULL,
    -- wall time of the commit of PLACING, from which the in-flight bound counts
    placing_since timestamptz,
    description text NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    unit_price bigint NOT NULL CHECK (unit_price >= 0),
    total_price bigint NOT NULL CHECK (total_price >= 0),
    currency text NOT NULL,
    -- what is sold: the E.164 number of a number
    subject text NOT NULL,
    -- what the line needs to place and deliver it
    detail jsonb NOT NULL,
    -- the id of what was delivered
    delivered_id uuid,
    error_code text,
    error_message text,
    CONSTRAINT order_items_position_key UNIQUE (order_id, position),
    CHECK ((state = 'DELIVERED') = (delivered_id IS NOT NULL))
);

CREATE INDEX order_items_account ON order_items (account_id, state);

CREATE TABLE order_timeline (
    order_id uuid NOT NULL REFERENCES orders (id),
    position bigint NOT NULL,
    status text NOT NULL,
    note text,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, position)
);
