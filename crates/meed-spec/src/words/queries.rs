//! SQL inside functions: rows of a query, two queries compared, the names in one.

use meed_algebra::{Arg as A, TypeError};
use meed_score::program::plain::{self, Value};

use super::texts::def;
use super::{Arg, Plain, eg};

const QUERY: A = A { name: "query", help: "one `SELECT`" };
const DB: A = A { name: "db", help: "a script that makes the database, or the path of an SQLite file" };

/// The most rows one query gives.
const ROWS: usize = 100_000;

fn cell(value: Value) -> Arg {
    match value {
        Value::Null => Arg::None,
        Value::Number(x) => Arg::Number(x),
        Value::Text(text) => Arg::Text(text),
    }
}

pub(super) const WORDS: &[Plain] = &[
    def(
        "sql_rows",
        "plain texts → a list of lists, or None",
        "The rows a query gives; None when it fails.",
        "The query runs on SQLite, read-only, bounded in steps, rows and bytes. `NULL` is None. A database that cannot be made is an error.",
        &[QUERY, DB, A { name: "most=100000", help: "reading ends after so many rows" }],
        &[eg(
            r#"map(lambda q: len(sql_rows(q, "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2);") or []), kind)"#,
            r#"{"kind": [["SELECT x FROM t", "SELECT y FROM t"]]}"#,
            "[[2, 0]]",
        )],
        |a| {
            let most = a.integer("most")?.clamp(1, ROWS as i64) as usize;
            let rows = plain::rows(&a.text("query")?, &a.text("db")?, most).map_err(TypeError::new)?;
            let row = |cells: Vec<Value>| Arg::List(cells.into_iter().map(cell).collect());
            Ok(rows.map_or(Arg::None, |rows| Arg::List(rows.into_iter().map(row).collect())))
        },
    ),
    def(
        "sql_same",
        "plain texts → True, False, or None",
        "Whether two queries give the same set of rows; None when one fails.",
        "As `sql_rows`; order and repetition of rows do not count. `sql` compares in other ways, and tells why.",
        &[A { name: "a", help: "one `SELECT`" }, A { name: "b", help: "another" }, DB],
        &[eg(
            r#"map(lambda q: sql_same(q, "SELECT 2", "CREATE TABLE t (x); INSERT INTO t VALUES (2), (2);"), kind)"#,
            r#"{"kind": [["SELECT x FROM t", "SELECT 3", "SELECT y"]]}"#,
            r#"[[1, 0, "<not_applicable>"]]"#,
        )],
        |a| {
            let same =
                plain::same_rows(&a.text("a")?, &a.text("b")?, &a.text("db")?).map_err(TypeError::new)?;
            Ok(same.map_or(Arg::None, Arg::Bool))
        },
    ),
    def(
        "sql_names",
        "a plain text → a list of texts, or None",
        "The names of tables and columns in a query, in order of the alphabet; None for what is no query.",
        "Lower-case, without the table in front of a column; names that the query makes itself (aliases, `WITH`) are left out.",
        &[QUERY],
        &[eg(
            r#"map(lambda q: ",".join(sql_names(q) or []), kind, kind="text")"#,
            r#"{"kind": [["SELECT T.Name AS n FROM singer AS T WHERE T.age > 20", "hello"]]}"#,
            r#"[["age,name,singer", ""]]"#,
        )],
        |a| {
            let names = plain::names(&a.text("query")?);
            let texts =
                |names: std::collections::BTreeSet<String>| names.into_iter().map(Arg::Text).collect();
            Ok(names.map_or(Arg::None, |names| Arg::List(texts(names))))
        },
    ),
];
