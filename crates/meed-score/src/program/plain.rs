//! Queries on plain texts: their rows, whether two give the same, what they name. For functions of the language.

use std::path::Path;
use std::time::Duration;

use super::database::{Allowance, Cell, Database, Rows};
use super::query::{Compare, same};

pub use super::query::names;

/// What one query on plain texts may take.
const ALLOWANCE: Allowance = Allowance {
    steps: 50_000_000,
    wall: Duration::from_secs(10),
    rows: 100_000,
    enough: usize::MAX,
    bytes: 64 << 20,
};

/// A value of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// An integer or a real number.
    Number(f64),
    /// A text; a blob as its hexadecimal digits.
    Text(String),
}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Value {
        match cell {
            Cell::Null => Value::Null,
            Cell::Integer(n) => Value::Number(n as f64),
            Cell::Real(x) => Value::Number(x),
            Cell::Text(text) => Value::Text(text),
            Cell::Blob(bytes) => Value::Text(bytes.iter().map(|b| format!("{b:02x}")).collect()),
        }
    }
}

/// A database: of a file, where `db` is the path of one, else of a script.
///
/// # Errors
/// When the file cannot be read, or the script fails.
fn open(db: &str) -> Result<Database, String> {
    let path = Path::new(db.trim());
    // A script holds spaces and brackets, and is longer than any path.
    if db.len() < 4096 && path.is_file() { Database::open(path) } else { Database::set_up(db, &ALLOWANCE) }
}

/// The first `most` rows of a query; `None` when it fails.
///
/// # Errors
/// When there is no database: the file cannot be read, or the script fails.
pub fn rows(query: &str, db: &str, most: usize) -> Result<Option<Vec<Vec<Value>>>, String> {
    let allowance = Allowance { enough: most, ..ALLOWANCE };
    let plain = |rows: Rows| rows.into_iter().map(|row| row.into_iter().map(Value::from).collect()).collect();
    Ok(open(db)?.query(query, &allowance).ok().map(plain))
}

/// Whether two queries give the same set of rows; `None` when one of them fails.
///
/// # Errors
/// As [`rows`].
pub fn same_rows(a: &str, b: &str, db: &str) -> Result<Option<bool>, String> {
    let database = open(db)?;
    let both = (database.query(a, &ALLOWANCE), database.query(b, &ALLOWANCE));
    let how = Compare { ordered: false, as_set: true, any_columns: false, tolerance: 0.0 };
    Ok(match both {
        (Ok(a), Ok(b)) => Some(same(&a, &b, &how)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DB: &str = "CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 'a'), (1, 'a'), (2.5, NULL);";

    #[test]
    fn rows_of_queries() {
        let [one, two] =
            [vec![Value::Number(1.0), Value::Text("a".into())], vec![Value::Number(2.5), Value::Null]];
        assert_eq!(rows("SELECT * FROM t", DB, 9), Ok(Some(vec![one.clone(), one.clone(), two])));
        assert_eq!(rows("SELECT * FROM t", DB, 1), Ok(Some(vec![one])));
        assert_eq!(rows("SELECT z FROM t", DB, 9), Ok(None));
        assert_eq!(rows("DELETE FROM t", DB, 9), Ok(None));
        assert!(rows("SELECT 1", "CREATE TABL t", 9).is_err());
    }

    #[test]
    fn results_as_sets() {
        let same = |a, b| same_rows(a, b, DB).unwrap();
        assert_eq!(same("SELECT x FROM t", "SELECT DISTINCT x FROM t ORDER BY x DESC"), Some(true));
        assert_eq!(same("SELECT x FROM t", "SELECT x FROM t WHERE x < 2"), Some(false));
        assert_eq!(same("SELECT x FROM t", "SELECT w FROM t"), None);
    }
}
