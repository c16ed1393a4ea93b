-- What an order writes is written once. An index whose columns an update changes is written again with all the others of
-- its table; these were read by nobody, or where another one serves as well.

-- an account's delivered items are found by way of its orders
DROP INDEX order_items_account;
-- open holds are summed by `ledger verify` alone, which reads them all
DROP INDEX holds_open;
-- a claim is found by its number
DROP INDEX number_claims_number;
DROP INDEX ledger_postings_account;
-- one for both: facts without a number stand together in it
DROP INDEX events_unnumbered;
DROP INDEX events_seq_key;
CREATE UNIQUE INDEX events_seq_key ON events (seq);

-- Rows that are changed soon after they are written find room beside themselves.
ALTER TABLE events SET (fillfactor = 50); -- PostgreSQL
ALTER TABLE orders SET (fillfactor = 60); -- PostgreSQL
ALTER TABLE order_items SET (fillfactor = 50); -- PostgreSQL
ALTER TABLE holds SET (fillfactor = 60); -- PostgreSQL
ALTER TABLE number_claims SET (fillfactor = 60); -- PostgreSQL

-- A fact is found by its place in the journal and a hold by what it is for; nobody asks for their ids.
ALTER TABLE events DROP CONSTRAINT events_pkey; -- PostgreSQL
ALTER TABLE holds DROP CONSTRAINT holds_pkey; -- PostgreSQL

-- No reference to what is never deleted: each costs a look-up and a lock on the row that it names, and where that is an
-- account's, all that the account does would meet there. Where there is one lock for all, references stay: what breaks
-- one is found there.
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_account_id_fkey; -- PostgreSQL
ALTER TABLE orders DROP CONSTRAINT orders_account_id_fkey; -- PostgreSQL
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey; -- PostgreSQL
ALTER TABLE order_items DROP CONSTRAINT order_items_account_id_fkey; -- PostgreSQL
ALTER TABLE order_items DROP CONSTRAINT order_items_order_id_fkey; -- PostgreSQL
ALTER TABLE number_claims DROP CONSTRAINT number_claims_account_id_fkey; -- PostgreSQL
ALTER TABLE numbers DROP CONSTRAINT numbers_account_id_fkey; -- PostgreSQL
ALTER TABLE numbers DROP CONSTRAINT numbers_order_id_fkey; -- PostgreSQL
ALTER TABLE numbers DROP CONSTRAINT numbers_item_id_fkey; -- PostgreSQL
ALTER TABLE holds DROP CONSTRAINT holds_account_id_currency_fkey; -- PostgreSQL
ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_account_id_fkey; -- PostgreSQL
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_posting_id_fkey; -- PostgreSQL
