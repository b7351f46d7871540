//! `sql_parts`: partial credit for a query.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};

use super::database::Allowance;
use super::give::Trouble;
use super::query::{Compare, grams, names, overlap, query, same};
use super::sql::{DB, SECONDS, SETUP, Task, allowance};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{ANSWER, Scorer, TEXT};

const PARTS: [&str; 5] = ["execution", "syntax", "schema", "ngram", "format"];

/// The scorer. Source: "Reasoning-SQL: Reinforcement Learning with SQL Tailored Partial Rewards for
/// Reasoning-Enhanced Text-to-SQL".
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "sql_parts",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "One part of the credit for an SQL query, from 0 to 1: its result, that it runs, the names it uses, its wording, the response's format.",
        details: "`execution`: 1 when the sets of rows are equal. `syntax`: 1 when the query runs. `schema`: the share of the reference's table and column names it uses. `ngram`: Jaccard similarity of runs of words. `format`: an eighth for each of four tags in their place, a thousandth less for each character after the last. Weights and sums are ordinary arithmetic. Source: \"Reasoning-SQL: Reinforcement Learning with SQL Tailored Partial Rewards for Reasoning-Enhanced Text-to-SQL\".",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference query" },
            Arg { name: "db", help: "the path of a database file" },
            Arg { name: "setup", help: "a script that makes the database" },
            Arg { name: "part", help: "`execution`, `syntax`, `schema`, `ngram` or `format`" },
            Arg {
                name: "mode=\"recall\"",
                help: "`schema`: share of the reference's names (`recall`) or of all names (`jaccard`)",
            },
            Arg { name: "n=2", help: "`ngram`: how many words are a run" },
            Arg { name: "timeout=5", help: "seconds for each query" },
        ],
        examples: &[
            Example {
                code: r#"sql_parts(part="schema") + sql_parts(part="ngram")"#,
                with: r#"{"text": [["SELECT name FROM singer WHERE age >= 20"]], "answer": ["SELECT name FROM singer WHERE age > 20"]}"#,
                gives: "[[1.5555555556]]",
            },
            Example {
                code: r#"sql_parts(part="syntax")"#,
                with: r#"{"text": [["SELECT x FROM t", "SELECT y FROM t"]], "answer": ["SELECT 1"], "setup": ["CREATE TABLE t (x);"]}"#,
                gives: "[[1, 0]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER, DB, SETUP],
    options: &[
        Opt { name: "part", default: Default::Required, help: "execution, syntax, schema, ngram or format" },
        Opt { name: "mode", default: Default::Text("recall"), help: "recall or jaccard" },
        Opt { name: "n", default: Default::Number(2.0), help: "how many words are a run" },
        SECONDS,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(Arc::new(Parts {
        identity: options.identity(),
        part: options.choice("part", &PARTS)?,
        jaccard: options.choice("mode", &["recall", "jaccard"])? == "jaccard",
        n: options.count("n", 1..=100)?,
        allowance: allowance(options)?,
        trouble: Trouble::default(),
    }))
}

struct Parts {
    identity: String,
    part: &'static str,
    jaccard: bool,
    n: usize,
    allowance: Allowance,
    trouble: Trouble,
}

impl Parts {
    fn credit(&self, args: &[Slice<'_>], i: usize, task: &mut Task) -> Result<f64, Reason> {
        let text = read(&args[0], i)?;
        if self.part == "format" {
            return Ok(format(&text));
        }
        let Some(found) = query(&text) else { return Ok(0.0) };
        let gold = query(&read(&args[1], i)?).ok_or(Reason::BadReference)?;
        Ok(match self.part {
            "schema" => match (names(&gold), names(&found)) {
                (None, _) => return Err(Reason::BadReference),
                (Some(gold), Some(found)) => overlap(&gold, &found, self.jaccard),
                (Some(_), None) => 0.0,
            },
            "ngram" => overlap(&grams(&gold, self.n), &grams(&found, self.n), true),
            part => {
                let (database, gold) = task.of(&args[1..], i, &self.allowance, &self.trouble)?;
                let enough = if part == "syntax" { 1 } else { usize::MAX };
                match database.query(&found, &Allowance { enough, ..self.allowance }) {
                    Err(_) => 0.0,
                    Ok(_) if part == "syntax" => 1.0,
                    Ok(rows) => {
                        let how =
                            Compare { ordered: false, as_set: true, any_columns: false, tolerance: 0.0 };
                        let selects = found.to_lowercase().contains("select");
                        f64::from(u8::from(selects && same(gold, &rows, &how)))
                    }
                }
            }
        })
    }
}

/// The four tags, each in its place once.
fn format(text: &str) -> f64 {
    let once = |mark: &str| text.matches(mark).count() == 1;
    let after = |mark: &str| text.rsplit(mark).next().unwrap_or(text).chars().count() as f64;
    let mut score = 0.0;
    score += if once("<reasoning>\n") { 0.125 } else { 0.0 };
    score += if once("\n</reasoning>\n") { 0.125 } else { 0.0 };
    if once("\n<answer>\n") {
        score += 0.125 - 0.001 * after("\n</answer>\n");
    }
    if once("\n</answer>") {
        score += 0.125 - 0.001 * (after("\n</answer>") - 1.0);
    }
    score
}

impl Function for Parts {
    fn name(&self) -> &str {
        "sql_parts"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.told(None)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let mut task = Task::default();
        let credit = |i| self.credit(args, i, &mut task).unwrap_or_else(Reason::value);
        Ok(Values::Numbers((0..n).map(credit).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_their_place() {
        let good = "<reasoning>\nx\n</reasoning>\n<answer>\nSELECT 1\n</answer>\n";
        assert!((format(good) - 0.5).abs() < 1e-12, "{}", format(good));
        assert!((format(&format!("{good}abc")) - (0.5 - 0.006)).abs() < 1e-12);
        assert_eq!(format("SELECT 1"), 0.0);
    }
}
