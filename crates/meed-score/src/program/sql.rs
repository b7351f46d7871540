//! `sql`: the query of a response gives what the reference's gives.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};

use super::database::{Allowance, Database, QueryError, Rows};
use super::give::{Give, Trouble};
use super::query::{Compare, is_ordered, query, same};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{ANSWER, Input, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "sql",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the SQL query of a response gives what the reference query gives, else 0.",
        details: "The query is the last `sql` block, or the whole text. Both run on SQLite, on the file `db` or on what the script `setup` makes, read-only and bounded in steps, rows and bytes. Outcomes: `passed`, `wrong_answer`, `invalid` (not a query of this database), `exception`, `timeout`, `too_large`, `forbidden`. A reference that fails is absent (bad_reference).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference query" },
            Arg { name: "db", help: "the path of a database file" },
            Arg { name: "setup", help: "a script that makes the database" },
            Arg { name: "give=\"passed\"", help: "`passed`: 1 or 0; `outcome`: its name" },
            Arg {
                name: "order=\"gold\"",
                help: "whether rows must come in order: `gold` (when the reference orders them), `always`, `never`",
            },
            Arg { name: "rows=\"bag\"", help: "`bag`: how often a row comes counts; `set`: it does not" },
            Arg {
                name: "columns=\"same\"",
                help: "`same`: columns in the reference's order; `any`: in any order",
            },
            Arg { name: "tolerance=0.000001", help: "how far numbers with a fraction may be off" },
            Arg { name: "timeout=5", help: "seconds for each query" },
        ],
        examples: &[
            Example {
                code: "sql()",
                with: r#"{"text": [["SELECT name FROM t WHERE age >= 21", "SELECT name FROM t", "SELECT nam FROM t"]], "answer": ["SELECT name FROM t WHERE age > 20"], "setup": ["CREATE TABLE t (name TEXT, age INT); INSERT INTO t VALUES ('a', 20), ('b', 30);"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"sql(give="outcome")"#,
                with: r#"{"text": [["SELECT 2", "DROP TABLE t", "SELECT x FROM nothing"]], "answer": ["SELECT 1"], "setup": ["CREATE TABLE t (x);"]}"#,
                gives: r#"[["wrong_answer", "forbidden", "invalid"]]"#,
            },
        ],
    },
    inputs: &[TEXT, ANSWER, DB, SETUP],
    options: &[
        Opt { name: "give", default: Default::Text("passed"), help: "passed or outcome" },
        Opt { name: "order", default: Default::Text("gold"), help: "gold, always or never" },
        Opt { name: "rows", default: Default::Text("bag"), help: "bag or set" },
        Opt { name: "columns", default: Default::Text("same"), help: "same or any" },
        Opt { name: "tolerance", default: Default::Number(0.000001), help: "how far fractions may be off" },
        SECONDS,
    ],
    build,
};

pub(super) const DB: Input = Input { name: "db", column: "db", required: false };
pub(super) const SETUP: Input = Input { name: "setup", column: "setup", required: false };
pub(super) const SECONDS: Opt =
    Opt { name: "timeout", default: Default::Number(5.0), help: "seconds for each query" };

pub(super) fn allowance(options: &Options) -> Result<Allowance, ScoreError> {
    let seconds = match options.get("timeout") {
        crate::options::OptionValue::Number(x) if *x > 0.0 && *x <= 600.0 => *x,
        _ => return Err(options.bad("timeout", "a number of seconds up to 600")),
    };
    // Some ten million steps take a second, on a slow machine longer: the clock is for what steps do not measure.
    let steps = (seconds * 10e6) as u64;
    let wall = Duration::from_secs_f64(seconds * 2.0);
    Ok(Allowance { steps, wall, rows: 1_000_000, enough: usize::MAX, bytes: 256 << 20 })
}

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let compare = Compare {
        ordered: false,
        as_set: options.choice("rows", &["bag", "set"])? == "set",
        any_columns: options.choice("columns", &["same", "any"])? == "any",
        tolerance: super::code_tests::tolerance(options)?,
    };
    Ok(Arc::new(Sql {
        identity: options.identity(),
        give: Give::named(options.choice("give", &Give::CHOICES)?),
        order: options.choice("order", &["gold", "always", "never"])?,
        compare,
        allowance: allowance(options)?,
        trouble: Trouble::default(),
    }))
}

struct Sql {
    identity: String,
    give: Give,
    order: &'static str,
    compare: Compare,
    allowance: Allowance,
    trouble: Trouble,
}

/// A task: its database, kept open while elements ask for the same one, and what its reference gives.
#[derive(Default)]
pub(super) struct Task {
    key: Option<[Option<String>; 3]>,
    open: Option<(Database, Rows)>,
}

impl Task {
    /// The database and the reference's rows for the columns of element `i`: `answer`, `db`, `setup`.
    pub(super) fn of(
        &mut self,
        columns: &[Slice<'_>],
        i: usize,
        allowance: &Allowance,
        trouble: &Trouble,
    ) -> Result<&(Database, Rows), Reason> {
        let cell = |at: usize| columns.get(at).and_then(|s| read(s, i).ok()).filter(|t| !t.trim().is_empty());
        let key = [0, 1, 2].map(|at| cell(at).map(|t| t.into_owned()));
        if self.key.as_ref() != Some(&key) {
            let [answer, db, setup] = &key;
            self.open = None;
            if answer.is_some() && (db.is_some() || setup.is_some()) {
                let made = open(answer, db, setup, allowance);
                self.open = made.map_err(|e| trouble.note(e)).ok();
            }
            self.key = Some(key);
        }
        let missing = self
            .key
            .as_ref()
            .is_some_and(|[answer, db, setup]| answer.is_none() || (db.is_none() && setup.is_none()));
        self.open.as_ref().ok_or(if missing { Reason::Missing } else { Reason::BadReference })
    }
}

fn open(
    answer: &Option<String>,
    db: &Option<String>,
    setup: &Option<String>,
    allowance: &Allowance,
) -> Result<(Database, Rows), String> {
    let database = match (db, setup) {
        (Some(path), _) => Database::open(Path::new(path.trim()))?,
        (None, setup) => Database::set_up(setup.as_deref().unwrap_or_default(), allowance)?,
    };
    let gold = query(answer.as_deref().unwrap_or_default()).unwrap_or_default();
    let rows = database
        .query(&gold, allowance)
        .map_err(|e| format!("the reference query fails ({}): {e:?}", e.name()))?;
    Ok((database, rows))
}

impl Sql {
    fn outcome(&self, args: &[Slice<'_>], i: usize, task: &mut Task) -> Result<&'static str, Reason> {
        let text = read(&args[0], i)?;
        let (database, gold) = task.of(&args[1..], i, &self.allowance, &self.trouble)?;
        let Some(sql) = query(&text) else { return Ok("invalid") };
        match database.query(&sql, &self.allowance) {
            Err(e) => Ok(QueryError::name(&e)),
            Ok(found) => {
                let ordered = match self.order {
                    "gold" => is_ordered(&query(&read(&args[1], i)?).unwrap_or_default()),
                    order => order == "always",
                };
                let how = Compare { ordered, ..self.compare };
                Ok(if same(gold, &found, &how) { "passed" } else { "wrong_answer" })
            }
        }
    }
}

impl Function for Sql {
    fn name(&self) -> &str {
        "sql"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        self.give.kind()
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.told(None)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let mut task = Task::default();
        Ok(self.give.values((0..n).map(|i| self.outcome(args, i, &mut task)).collect()))
    }
}

#[cfg(test)]
#[path = "sql_tests.rs"]
mod tests;
