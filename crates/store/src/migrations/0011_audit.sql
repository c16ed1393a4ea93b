-- What operators did, and what they gave back for what was delivered.

-- Written in the transaction of what it tells about. Holds no secrets.
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    -- who, and with which API key if with one; no references, so that an entry outlives what it names. Nobody where it
    -- was done at the sandbox's own machine, without a login.
    account_id uuid,
    user_id uuid,
    key_id uuid,
    -- such as pricing-rule.update
    action text NOT NULL,
    -- the id or the name of what was changed
    subject text NOT NULL,
    -- how it was and how it is; none where there is nothing to tell
    before jsonb,
    after jsonb,
    -- wall time
    at timestamptz NOT NULL,
    CHECK ((account_id IS NULL) = (user_id IS NULL))
);
CREATE INDEX audit_entries_age ON audit_entries (at, id);
CREATE INDEX audit_entries_subject ON audit_entries (subject, at, id);

-- Goodwill for delivered items: the key is what makes it happen once.
CREATE TABLE order_refunds (
    item_id uuid PRIMARY KEY REFERENCES order_items (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    account_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    reason text NOT NULL,
    -- business time
    refunded_at timestamptz NOT NULL
);
CREATE INDEX order_refunds_order ON order_refunds (order_id);

-- operators list the orders of everybody
CREATE INDEX orders_age ON orders (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX orders_archived ON orders (created_at, id) WHERE archived_at IS NOT NULL;
