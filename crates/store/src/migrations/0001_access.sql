-- Who may do what: accounts, users, login sessions, API keys.

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    company text,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED')),
    status_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    -- lower case: two spellings of one address are one user
    email text NOT NULL,
    password_hash text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    phone text,
    timezone text,
    platform_role text NOT NULL CHECK (platform_role IN ('USER', 'SUPPORT', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')),
    account_role text NOT NULL CHECK (account_role IN ('OWNER', 'ADMIN', 'MEMBER', 'VIEWER')),
    status text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED')),
    email_verified boolean NOT NULL,
    marketing_consent boolean NOT NULL,
    -- which terms of the operator were accepted, where there were any
    terms_version text,
    terms_accepted_at timestamptz,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT users_email_key UNIQUE (email)
);
CREATE INDEX users_account ON users (account_id);

CREATE TABLE login_sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    remember boolean NOT NULL,
    ip text,
    user_agent text,
    -- what the client says of itself: platform, browser, version
    device jsonb,
    created_at timestamptz NOT NULL,
    -- when its last refresh token expires
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
);
CREATE INDEX login_sessions_user ON login_sessions (user_id);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES login_sessions (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    -- the successor is derived from this token and the salt, so a lost answer can be given again
    -- although no token is stored
    successor_salt bytea,
    CHECK ((rotated_at IS NULL) = (successor_salt IS NULL))
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    description text,
    key_prefix text NOT NULL,
    key_hash bytea NOT NULL,
    permissions jsonb NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT api_keys_hash_key UNIQUE (key_hash)
);
CREATE INDEX api_keys_account ON api_keys (account_id, created_at, id);
