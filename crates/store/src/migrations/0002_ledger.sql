-- Money: wallets, holds, and the append-only double-entry ledger that explains them.

CREATE TABLE wallets (
    account_id uuid NOT NULL REFERENCES accounts (id),
    currency text NOT NULL,
    -- the wallet's name in the ledger's entries
    code text NOT NULL,
    -- millionths; the sum of the wallet's ledger entries, kept here so that one row decides a race
    balance bigint NOT NULL,
    -- millionths; the sum of the open holds
    held bigint NOT NULL CHECK (held >= 0),
    credit_limit bigint NOT NULL CHECK (credit_limit >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, currency),
    CONSTRAINT wallets_code_key UNIQUE (code, currency)
);

CREATE TABLE holds (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    -- what the money is set aside for, such as an order item
    subject uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('OPEN', 'CAPTURED', 'RELEASED')),
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT holds_subject_key UNIQUE (subject),
    FOREIGN KEY (account_id, currency) REFERENCES wallets (account_id, currency),
    CHECK ((state = 'OPEN') = (closed_at IS NULL))
);
CREATE INDEX holds_open ON holds (account_id, currency) WHERE state = 'OPEN';

CREATE TABLE ledger_postings (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    -- empty where a kind happens once a subject; a billing period where it repeats
    period text NOT NULL,
    account_id uuid REFERENCES accounts (id),
    note text,
    created_at timestamptz NOT NULL,
    CONSTRAINT ledger_postings_once_key UNIQUE (kind, subject, period)
);
CREATE INDEX ledger_postings_account ON ledger_postings (account_id, created_at);

-- One row takes from one ledger account and gives to another, so an unbalanced posting cannot be written.
CREATE TABLE ledger_entries (
    posting_id uuid NOT NULL REFERENCES ledger_postings (id),
    line bigint NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    PRIMARY KEY (posting_id, line),
    CHECK (debit <> credit),
    -- the kinds of account there are; `ledger verify` knows which stand in which kind of posting
    CONSTRAINT ledger_entries_debit_known CHECK (debit = 'adjustments' OR debit LIKE 'wallet:_%'
        OR debit LIKE 'processor:_%' OR debit LIKE 'revenue:_%' OR debit LIKE 'cost:_%' OR debit LIKE 'carrier:_%'),
    CONSTRAINT ledger_entries_credit_known CHECK (credit = 'adjustments' OR credit LIKE 'wallet:_%'
        OR credit LIKE 'processor:_%' OR credit LIKE 'revenue:_%' OR credit LIKE 'cost:_%' OR credit LIKE 'carrier:_%')
);
