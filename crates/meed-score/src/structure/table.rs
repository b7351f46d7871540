//! `table`: the response has a table of Markdown.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "table",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when a response has a well-formed table of Markdown, with the columns and rows asked for, else 0.",
        details: "A table is a header, a line of dashes such as `|---|:-:|` with as many cells, and rows with as many cells \
each, up to a line without `|`. Bars at the ends of a line are optional; `\\|` is no bar. A table with a ragged row is not well-formed. \
Names of columns are compared without case and the white space around them. Thinking does not count.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "columns=None", help: "the names of its columns, in order" },
            Arg { name: "rows=1", help: "the least number of rows under the header" },
        ],
        examples: &[
            Example {
                code: "table()",
                with: r#"{"text": [["| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 |", "| a | b |\n| 1 | 2 |"]]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"table(columns=["Name", "Age"], rows=2)"#,
                with: r#"{"text": [["So:\n\nname | age\n--- | ---\nAda | 36\nAlan | 41\n\nDone."]]}"#,
                gives: "[[1]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "columns", default: Default::None, help: "the names of its columns, in order" },
        Opt { name: "rows", default: Default::Number(1.0), help: "the least number of rows" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let columns = if options.is_given("columns") { Some(options.texts("columns")?) } else { None };
    let columns =
        columns.map(|names| names.iter().map(|name| name.trim().to_lowercase()).collect::<Vec<_>>());
    let rows = options.count("rows", 0..=1_000_000)?;
    Ok(per_text(options, move |text| {
        let Some(text) = outside_thinking(text) else { return truth(false) };
        let lines: Vec<&str> = text.lines().collect();
        truth((1..lines.len()).any(|at| {
            let Some(found) = table(&lines, at) else { return false };
            found.rows >= rows
                && columns.as_ref().is_none_or(|names| {
                    let header = found.header.iter().map(|cell| cell.to_lowercase());
                    header.eq(names.iter().cloned())
                })
        }))
    }))
}

struct Table<'t> {
    header: Vec<&'t str>,
    rows: usize,
}

/// The table whose line of dashes is line `at`; `None` when there is none or a row is ragged.
fn table<'t>(lines: &[&'t str], at: usize) -> Option<Table<'t>> {
    if !lines[at].contains('-') || !lines[at - 1].contains('|') {
        return None;
    }
    let dashes = cells(lines[at]);
    let is_dashes = |cell: &&str| {
        let inner = cell.strip_prefix(':').unwrap_or(cell);
        let inner = inner.strip_suffix(':').unwrap_or(inner);
        !inner.is_empty() && inner.bytes().all(|b| b == b'-')
    };
    let header = cells(lines[at - 1]);
    if !dashes.iter().all(is_dashes) || header.len() != dashes.len() {
        return None;
    }
    let body = lines[at + 1..].iter().take_while(|line| line.contains('|'));
    let widths: Vec<usize> = body.map(|line| cells(line).len()).collect();
    widths.iter().all(|width| *width == header.len()).then_some(Table { header, rows: widths.len() })
}

/// The cells of a line, without white space around them.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = if line.ends_with('|') && !line.ends_with("\\|") { &line[..line.len() - 1] } else { line };
    let (mut cells, mut from) = (Vec::new(), 0);
    for at in memchr::memchr_iter(b'|', line.as_bytes()) {
        if !line[..at].ends_with('\\') {
            cells.push(line[from..at].trim());
            from = at + 1;
        }
    }
    cells.push(line[from..].trim());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_can_be_escaped_and_left_out() {
        assert_eq!(cells(r"| a \| b | c |"), [r"a \| b", "c"]);
        assert_eq!(cells("a|b"), ["a", "b"]);
        assert_eq!(cells("||"), [""]);
        let found = table(&["| a |", "| - |", "| 1 |", "| 2 |", "end"], 1).unwrap();
        assert_eq!((found.header, found.rows), (vec!["a"], 2));
        assert!(table(&["| a |", "| = |"], 1).is_none());
    }
}
