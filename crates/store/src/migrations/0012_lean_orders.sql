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
