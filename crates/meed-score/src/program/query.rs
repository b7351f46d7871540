//! Queries: where they stand in a response, what they name, when two results are the same.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use super::code::fenced;
use super::database::{Rows, compare_cells, same_cell};
use crate::search::outside_thinking;

/// The query in a response: the last block marked `sql`, else the last block, else the whole text.
pub(super) fn query(text: &str) -> Option<String> {
    let text = outside_thinking(text)?;
    let blocks = fenced(&text);
    let is_sql = |tag: &str| ["sql", "sqlite"].contains(&tag.to_ascii_lowercase().as_str());
    let chosen = blocks.iter().rfind(|(_, tag)| is_sql(tag)).or(blocks.last());
    Some(chosen.map_or(&*text, |(range, _)| &text[range.clone()]).trim().to_string())
}

fn parse(sql: &str) -> Option<Query> {
    let mut statements = Parser::parse_sql(&SQLiteDialect {}, sql).ok()?;
    match (statements.pop()?, statements.is_empty()) {
        (Statement::Query(query), true) => Some(*query),
        _ => None,
    }
}

/// Whether a query demands an order of its rows.
pub(super) fn is_ordered(sql: &str) -> bool {
    match parse(sql) {
        Some(query) => query.order_by.is_some(),
        // Not parsed: the words after the last bracket tell.
        None => sql.rsplit(')').next().is_some_and(|end| end.to_ascii_lowercase().contains("order by")),
    }
}

/// The names of tables and columns in a query, lower-case; `None` for what is not a query.
pub fn names(sql: &str) -> Option<BTreeSet<String>> {
    let query = parse(sql)?;
    let mut found = Names::default();
    let _ = query.visit(&mut found);
    Some(found.used.difference(&found.made).cloned().collect())
}

#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    /// Names the query makes itself: of results, and of queries in front of it.
    made: BTreeSet<String>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.made.insert(table.alias.name.value.to_lowercase());
        }
        if let SetExpr::Select(select) = &*query.body {
            for item in &select.projection {
                if let SelectItem::ExprWithAlias { expr, alias } = item {
                    let alias = alias.value.to_lowercase();
                    // `t.age AS age` makes no name of its own.
                    if column(expr).as_ref() != Some(&alias) {
                        self.made.insert(alias);
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &sqlparser::ast::ObjectName) -> ControlFlow<()> {
        let last = relation.0.last().and_then(|part| part.as_ident());
        self.used.extend(last.map(|ident| ident.value.to_lowercase()));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.used.extend(column(expr));
        ControlFlow::Continue(())
    }
}

/// The bare name of a column, lower-case.
fn column(expr: &Expr) -> Option<String> {
    let ident = match expr {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    };
    ident.map(|ident| ident.value.to_lowercase())
}

/// Of two sets: what they share over what the reference, or either, has. Nothing to share is 0.
pub(super) fn overlap<T: Ord>(gold: &BTreeSet<T>, found: &BTreeSet<T>, jaccard: bool) -> f64 {
    let both = gold.intersection(found).count();
    let of = if jaccard { gold.union(found).count() } else { gold.len() };
    if of == 0 { 0.0 } else { both as f64 / of as f64 }
}

/// The runs of `n` words, lower-case.
pub(super) fn grams(sql: &str, n: usize) -> BTreeSet<Vec<String>> {
    let words: Vec<String> = sql.to_lowercase().split_whitespace().map(Into::into).collect();
    words.windows(n).map(<[String]>::to_vec).collect()
}

/// How results are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compare {
    /// Rows must come in the same order.
    pub(super) ordered: bool,
    /// How often a row comes does not count.
    pub(super) as_set: bool,
    /// Columns may come in any order.
    pub(super) any_columns: bool,
    /// How far numbers with a fraction may be off.
    pub(super) tolerance: f64,
}

/// Whether two results are the same.
pub(super) fn same(gold: &Rows, found: &Rows, how: &Compare) -> bool {
    let width = |rows: &Rows| rows.first().map(Vec::len);
    if gold.is_empty() || found.is_empty() {
        return gold.len() == found.len();
    }
    if width(gold) != width(found) {
        return false;
    }
    if same_rows(gold, found, how) {
        return true;
    }
    how.any_columns && permuted(gold, found, how)
}

fn same_rows(gold: &Rows, found: &Rows, how: &Compare) -> bool {
    let equal = |a: &Rows, b: &Rows| {
        let same_row = |a: &[_], b: &[_]| std::iter::zip(a, b).all(|(x, y)| same_cell(x, y, how.tolerance));
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_row(a, b))
    };
    if how.ordered {
        return equal(gold, found);
    }
    let mut sorted = [gold.clone(), found.clone()];
    for rows in &mut sorted {
        rows.sort_by(|a, b| compare_rows(a, b));
        if how.as_set {
            rows.dedup_by(|a, b| std::iter::zip(&*a, &*b).all(|(x, y)| same_cell(x, y, how.tolerance)));
        }
    }
    equal(&sorted[0], &sorted[1])
}

fn compare_rows(a: &[super::database::Cell], b: &[super::database::Cell]) -> Ordering {
    std::iter::zip(a, b).map(|(x, y)| compare_cells(x, y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Orders of columns that are tried.
const TRIES: usize = 2000;

/// Whether some order of the columns makes the results the same.
fn permuted(gold: &Rows, found: &Rows, how: &Compare) -> bool {
    let width = gold[0].len();
    let column = |rows: &Rows, i: usize| -> Rows { rows.iter().map(|row| vec![row[i].clone()]).collect() };
    // Only columns that agree by themselves can stand for each other.
    let fits: Vec<Vec<usize>> = (0..width)
        .map(|i| (0..width).filter(|j| same_rows(&column(gold, i), &column(found, *j), how)).collect())
        .collect();
    let mut tries = TRIES;
    let mut chosen = Vec::with_capacity(width);
    search(gold, found, how, &fits, &mut chosen, &mut tries)
}

fn search(
    gold: &Rows,
    found: &Rows,
    how: &Compare,
    fits: &[Vec<usize>],
    chosen: &mut Vec<usize>,
    tries: &mut usize,
) -> bool {
    let Some(candidates) = fits.get(chosen.len()) else {
        *tries = tries.saturating_sub(1);
        let reordered = found.iter().map(|row| chosen.iter().map(|j| row[*j].clone()).collect()).collect();
        return same_rows(gold, &reordered, how);
    };
    for candidate in candidates {
        if *tries == 0 {
            return false;
        }
        if !chosen.contains(candidate) {
            chosen.push(*candidate);
            if search(gold, found, how, fits, chosen, tries) {
                return true;
            }
            chosen.pop();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_in_responses() {
        let text = "```sql\nSELECT 1\n```\n```python\nx\n```\n";
        assert_eq!(query(text).as_deref(), Some("SELECT 1"));
        assert_eq!(query("```\nSELECT 2;\n```").as_deref(), Some("SELECT 2;"));
        assert_eq!(query(" SELECT 3 ").as_deref(), Some("SELECT 3"));
        assert_eq!(query("<think>SELECT 3"), None);
    }

    #[test]
    fn names_without_aliases() {
        let set = |list: &[&str]| Some(list.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>());
        assert_eq!(names("SELECT name FROM singer WHERE age > 20"), set(&["age", "name", "singer"]));
        assert_eq!(
            names(
                "SELECT T1.Name, count(*) AS n FROM Singer AS T1 JOIN concert T2 ON T1.id = T2.singer_id GROUP BY T1.id ORDER BY n"
            ),
            set(&["concert", "id", "name", "singer", "singer_id"])
        );
        assert_eq!(names("WITH c AS (SELECT a FROM t) SELECT a FROM c"), set(&["a", "t"]));
        assert_eq!(names("SELECT t.a AS a, b AS a2 FROM t ORDER BY a, a2"), set(&["a", "b", "t"]));
        assert_eq!(names("SELEC x"), None);
        assert_eq!(names("DROP TABLE t"), None);
    }

    #[test]
    fn orders() {
        assert!(is_ordered("SELECT a FROM t ORDER BY a"));
        assert!(!is_ordered("SELECT a FROM (SELECT a FROM t ORDER BY a)"));
        assert!(!is_ordered("SELECT a FROM t"));
    }
}
