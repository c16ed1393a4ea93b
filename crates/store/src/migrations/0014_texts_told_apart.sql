-- A rental and its texts are read one after the other: a text that came in between belongs to a later version.
ALTER TABLE verification_texts ADD COLUMN version bigint NOT NULL DEFAULT 0;
-- How often its supplier, asked for one more text, began afresh: the same code in another round is another text.
ALTER TABLE verifications ADD COLUMN rounds bigint NOT NULL DEFAULT 0;
