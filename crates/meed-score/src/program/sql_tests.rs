//! Pairs of queries and what comes of them.

use std::collections::BTreeMap;

use super::*;

const SETUP_SCRIPT: &str = "
CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT, country TEXT, age INT, rating REAL);
INSERT INTO singer VALUES (1, 'Ann', 'FR', 20, 1.5), (2, 'Bob', 'US', 30, 2.25), (3, 'Cat', 'FR', 40, NULL), (4, 'Dan', NULL, 30, 0.1), (5, 'Ann', 'DE', 51, 3.0);
CREATE TABLE concert (id INTEGER PRIMARY KEY, singer_id INT REFERENCES singer(id), year INT);
INSERT INTO concert VALUES (1, 1, 2014), (2, 1, 2015), (3, 2, 2014), (4, 3, 2016);
CREATE TABLE empty (x);
";

fn outcome(gold: &str, found: &str, options: &[(&str, &str)]) -> String {
    let mut given: BTreeMap<String, crate::OptionValue> =
        options.iter().map(|(k, v)| (k.to_string(), (*v).into())).collect();
    given.insert("give".into(), "outcome".into());
    let function = SCORER.function(given).unwrap();
    let cells = |t: &str| [Ok(Arc::from(t))];
    let (text, answer, db, setup) = (cells(found), cells(gold), cells(""), cells(SETUP_SCRIPT));
    let args = [Slice::Texts(&text), Slice::Texts(&answer), Slice::Texts(&db), Slice::Texts(&setup)];
    match function.call(&args, 1).unwrap() {
        Values::Texts(v) => v[0].clone().map_or_else(|r| format!("<{r}>"), |t| t.to_string()),
        _ => panic!("texts expected"),
    }
}

const PASS: &str = "passed";
const WRONG: &str = "wrong_answer";

/// Reference, prediction, and the outcome with the options as they are.
#[rustfmt::skip]
const PAIRS: &[(&str, &str, &str)] = &[
    // The same result, written differently.
    ("SELECT name FROM singer WHERE age > 20", "SELECT name FROM singer WHERE age >= 21", PASS),
    ("SELECT name FROM singer WHERE age > 20", "select NAME from SINGER where AGE > 20;", PASS),
    ("SELECT name FROM singer WHERE age > 20", "SELECT T.name FROM singer AS T WHERE NOT T.age <= 20", PASS),
    ("SELECT count(*) FROM singer", "SELECT sum(1) FROM singer", PASS),
    ("SELECT count(*) FROM singer", "SELECT 5", PASS),
    ("SELECT count(*) FROM singer", "SELECT 5.0", PASS),
    ("SELECT count(*) FROM singer", "SELECT '5'", WRONG),
    ("SELECT name FROM singer WHERE id IN (SELECT singer_id FROM concert)", "SELECT DISTINCT s.name FROM singer s JOIN concert c ON s.id = c.singer_id", PASS),
    ("SELECT country, count(*) FROM singer GROUP BY country", "SELECT country, count(id) FROM singer GROUP BY 1", PASS),
    ("SELECT name FROM singer EXCEPT SELECT name FROM singer WHERE age < 25", "SELECT DISTINCT name FROM singer WHERE name NOT IN (SELECT name FROM singer WHERE age < 25)", PASS),
    ("WITH a AS (SELECT age FROM singer) SELECT max(age) FROM a", "SELECT age FROM singer ORDER BY age DESC LIMIT 1", PASS),
    ("SELECT age FROM singer WHERE country = 'FR'", "SELECT age FROM singer WHERE country LIKE 'fr'", PASS),
    ("SELECT name -- the name\nFROM singer", "SELECT /* all */ name FROM singer", PASS),
    // Different results.
    ("SELECT name FROM singer WHERE age > 20", "SELECT name FROM singer WHERE age > 30", WRONG),
    ("SELECT name FROM singer WHERE age > 20", "SELECT age FROM singer WHERE age > 20", WRONG),
    ("SELECT name FROM singer", "SELECT name, age FROM singer", WRONG),
    ("SELECT name FROM singer", "SELECT upper(name) FROM singer", WRONG),
    ("SELECT name FROM singer", "SELECT name || ' ' FROM singer", WRONG),
    ("SELECT count(*) FROM concert", "SELECT count(DISTINCT singer_id) FROM concert", WRONG),
    ("SELECT name, age FROM singer", "SELECT age, name FROM singer", WRONG),
    // How often a row comes.
    ("SELECT name FROM singer", "SELECT DISTINCT name FROM singer", WRONG),
    ("SELECT DISTINCT name FROM singer", "SELECT name FROM singer", WRONG),
    ("SELECT s.name FROM singer s JOIN concert c ON s.id = c.singer_id", "SELECT name FROM singer WHERE id IN (SELECT singer_id FROM concert)", WRONG),
    ("SELECT age FROM singer", "SELECT age FROM singer UNION ALL SELECT age FROM empty, singer", PASS),
    ("SELECT country FROM singer", "SELECT country FROM singer UNION SELECT country FROM singer", WRONG),
    // Order.
    ("SELECT name FROM singer ORDER BY age", "SELECT name FROM singer ORDER BY age DESC", WRONG),
    ("SELECT id FROM singer ORDER BY age, id", "SELECT id FROM singer ORDER BY age ASC, id ASC", PASS),
    ("SELECT id FROM singer ORDER BY id DESC", "SELECT id FROM singer", WRONG),
    ("SELECT id FROM singer", "SELECT id FROM singer ORDER BY id DESC", PASS),
    ("SELECT id FROM (SELECT id FROM singer ORDER BY id DESC)", "SELECT id FROM singer", PASS),
    ("SELECT name FROM singer ORDER BY age DESC LIMIT 1", "SELECT name FROM singer WHERE age = (SELECT max(age) FROM singer)", PASS),
    ("SELECT id FROM singer ORDER BY id LIMIT 2 OFFSET 1", "SELECT id FROM singer WHERE id IN (2, 3) ORDER BY id", PASS),
    // NULL.
    ("SELECT rating FROM singer WHERE id = 3", "SELECT NULL", PASS),
    ("SELECT rating FROM singer WHERE id = 3", "SELECT 0", WRONG),
    ("SELECT rating FROM singer WHERE id = 3", "SELECT ''", WRONG),
    ("SELECT country FROM singer", "SELECT coalesce(country, '') FROM singer", WRONG),
    ("SELECT country FROM singer WHERE country IS NULL", "SELECT country FROM singer WHERE country = NULL", WRONG),
    ("SELECT avg(rating) FROM singer", "SELECT sum(rating) / 4 FROM singer", PASS),
    ("SELECT avg(rating) FROM singer", "SELECT sum(rating) / count(*) FROM singer", WRONG),
    ("SELECT max(x) FROM empty", "SELECT NULL", PASS),
    // Nothing at all.
    ("SELECT x FROM empty", "SELECT name FROM singer WHERE 1 = 0", PASS),
    ("SELECT x FROM empty", "SELECT name, age FROM singer WHERE 1 = 0", PASS),
    ("SELECT x FROM empty", "SELECT NULL", WRONG),
    ("SELECT name FROM singer", "SELECT x FROM empty", WRONG),
    // Numbers.
    ("SELECT 1.0 / 3", "SELECT 0.333333333", PASS),
    ("SELECT 1.0 / 3", "SELECT 0.3333", WRONG),
    ("SELECT 0.1 + 0.2", "SELECT 0.3", PASS),
    ("SELECT 1000000001", "SELECT 1000000002", WRONG),
    ("SELECT 1000000000.5", "SELECT 1000000000.6", PASS),
    ("SELECT 7 / 2", "SELECT 3.5", WRONG),
    ("SELECT 1", "SELECT true", PASS),
    ("SELECT 9e999", "SELECT 1e308 * 10", PASS),
    ("SELECT x'00ff'", "SELECT x'00FF'", PASS),
    ("SELECT x'00ff'", "SELECT 'ff'", WRONG),
    ("SELECT 'é'", "SELECT 'e'", WRONG),
    // What is not a query of this database.
    ("SELECT 1", "SELEC 1", "invalid"),
    ("SELECT 1", "", "invalid"),
    ("SELECT 1", "I do not know.", "invalid"),
    ("SELECT 1", "SELECT nam FROM singer", "invalid"),
    ("SELECT 1", "SELECT 1 FROM nowhere", "invalid"),
    ("SELECT 1", "SELECT 1; SELECT 1", "invalid"),
    ("SELECT 1", "SELECT 1; DROP TABLE singer", "forbidden"),
    ("SELECT 1", "SELECT sum(", "invalid"),
    ("SELECT 1", "SELECT abs(-9223372036854775808)", "exception"),
    // What is not allowed.
    ("SELECT 1", "DELETE FROM singer", "forbidden"),
    ("SELECT 1", "INSERT INTO singer (id) VALUES (9) RETURNING 1", "forbidden"),
    ("SELECT 1", "UPDATE singer SET age = 1 RETURNING 1", "forbidden"),
    ("SELECT 1", "CREATE TABLE x (y)", "forbidden"),
    ("SELECT 1", "CREATE TEMP TABLE x AS SELECT 1", "forbidden"),
    ("SELECT 1", "ATTACH DATABASE ':memory:' AS other", "forbidden"),
    ("SELECT 1", "VACUUM INTO '/tmp/stolen.db'", "forbidden"),
    ("SELECT 1", "PRAGMA writable_schema = 1", "forbidden"),
    ("SELECT 1", "PRAGMA journal_mode = DELETE", "forbidden"),
    ("SELECT 1", "BEGIN", "forbidden"),
    ("SELECT 1", "SELECT 1 FROM pragma_database_list", "forbidden"),
    // The reference fails.
    ("SELECT nothing FROM singer", "SELECT 1", "<bad_reference>"),
    ("DELETE FROM singer", "SELECT 1", "<bad_reference>"),
];

#[test]
fn pairs() {
    assert!(PAIRS.len() >= 60);
    for (gold, found, expected) in PAIRS {
        assert_eq!(outcome(gold, found, &[]), *expected, "{gold}\n{found}");
    }
}

#[test]
fn options_change_what_counts() {
    let all = "SELECT name, age FROM singer";
    assert_eq!(outcome(all, "SELECT age, name FROM singer", &[("columns", "any")]), PASS);
    assert_eq!(outcome(all, "SELECT age, country FROM singer", &[("columns", "any")]), WRONG);
    assert_eq!(
        outcome(
            "SELECT 1, 2 UNION ALL SELECT 2, 1",
            "SELECT 2, 1 UNION ALL SELECT 1, 2",
            &[("columns", "any"), ("order", "always")]
        ),
        PASS
    );
    assert_eq!(
        outcome("SELECT name FROM singer", "SELECT DISTINCT name FROM singer", &[("rows", "set")]),
        PASS
    );
    assert_eq!(
        outcome(
            "SELECT id FROM singer ORDER BY id",
            "SELECT id FROM singer ORDER BY -id",
            &[("order", "never")]
        ),
        PASS
    );
    assert_eq!(
        outcome("SELECT id FROM singer", "SELECT id FROM singer ORDER BY -id", &[("order", "always")]),
        WRONG
    );
}

#[test]
fn hostile_queries_stop_within_their_limits() {
    let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) ";
    for (query, expected) in [
        (format!("{endless}SELECT x FROM c"), vec!["too_large", "timeout"]),
        (format!("{endless}SELECT count(*) FROM c"), vec!["timeout"]),
        (format!("{endless}SELECT x FROM c ORDER BY x"), vec!["timeout"]),
        ("SELECT count(*) FROM singer a, singer b, singer c, singer d, singer e, singer f, singer g, singer h, singer i, singer j, singer k, singer l".into(), vec!["timeout"]),
        ("SELECT length(zeroblob(1000000000))".into(), vec!["too_large"]),
        ("SELECT length(replace(hex(zeroblob(90000)), '0', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'))".into(), vec!["too_large"]),
        ("SELECT printf('%1000000000s', 'x')".into(), vec!["too_large", "wrong_answer"]),
        (format!("{endless}SELECT group_concat(hex(zeroblob(1000))) FROM c"), vec!["too_large", "timeout"]),
        (format!("{endless}SELECT sum(length(hex(randomblob(90000)))) FROM c"), vec!["timeout"]),
        (format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000)), vec!["invalid", "passed"]),
        ("SELECT load_extension('/tmp/x.so')".into(), vec!["forbidden", "invalid"]),
        ("SELECT readfile('/etc/passwd')".into(), vec!["forbidden", "invalid"]),
        ("SELECT writefile('/tmp/x', 'x')".into(), vec!["forbidden", "invalid"]),
    ] {
        let found = outcome("SELECT 1", &query, &[]);
        assert!(expected.contains(&found.as_str()), "{found}: {}", &query[..query.len().min(100)]);
    }
    let twice = [("order", "gold")];
    assert_eq!(outcome("SELECT count(*) FROM singer", "SELECT 5", &twice), PASS);
}

#[test]
fn a_database_file_is_read_and_left_alone() {
    let path = std::env::temp_dir().join(format!("meed sql%20 {}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7);")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let score = |found: &str| {
        let function = SCORER.function(BTreeMap::new()).unwrap();
        let cells = |t: &str| [Ok(Arc::from(t))];
        let (text, answer, db) = (cells(found), cells("SELECT x FROM t"), cells(path.to_str().unwrap()));
        match function.call(&[Slice::Texts(&text), Slice::Texts(&answer), Slice::Texts(&db)], 1).unwrap() {
            Values::Numbers(v) => v[0],
            _ => panic!("numbers expected"),
        }
    };
    assert_eq!(score("SELECT 7"), 1.0);
    assert_eq!(score("DROP TABLE t"), 0.0);
    assert_eq!(score("INSERT INTO t VALUES (8) RETURNING 7"), 0.0);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(meed_algebra::absent::reason_of(score("SELECT 7")), Some(Reason::BadReference));
}
