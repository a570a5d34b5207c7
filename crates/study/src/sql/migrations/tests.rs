use super::*;

fn made(folder: &Path) -> (PathBuf, Database) {
    let file = folder.join("study.db");
    let mut database = Database::create(&file).unwrap();
    database.make_tables().unwrap();
    (file, database)
}

fn count(database: &Database, query: &str) -> i64 {
    database.connection.query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_new_file_has_everything_and_biowatch_has_nothing_to_migrate() {
    let folder = tempfile::tempdir().unwrap();
    let (file, mut database) = made(folder.path());
    assert_eq!(database.migrate(&file).unwrap(), Migrated::Nothing);
    assert_eq!(latest_entry(&database.connection).unwrap(), Some(LAST.1));
    let pragma = |name: &str| -> String {
        let value = database.connection.pragma_query_value(None, name, |row| row.get(0));
        let value: rusqlite::types::Value = value.unwrap();
        match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        }
    };
    assert_eq!(
        (pragma("journal_mode"), pragma("foreign_keys"), pragma("user_version")),
        ("wal".into(), "1".into(), "0".into())
    );
    let indexes =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name LIKE 'idx\\_%' ESCAPE '\\'";
    assert_eq!(count(&database, indexes), 19);
}

#[test]
fn a_file_of_biowatch_gets_tables_beside_its_own_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.db");
    let mut database = Database::create(&file).unwrap();
    for sql in [BIOWATCH, BIOWATCH_INDEXES, JOURNAL] {
        database.connection.execute_batch(sql).unwrap();
    }
    enter(&database.connection, LAST).unwrap();
    assert_eq!(database.migrate(&file).unwrap(), Migrated::OwnTables);
    assert_eq!(database.migrate(&file).unwrap(), Migrated::Nothing);
    assert_eq!(count(&database, "SELECT count(*) FROM __drizzle_migrations"), 1);
}

#[test]
fn an_older_file_is_copied_then_given_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.db");
    let mut database = Database::create(&file).unwrap();
    let older = BIOWATCH
        .replace("  sequenceGap integer\n", "  older text\n")
        .replace(",\n  detectionConfidence real", "");
    assert!(!older.contains("detectionConfidence"));
    database.connection.execute_batch(&older).unwrap();
    database.connection.execute_batch("DROP TABLE jobs").unwrap();
    database.connection.execute_batch(JOURNAL).unwrap();
    enter(&database.connection, FIRST).unwrap();
    let row =
        "INSERT INTO metadata (id, created, importerName, older) VALUES ('s', 'now', 'local/ml_run', 'kept')";
    database.connection.execute_batch(row).unwrap();

    let Migrated::Upgraded { copy } = database.migrate(&file).unwrap() else { panic!("not upgraded") };
    assert_eq!(copy.file_name().unwrap(), "study.before-1754230216349.db");
    assert_eq!(
        count(&database, "SELECT count(*) FROM metadata WHERE older = 'kept' AND sequenceGap IS NULL"),
        1
    );
    assert_eq!(count(&database, "SELECT count(detectionConfidence) FROM observations"), 0);
    assert_eq!(count(&database, "SELECT count(*) FROM jobs"), 0);
    assert_eq!(latest_entry(&database.connection).unwrap(), Some(LAST.1));
    let kept = Database::look(&copy).unwrap();
    assert!(!kept.has_table("jobs").unwrap() && !kept.has_table("biowatch_schema").unwrap());
    assert_eq!(database.migrate(&file).unwrap(), Migrated::Nothing);
}

#[test]
fn what_cannot_be_added_is_named_and_the_file_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.db");
    let mut database = Database::create(&file).unwrap();
    database.connection.execute_batch(&BIOWATCH.replace("  modelVersion text NOT NULL,\n", "")).unwrap();
    let error = database.migrate(&file).unwrap_err().to_string();
    assert_eq!(error, "`model_runs.modelVersion` is missing and cannot be added to rows that exist");
    assert!(!database.has_table("biowatch_schema").unwrap());
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, mut database) = made(folder.path());
    database.connection.execute("UPDATE biowatch_schema SET version = 99", []).unwrap();
    let error = database.migrate(&file).unwrap_err().to_string();
    assert!(error.contains("version 99"), "{error}");
}

#[test]
fn corrections_of_before_edits_were_kept_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.db");
    let mut database = Database::create(&file).unwrap();
    for sql in [BIOWATCH, BIOWATCH_INDEXES, JOURNAL, OWN] {
        database.connection.execute_batch(sql).unwrap();
    }
    let rows = "INSERT INTO biowatch_schema VALUES (1); INSERT INTO media (mediaID) VALUES ('m');
        INSERT INTO biowatch_corrections (mediaID, observationID, correctedBy, correctedAt, after) VALUES ('m', 'o', 'ada', 1, '{}')";
    database.connection.execute_batch(rows).unwrap();
    assert_eq!(database.migrate(&file).unwrap(), Migrated::OwnTables);
    assert_eq!(count(&database, "SELECT count(*) FROM biowatch_corrections WHERE editID IS NULL"), 1);
    assert_eq!(count(&database, "SELECT count(*) FROM biowatch_edits"), 0);
    assert_eq!(database.migrate(&file).unwrap(), Migrated::Nothing);
}
