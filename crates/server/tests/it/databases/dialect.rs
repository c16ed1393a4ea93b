//! Each fragment of SQL that differs between the engines means the same on both.

use chrono::{DateTime, Utc};
use serde_json::json;
use store::{ConnectionTrait, DbErr, FromQueryResult, all, dialect::violated_constraint, exec, one, placeholders};
use uuid::Uuid;
use vocab::Ambient;

use crate::support::{TestDb, on_both};

on_both!(
    values_come_back_as_they_went_in,
    an_array_is_searched_by_member,
    like_ignores_case,
    a_uuid_reads_as_in_ids_and_in_subjects,
    nulls_stand_last_either_way,
    locked_rows_are_left_out,
    a_violation_names_its_constraint,
    foreign_keys_and_checks_hold,
);

#[derive(Debug, PartialEq, FromQueryResult)]
struct Thing {
    id: Uuid,
    name: Option<String>,
    tags: serde_json::Value,
    at: DateTime<Utc>,
    is_on: bool,
    bytes: Vec<u8>,
    count: i64,
}

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

#[derive(FromQueryResult)]
struct Named {
    name: Option<String>,
}

const TABLES: [&str; 2] = [
    "CREATE TABLE things (
    id uuid PRIMARY KEY,
    name text,
    tags jsonb NOT NULL,
    at timestamptz NOT NULL,
    is_on boolean NOT NULL,
    bytes bytea NOT NULL,
    count bigint NOT NULL CHECK (count >= 0),
    CONSTRAINT things_name_key UNIQUE (name)
);",
    "CREATE TABLE parts (
    id uuid PRIMARY KEY,
    thing_id uuid NOT NULL REFERENCES things (id)
);",
];

async fn things(db: &TestDb, named: &[(Option<&str>, &[&str])]) -> Vec<Thing> {
    let (dialect, ambient) = (db.store.dialect(), Ambient::system());
    let things: Vec<_> = named
        .iter()
        .enumerate()
        .map(|(at, (name, tags))| Thing {
            id: ambient.uuid(),
            name: name.map(str::to_owned),
            tags: json!(tags),
            at: ambient.wall(),
            is_on: at % 2 == 0,
            bytes: vec![0, 255, 10],
            count: i64::MAX,
        })
        .collect();
    let rows = &things;
    let made: Result<(), DbErr> = db
        .store
        .write(|tx| async move {
            for table in TABLES {
                tx.execute_unprepared(&dialect.migration(table)).await?;
            }
            for thing in rows {
                insert(&tx, thing).await?;
            }
            Ok(())
        })
        .await;
    made.expect("the things are there");
    things
}

async fn insert(tx: &impl ConnectionTrait, thing: &Thing) -> Result<u64, DbErr> {
    let sql = "INSERT INTO things (id, name, tags, at, is_on, bytes, count) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        thing.id.into(),
        thing.name.clone().into(),
        thing.tags.clone().into(),
        thing.at.into(),
        thing.is_on.into(),
        thing.bytes.clone().into(),
        thing.count.into(),
    ];
    exec(tx, sql, values).await
}

async fn values_come_back_as_they_went_in(db: TestDb) {
    let things = things(&db, &[(Some("Ünïcode \u{1F4DE} '\"; --"), &["a", "b"]), (None, &[])]).await;
    let sql = "SELECT id, name, tags, at, is_on, bytes, count FROM things ORDER BY at";
    let read: Vec<Thing> = all(db.store.reader(), sql, []).await.expect("reads");
    assert_eq!(read, things);
    let sql = format!("SELECT name FROM things WHERE id IN ({}) AND at <= $3", placeholders(1, 2));
    let values = [things[0].id.into(), things[1].id.into(), things[1].at.into()];
    let read: Vec<Named> = all(db.store.reader(), &sql, values).await.expect("reads");
    assert_eq!(read.len(), 2, "a time is compared as a time");
}

async fn an_array_is_searched_by_member(db: TestDb) {
    things(&db, &[(Some("a"), &["vip", "sales"]), (Some("b"), &["vi"]), (Some("c"), &["it's \"vip\""])]).await;
    let sql = format!("SELECT name FROM things WHERE {}", db.store.dialect().array_contains("tags", "$1"));
    for (tag, expected) in [("vip", Some("a")), ("vi", Some("b")), ("it's \"vip\"", Some("c")), ("v", None)] {
        let read: Vec<Named> = all(db.store.reader(), &sql, [tag.into()]).await.expect("reads");
        let names: Vec<_> = read.iter().map(|row| row.name.as_deref()).collect();
        assert_eq!(names, expected.map(Some).into_iter().collect::<Vec<_>>(), "{tag}");
    }
}

async fn like_ignores_case(db: TestDb) {
    things(&db, &[(Some("Main Line"), &[]), (Some("100%"), &[])]).await;
    let sql = format!("SELECT name FROM things WHERE name {} $1", db.store.dialect().ilike());
    for (pattern, expected) in [("%main LINE%", 1), ("%e%", 1), ("%x%", 0)] {
        let read: Vec<Named> = all(db.store.reader(), &sql, [pattern.into()]).await.expect("reads");
        assert_eq!(read.len(), expected, "{pattern}");
    }
}

async fn a_uuid_reads_as_in_ids_and_in_subjects(db: TestDb) {
    let things = things(&db, &[(None, &[])]).await;
    let (dialect, id) = (db.store.dialect(), things[0].id);
    for (column, expected) in
        [(dialect.uuid_hex("id"), id.simple().to_string()), (dialect.uuid_text("id"), id.to_string())]
    {
        let sql = format!("SELECT {column} AS text FROM things");
        let read: Option<Text> = one(db.store.reader(), &sql, []).await.expect("reads");
        assert_eq!(read.map(|row| row.text), Some(expected));
    }
}

async fn nulls_stand_last_either_way(db: TestDb) {
    things(&db, &[(None, &[]), (Some("b"), &[]), (Some("a"), &[])]).await;
    for (direction, expected) in [("ASC", [Some("a"), Some("b"), None]), ("DESC", [Some("b"), Some("a"), None])] {
        let sql = format!("SELECT name FROM things ORDER BY name {direction} NULLS LAST");
        let read: Vec<Named> = all(db.store.reader(), &sql, []).await.expect("reads");
        assert_eq!(read.iter().map(|row| row.name.as_deref()).collect::<Vec<_>>(), expected);
    }
}

/// Two workers that claim at the same time never claim the same row. On SQLite they queue.
async fn locked_rows_are_left_out(db: TestDb) {
    let names: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
    let named: Vec<(Option<&str>, &[&str])> = names.iter().map(|name| (Some(name.as_str()), &[][..])).collect();
    things(&db, &named).await;
    let claim = format!(
        "UPDATE things SET count = 0 WHERE id IN \
         (SELECT id FROM things WHERE count > 0 ORDER BY name LIMIT 5{}) RETURNING name",
        db.store.dialect().skip_locked()
    );
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (store, claim) = (db.store.clone(), claim.clone());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claim = &claim;
                    let batch: Result<Vec<Named>, DbErr> = store
                        .write(|tx| async move {
                            let rows = all(&tx, claim, []).await?;
                            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                            Ok(rows)
                        })
                        .await;
                    let batch = batch.expect("claims");
                    if batch.is_empty() {
                        return mine;
                    }
                    mine.extend(batch.into_iter().filter_map(|row| row.name));
                }
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.expect("joins"));
    }
    claimed.sort();
    assert_eq!(claimed, names, "each row once");
}

async fn a_violation_names_its_constraint(db: TestDb) {
    let things = things(&db, &[(Some("a"), &[])]).await;
    let (twin, stranger) = (Thing { id: Ambient::system().uuid(), ..copy(&things[0]) }, Ambient::system().uuid());
    let row = &twin;
    let double = db.store.write(|tx| async move { insert(&tx, row).await }).await.expect_err("the name is taken");
    let named = violated_constraint(&double).expect("a unique key is violated");
    assert!(named.contains("things_name_key") || named.contains("things.name"), "{named}");

    let sql = "INSERT INTO parts (id, thing_id) VALUES ($1, $1)";
    let loose = db.store.write(|tx| async move { exec(&tx, sql, [stranger.into()]).await }).await;
    assert!(violated_constraint(&loose.expect_err("there is no such thing")).is_some());

    let other = db.store.write(|tx| async move { exec(&tx, "INSERT INTO nowhere (id) VALUES (1)", []).await }).await;
    assert_eq!(violated_constraint(&other.expect_err("there is no such table")), None);
}

async fn foreign_keys_and_checks_hold(db: TestDb) {
    let things = things(&db, &[(Some("a"), &[])]).await;
    let below = "UPDATE things SET count = -1";
    let refused = db.store.write(|tx| async move { exec(&tx, below, []).await }).await.expect_err("a check");
    assert_eq!(violated_constraint(&refused), None, "a check is nobody's race");
    let (part, thing) = (Ambient::system().uuid(), things[0].id);
    let sql = "INSERT INTO parts (id, thing_id) VALUES ($1, $2)";
    db.store.write(|tx| async move { exec(&tx, sql, [part.into(), thing.into()]).await }).await.expect("a part");
    let bare = db.store.write(|tx| async move { exec(&tx, "DELETE FROM things", []).await }).await;
    assert!(bare.is_err(), "a thing with parts stays");
}

fn copy(thing: &Thing) -> Thing {
    Thing {
        id: thing.id,
        name: thing.name.clone(),
        tags: thing.tags.clone(),
        at: thing.at,
        is_on: thing.is_on,
        bytes: thing.bytes.clone(),
        count: thing.count,
    }
}
