//! A database that answers queries and nothing else.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// What one query may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Allowance {
    /// Steps of SQLite's machine.
    pub(super) steps: u64,
    /// Wall-clock time, for steps that are large.
    pub(super) wall: Duration,
    /// Rows; reading ends without an error after `enough` of them.
    pub(super) rows: usize,
    /// See `rows`.
    pub(super) enough: usize,
    /// Bytes of all values.
    pub(super) bytes: usize,
}

/// Steps between two looks at the allowance.
const LOOK: i32 = 100;
/// Bytes of one value, and of a query.
const VALUE: i32 = 200_000;

/// Why a query gave no rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum QueryError {
    /// It is no query of this database: syntax, names, more than one statement.
    Invalid(String),
    /// It failed while it ran.
    Failed(String),
    /// It took too long.
    Timeout,
    /// It gave, or held, too much.
    TooLarge,
    /// It tried to write, attach, or worse.
    Forbidden(String),
}

impl QueryError {
    /// The name of the outcome.
    pub(super) fn name(&self) -> &'static str {
        match self {
            QueryError::Invalid(_) => "invalid",
            QueryError::Failed(_) => "exception",
            QueryError::Timeout => "timeout",
            QueryError::TooLarge => "too_large",
            QueryError::Forbidden(_) => "forbidden",
        }
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

pub(super) type Rows = Vec<Vec<Cell>>;

/// An open database, read-only.
pub(super) struct Database {
    connection: Connection,
    watch: Arc<Watch>,
}

/// What the running query may still take.
#[derive(Debug)]
struct Watch {
    left: AtomicU64,
    began: Instant,
    until: AtomicU64,
}

impl Watch {
    fn arm(&self, allowance: &Allowance) {
        self.left.store(allowance.steps / LOOK as u64 + 1, Ordering::Relaxed);
        let until = self.began.elapsed() + allowance.wall;
        self.until.store(until.as_millis() as u64, Ordering::Relaxed);
    }

    /// Whether it has taken it all.
    fn spent(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0 || self.began.elapsed().as_millis() as u64 > self.until.load(Ordering::Relaxed)
    }
}

/// What a query may do. Functions of an extension, files and settings are out of its reach.
fn may(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } => {
            let outside = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"];
            if outside.contains(&function_name.to_ascii_lowercase().as_str()) {
                Authorization::Deny
            } else {
                Authorization::Allow
            }
        }
        // What queries about the schema use.
        AuthAction::Pragma { pragma_name, .. } => {
            let reading =
                ["table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"];
            if reading.contains(&pragma_name.to_ascii_lowercase().as_str()) {
                Authorization::Allow
            } else {
                Authorization::Deny
            }
        }
        _ => Authorization::Deny,
    }
}

/// What a script that makes a database may do: everything inside it.
fn may_set_up(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        AuthAction::CreateVtable { .. } | AuthAction::DropVtable { .. } => Authorization::Deny,
        AuthAction::Function { function_name } if function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Deny
        }
        AuthAction::Pragma { pragma_name, .. } => {
            let harmless = ["foreign_keys", "encoding", "case_sensitive_like"];
            if harmless.contains(&pragma_name.to_ascii_lowercase().as_str()) {
                Authorization::Allow
            } else {
                Authorization::Ignore
            }
        }
        _ => Authorization::Allow,
    }
}

impl Database {
    /// The database in a file, which is not changed, locked or accompanied by other files.
    pub(super) fn open(path: &Path) -> Result<Database, String> {
        let shown = path.display();
        if !path.is_file() {
            return Err(format!("there is no database file {shown}"));
        }
        let absolute = path.canonicalize().map_err(|e| format!("{shown}: {e}"))?;
        let escaped: String = absolute
            .to_string_lossy()
            .chars()
            .map(|c| match c {
                '%' | '?' | '#' => format!("%{:02x}", c as u32),
                c => c.to_string(),
            })
            .collect();
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let uri = format!("file:{escaped}?mode=ro&immutable=1");
        let connection = Connection::open_with_flags(uri, flags).map_err(|e| format!("{shown}: {e}"))?;
        Database::over(connection).map_err(|e| format!("{shown}: {e}"))
    }

    /// A database in memory, made by a script.
    pub(super) fn set_up(script: &str, allowance: &Allowance) -> Result<Database, String> {
        let connection = Connection::open_in_memory().map_err(|e| e.to_string())?;
        let database = Database::over(connection).map_err(|e| e.to_string())?;
        database.connection.authorizer(Some(may_set_up));
        database.watch.arm(allowance);
        database.connection.execute_batch(script).map_err(|e| format!("the set-up script fails: {e}"))?;
        database.connection.authorizer(Some(may));
        Ok(database)
    }

    fn over(connection: Connection) -> rusqlite::Result<Database> {
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_LENGTH, VALUE),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, VALUE),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, value)?;
        }
        let watch =
            Arc::new(Watch { left: AtomicU64::new(0), began: Instant::now(), until: AtomicU64::new(0) });
        let handle = Arc::clone(&watch);
        connection.progress_handler(LOOK, Some(move || handle.spent()));
        connection.authorizer(Some(may));
        Ok(Database { connection, watch })
    }

    /// The rows of one query.
    pub(super) fn query(&self, sql: &str, allowance: &Allowance) -> Result<Rows, QueryError> {
        if sql.trim().is_empty() {
            return Err(QueryError::Invalid("there is no query".into()));
        }
        self.watch.arm(allowance);
        let mut statement = self.connection.prepare(sql).map_err(of_preparing)?;
        if statement.column_count() == 0 || !statement.readonly() {
            return Err(QueryError::Forbidden("not a query".into()));
        }
        let columns = statement.column_count();
        let mut cursor = statement.raw_query();
        let (mut rows, mut bytes) = (Rows::new(), 0);
        while let Some(row) = cursor.next().map_err(of_running)? {
            let mut cells = Vec::with_capacity(columns);
            for i in 0..columns {
                let cell = match row.get_ref(i).map_err(of_running)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(n) => Cell::Integer(n),
                    ValueRef::Real(x) => Cell::Real(x),
                    ValueRef::Text(t) => Cell::Text(String::from_utf8_lossy(t).into_owned()),
                    ValueRef::Blob(b) => Cell::Blob(b.to_vec()),
                };
                bytes += 24
                    + match &cell {
                        Cell::Text(t) => t.len(),
                        Cell::Blob(b) => b.len(),
                        _ => 0,
                    };
                cells.push(cell);
            }
            rows.push(cells);
            if rows.len() == allowance.enough {
                break;
            }
            if rows.len() > allowance.rows || bytes > allowance.bytes {
                return Err(QueryError::TooLarge);
            }
        }
        Ok(rows)
    }
}

fn of_preparing(error: rusqlite::Error) -> QueryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::AuthorizationForStatementDenied) => QueryError::Forbidden(error.to_string()),
        Some(ErrorCode::OperationInterrupted) => QueryError::Timeout,
        Some(ErrorCode::TooBig | ErrorCode::OutOfMemory) => QueryError::TooLarge,
        _ => QueryError::Invalid(error.to_string()),
    }
}

fn of_running(error: rusqlite::Error) -> QueryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => QueryError::Timeout,
        Some(ErrorCode::TooBig | ErrorCode::OutOfMemory) => QueryError::TooLarge,
        Some(ErrorCode::ReadOnly | ErrorCode::AuthorizationForStatementDenied) => {
            QueryError::Forbidden(error.to_string())
        }
        _ => QueryError::Failed(error.to_string()),
    }
}

/// Whether two cells are the same value: numbers by value, up to the tolerance where one has a fraction.
pub(super) fn same_cell(a: &Cell, b: &Cell, tolerance: f64) -> bool {
    let close = |x: f64, y: f64| x == y || (x - y).abs() <= tolerance * x.abs().max(y.abs()).max(1.0);
    match (a, b) {
        (Cell::Integer(x), Cell::Integer(y)) => x == y,
        (Cell::Integer(x), Cell::Real(y)) | (Cell::Real(y), Cell::Integer(x)) => close(*x as f64, *y),
        (Cell::Real(x), Cell::Real(y)) => close(*x, *y),
        _ => a == b,
    }
}

/// An order of cells in which equal values stand together.
pub(super) fn compare_cells(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    let class = |c: &Cell| match c {
        Cell::Null => 0,
        Cell::Integer(_) | Cell::Real(_) => 1,
        Cell::Text(_) => 2,
        Cell::Blob(_) => 3,
    };
    let number = |c: &Cell| match c {
        Cell::Integer(n) => *n as f64,
        Cell::Real(x) => *x,
        _ => 0.0,
    };
    class(a).cmp(&class(b)).then_with(|| match (a, b) {
        (Cell::Text(x), Cell::Text(y)) => x.cmp(y),
        (Cell::Blob(x), Cell::Blob(y)) => x.cmp(y),
        (Cell::Integer(x), Cell::Integer(y)) => x.cmp(y),
        _ => number(a).total_cmp(&number(b)),
    })
}
