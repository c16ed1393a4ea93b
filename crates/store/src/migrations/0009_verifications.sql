-- Numbers rented for one code: the suppliers, what they offer, and each rental with its texts.

CREATE TABLE suppliers (
    name text PRIMARY KEY,
    is_enabled boolean NOT NULL,
    -- of two suppliers that are equally good the higher one is asked first
    priority bigint NOT NULL,
    health text NOT NULL CHECK (health IN ('HEALTHY', 'DEGRADED', 'DOWN')),
    health_since timestamptz NOT NULL,
    -- calls in a row that failed for the supplier's own reasons
    failures bigint NOT NULL CHECK (failures >= 0),
    -- our money there, in millionths, when we last asked
    float_balance bigint,
    float_currency text,
    float_at timestamptz,
    last_error text,
    last_error_at timestamptz,
    synced_at timestamptz,
    -- grows with each change of the stored credentials, so that every process knows whether it has seen them
    credentials_version bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL
);

-- What an operator has stored to speak to a supplier, sealed part by part. Without any, the settings count.
CREATE TABLE supplier_credentials (
    supplier text NOT NULL REFERENCES suppliers (name),
    -- such as apiKey
    field text NOT NULL,
    sealed text NOT NULL,
    -- the last four characters of a long secret, the whole of an address; so that an operator knows which it is
    hint text,
    -- wall time
    set_at timestamptz NOT NULL,
    PRIMARY KEY (supplier, field)
);

CREATE TABLE supplier_offers (
    supplier text NOT NULL REFERENCES suppliers (name),
    -- the market's code, such as tg
    service_code text NOT NULL,
    -- ISO 3166-1 alpha-2
    country text NOT NULL,
    service_name text NOT NULL,
    vendor_service text NOT NULL,
    vendor_country text NOT NULL,
    cost bigint NOT NULL CHECK (cost >= 0),
    currency text NOT NULL,
    stock bigint NOT NULL CHECK (stock >= 0),
    -- wall time: when it was last refused though it stood here
    refused_at timestamptz,
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (supplier, service_code, country)
);
CREATE INDEX supplier_offers_market ON supplier_offers (service_code, country);

CREATE TABLE verifications (
    -- written in the transaction that opens the order, before its item
    id uuid PRIMARY KEY,
    -- the number by which the market's own protocol knows it
    activation bigint NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    order_id uuid NOT NULL,
    item_id uuid NOT NULL,
    service_code text NOT NULL,
    country text NOT NULL,
    status text NOT NULL
        CHECK (status IN ('PENDING', 'PROCESSING', 'WAITING_FOR_SMS', 'CANCELLING', 'COMPLETED', 'CANCELLED',
                          'EXPIRED', 'FAILED', 'REFUNDED')),
    -- business time
    status_since timestamptz NOT NULL,
    status_reason text,
    price bigint NOT NULL CHECK (price >= 0),
    currency text NOT NULL,
    supplier text,
    reference text,
    phone_number text,
    -- what the supplier takes from our float for it: as it says, else as it was quoted
    cost bigint,
    -- business time
    bought_at timestamptz,
    expires_at timestamptz,
    -- the supplier allows no cancellation before this
    locked_until timestamptz,
    -- when the first text came
    code_at timestamptz,
    -- one more text was asked for and has not come
    awaits_more boolean NOT NULL,
    -- the customer's money is back and the supplier has yet to give ours
    owed_back boolean NOT NULL,
    refunded_at timestamptz,
    -- grows with each change, so that a listener knows whether it has seen this one
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT verifications_activation_key UNIQUE (activation),
    CONSTRAINT verifications_item_key UNIQUE (item_id),
    CHECK ((reference IS NULL) = (phone_number IS NULL)),
    CHECK (status <> 'COMPLETED' OR refunded_at IS NULL)
);
-- one purchase at a supplier, one rental
CREATE UNIQUE INDEX verifications_reference_key ON verifications (supplier, reference) WHERE reference IS NOT NULL;
CREATE INDEX verifications_account ON verifications (account_id, created_at, id);
CREATE INDEX verifications_open ON verifications (account_id)
    WHERE status IN ('PENDING', 'PROCESSING', 'WAITING_FOR_SMS', 'CANCELLING');
CREATE INDEX verifications_waiting ON verifications (phone_number)
    WHERE status IN ('WAITING_FOR_SMS', 'CANCELLING', 'COMPLETED');
CREATE INDEX verifications_measured ON verifications (service_code, country, bought_at) WHERE bought_at IS NOT NULL;

-- Purchases that were begun at a supplier. Committed before the supplier hears of them.
CREATE TABLE supplier_attempts (
    item_id uuid NOT NULL,
    position bigint NOT NULL,
    supplier text NOT NULL,
    vendor_service text NOT NULL,
    vendor_country text NOT NULL,
    -- makes the purchase happen once where the supplier can
    purchase_key text NOT NULL,
    state text NOT NULL CHECK (state IN ('TRYING', 'REFUSED', 'UNKNOWN', 'BOUGHT')),
    reason text,
    -- wall time
    began_at timestamptz NOT NULL,
    PRIMARY KEY (item_id, position)
);
-- an item has one purchase that may have been made, at most
CREATE UNIQUE INDEX supplier_attempts_once_key ON supplier_attempts (item_id)
    WHERE state IN ('TRYING', 'UNKNOWN', 'BOUGHT');
CREATE INDEX supplier_attempts_age ON supplier_attempts (began_at);

-- Words and codes are sealed; erased after the operator's retention time.
CREATE TABLE verification_texts (
    id uuid PRIMARY KEY,
    verification_id uuid NOT NULL REFERENCES verifications (id),
    -- the supplier's id of the text, so that it counts once, pushed or polled
    text_id text NOT NULL,
    sealed_text text,
    sealed_code text,
    received_at timestamptz NOT NULL,
    CONSTRAINT verification_texts_once_key UNIQUE (verification_id, text_id)
);
-- those whose words are still there
CREATE INDEX verification_texts_age ON verification_texts (received_at)
    WHERE sealed_text IS NOT NULL OR sealed_code IS NOT NULL;

-- What happened to a rental, in order: the evidence in a dispute. Holds no words and no codes.
CREATE TABLE verification_timeline (
    verification_id uuid NOT NULL REFERENCES verifications (id),
    position bigint NOT NULL,
    status text NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (verification_id, position)
);
