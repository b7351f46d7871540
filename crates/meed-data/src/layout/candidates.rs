//! Every place in a row that can be a column.

use std::sync::Arc;

use super::seen::Seen;

/// A step on the way from a row to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hop {
    /// Into an object's member.
    Key(Box<str>),
    /// Into every element of a list.
    Each,
}

/// A place that can be a column, before its axis is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Keys joined by dots.
    pub(crate) name: String,
    pub(crate) hops: Vec<Hop>,
    pub(crate) holds: Holds,
}

/// What the values at a place are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Holds {
    /// Nulls only.
    Nothing,
    Numbers,
    Bools,
    Texts,
    /// An object whose members are numbers.
    Lanes(Arc<[String]>),
    /// A chat.
    Messages,
    /// Anything else.
    Json,
}

impl Candidate {
    /// How many lists are around the value.
    pub(crate) fn depth(&self) -> usize {
        self.hops.iter().filter(|h| **h == Hop::Each).count()
    }
}

/// All candidates of a row, in the order of its fields.
pub(crate) fn candidates(row: &Seen) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (key, seen) in &row.keys {
        visit(key.to_string(), vec![Hop::Key(key.clone())], seen, &mut found);
    }
    found
}

fn visit(name: String, hops: Vec<Hop>, seen: &Seen, found: &mut Vec<Candidate>) {
    let candidate = |holds| Candidate { name: name.clone(), hops: hops.clone(), holds };
    if !seen.is_known() {
        found.push(candidate(Holds::Nothing));
    } else if seen.is_numeric() {
        found.push(candidate(if seen.numbers == 0 { Holds::Bools } else { Holds::Numbers }));
    } else if seen.is_text() {
        found.push(candidate(Holds::Texts));
    } else if seen.is_messages() {
        found.push(candidate(Holds::Messages));
        if let Some(element) = &seen.element {
            members(&name, &with(&hops, Hop::Each), element, found);
        }
    } else if seen.objects > 0 && seen.texts + seen.numbers + seen.bools + seen.lists == 0 {
        let numeric = !seen.keys.is_empty() && seen.keys.values().all(|s| s.is_numeric() || !s.is_known());
        found.push(candidate(if numeric && seen.keys.values().any(Seen::is_numeric) {
            Holds::Lanes(seen.keys.keys().map(|k| k.to_string()).collect())
        } else {
            Holds::Json
        }));
        members(&name, &hops, seen, found);
    } else if seen.lists > 0 && seen.texts + seen.numbers + seen.bools + seen.objects == 0 {
        match &seen.element {
            Some(element) => visit(name, with(&hops, Hop::Each), element, found),
            None => found.push(Candidate { name, hops: with(&hops, Hop::Each), holds: Holds::Nothing }),
        }
    } else {
        found.push(candidate(Holds::Json));
    }
}

fn members(name: &str, hops: &[Hop], seen: &Seen, found: &mut Vec<Candidate>) {
    for (key, seen) in &seen.keys {
        visit(format!("{name}.{key}"), with(hops, Hop::Key(key.clone())), seen, found);
    }
}

fn with(hops: &[Hop], hop: Hop) -> Vec<Hop> {
    let mut hops = hops.to_vec();
    hops.push(hop);
    hops
}
