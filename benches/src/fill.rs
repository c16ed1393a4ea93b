//! Fills a database with years of rows in minutes.

/// These INSERTs without what would make millions of them slow: foreign keys and triggers are not looked at, and what
/// keeps rows in order or apart is made anew when all are there, sorted at once instead of searched row by row.
/// Primary keys stay, whose rows come in their order.
pub(crate) fn quickly(inserts: &str) -> String {
    format!("{SHELVE}\n{inserts}\n{RESTORE}")
}

const SHELVE: &str = "
SET session_replication_role = replica;
SET maintenance_work_mem = '1GB';
CREATE TEMP TABLE shelved (take text, put text);
INSERT INTO shelved
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'u' AND connamespace = 'public'::regnamespace;
INSERT INTO shelved
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid);
DO $$ DECLARE one record; BEGIN FOR one IN SELECT take FROM shelved LOOP EXECUTE one.take; END LOOP; END $$;";

const RESTORE: &str = "
DO $$ DECLARE one record; BEGIN FOR one IN SELECT put FROM shelved LOOP EXECUTE one.put; END LOOP; END $$;
SET session_replication_role = DEFAULT;";
