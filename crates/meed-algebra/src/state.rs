//! Values kept from batch to batch.

use std::collections::BTreeMap;

use crate::absent::{Reason, reason_of};
use crate::column::TextCell;
use crate::error::EvalError;
use crate::function::Slice;

/// Named values, each one or one per key (task, user), kept from batch to batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    values: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
    texts: BTreeMap<String, BTreeMap<String, String>>,
}

impl State {
    /// Nothing kept yet.
    pub fn new() -> Self {
        State::default()
    }

    /// All numbers: name, key (empty when there is only one), components.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &[f64])> {
        self.values
            .iter()
            .flat_map(|(n, keys)| keys.iter().map(move |(k, v)| (n.as_str(), k.as_str(), v.as_slice())))
    }

    /// Puts a value in place.
    pub fn set(&mut self, name: &str, key: &str, value: Vec<f64>) {
        self.values.entry(name.to_string()).or_default().insert(key.to_string(), value);
    }

    pub(crate) fn read(
        &self,
        name: &str,
        init: f64,
        key: Option<Slice<'_>>,
        n: usize,
        dim: usize,
    ) -> Vec<f64> {
        let kept = self.values.get(name);
        let mut out = Vec::with_capacity(n * dim);
        for i in 0..n {
            let value = match key.map(|k| key_text(&k, i, k.len() / n)) {
                None => kept.and_then(|k| k.get("")),
                Some(Ok(key)) => kept.and_then(|k| k.get(&key)),
                Some(Err(reason)) => {
                    out.extend(std::iter::repeat_n(reason.value(), dim));
                    continue;
                }
            };
            match value {
                Some(v) if v.len() == dim => out.extend_from_slice(v),
                _ => out.extend(std::iter::repeat_n(init, dim)),
            }
        }
        out
    }

    pub(crate) fn read_texts(
        &self,
        name: &str,
        init: &str,
        key: Option<Slice<'_>>,
        n: usize,
    ) -> Vec<TextCell> {
        let kept = |key: &str| self.texts.get(name).and_then(|k| k.get(key)).map_or(init, String::as_str);
        let one = |i: usize| match key.map(|k| key_text(&k, i, k.len() / n)) {
            None => Ok(kept("").into()),
            Some(key) => key.map(|key| kept(&key).into()),
        };
        (0..n).map(one).collect()
    }

    /// Keeps `values`; where a key appears twice in a batch, the later value. An absent text changes nothing.
    pub(crate) fn write(&mut self, name: &str, key: Option<Slice<'_>>, values: Slice<'_>, dim: usize) {
        let values = match values {
            Slice::Numbers(values) => values,
            Slice::Texts(values) => {
                let n = values.len();
                for (i, text) in values.iter().enumerate().filter_map(|(i, v)| Some((i, v.as_deref().ok()?)))
                {
                    let key = key.map_or(Ok(String::new()), |k| key_text(&k, i, k.len() / n));
                    if let Ok(key) = key {
                        self.texts.entry(name.to_string()).or_default().insert(key, text.to_string());
                    }
                }
                return;
            }
        };
        let n = values.len() / dim.max(1);
        for (i, value) in values.chunks_exact(dim.max(1)).enumerate() {
            match key.map(|k| key_text(&k, i, k.len() / n)) {
                None => self.set(name, "", value.to_vec()),
                Some(Ok(key)) => self.set(name, &key, value.to_vec()),
                Some(Err(_)) => {}
            }
        }
    }

    /// The state as lines of text: `name⇥key⇥values`, numbers in full precision, absent ones by their reason; a text
    /// after a quotation mark.
    pub fn to_text(&self) -> String {
        let mut text = String::from("meed-state 1\n");
        for (name, key, values) in self.iter() {
            let values: Vec<String> = values
                .iter()
                .map(|x| reason_of(*x).map_or_else(|| format!("{x:?}"), |r| r.to_string()))
                .collect();
            text.push_str(&format!("{}\t{}\t{}\n", escape(name), escape(key), values.join(" ")));
        }
        for (name, keys) in &self.texts {
            for (key, value) in keys {
                text.push_str(&format!("{}\t{}\t\"{}\n", escape(name), escape(key), escape(value)));
            }
        }
        text
    }

    /// Reads what [`State::to_text`] wrote.
    ///
    /// # Errors
    /// Names the line that is not as written.
    pub fn from_text(text: &str) -> Result<Self, EvalError> {
        let mut lines = text.lines();
        if lines.next() != Some("meed-state 1") {
            return Err(EvalError::State("it does not begin with `meed-state 1`".into()));
        }
        let mut state = State::new();
        for (i, line) in lines.enumerate() {
            let bad = || EvalError::State(format!("line {} is not `name, key, numbers`", i + 2));
            let mut fields = line.split('\t');
            let (Some(name), Some(key), Some(values), None) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                return Err(bad());
            };
            if let Some(value) = values.strip_prefix('"') {
                let keys = state.texts.entry(unescape(name)).or_default();
                keys.insert(unescape(key), unescape(value));
                continue;
            }
            let number = |w: &str| Reason::from_name(w).map(Reason::value).or_else(|| w.parse().ok());
            let values: Option<Vec<f64>> = values.split_whitespace().map(number).collect();
            state.set(&unescape(name), &unescape(key), values.ok_or_else(bad)?);
        }
        Ok(state)
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// The key of element `i`; with lanes or a vector (`width` values per element) all of them together.
fn key_text(key: &Slice<'_>, i: usize, width: usize) -> Result<String, Reason> {
    let one = |i: usize| match key {
        Slice::Texts(v) => v[i].as_deref().map(str::to_string).map_err(|r| *r),
        Slice::Numbers(v) => reason_of(v[i]).map_or_else(|| Ok(format!("{:?}", v[i] + 0.0)), Err),
    };
    let parts: Result<Vec<String>, Reason> = (i * width..(i + 1) * width).map(one).collect();
    Ok(parts?.join("\u{1f}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_state_comes_back_the_same() {
        let mut state = State::new();
        state.set("mean", "", vec![0.1 + 0.2]);
        state.set("best", "task\twith\ntabs\\", vec![1.0, Reason::Missing.value(), f64::INFINITY]);
        let texts: [TextCell; 2] = [Ok("[1]\n\"".into()), Err(Reason::Missing)];
        state.write("archive", Some(Slice::Numbers(&[1.0, 2.0])), Slice::Texts(&texts), 1);
        let back = State::from_text(&state.to_text()).unwrap();
        assert_eq!(back.to_text(), state.to_text());
        assert_eq!(back.iter().count(), 2);
        let read = back.read_texts("archive", "[]", Some(Slice::Numbers(&[1.0, 2.0])), 2);
        assert_eq!(read, [Ok("[1]\n\"".into()), Ok("[]".into())]);
        assert!(State::from_text("nonsense").is_err());
        assert!(State::from_text("meed-state 1\na\tb\n").is_err());
    }
}
