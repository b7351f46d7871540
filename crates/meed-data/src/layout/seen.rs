//! What kinds of values the first rows have, field by field.

use indexmap::IndexMap;

use crate::value::Value;

/// Objects with more keys than this are tables of their own, not records; further keys are not columns.
const MOST_KEYS: usize = 2000;

/// The kinds of values found at one place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) visits: usize,
    pub(crate) bools: usize,
    pub(crate) numbers: usize,
    pub(crate) texts: usize,
    pub(crate) lists: usize,
    pub(crate) objects: usize,
    /// Length of the first list that is not empty.
    pub(crate) len: Option<usize>,
    pub(crate) element: Option<Box<Seen>>,
    pub(crate) keys: IndexMap<Box<str>, Seen>,
}

impl Seen {
    /// Takes note of a value.
    pub(crate) fn add(&mut self, value: &Value) {
        self.visits += 1;
        match value.plain() {
            Value::Null | Value::Raw(_) => {}
            Value::Bool(_) => self.bools += 1,
            Value::Number(_) => self.numbers += 1,
            Value::Text(_) => self.texts += 1,
            Value::Numbers(v) => {
                self.list(v.len());
                let element = self.element.get_or_insert_default();
                element.visits += v.len();
                element.numbers += v.iter().filter(|n| !n.is_nan()).count();
            }
            Value::List(v) => {
                self.list(v.len());
                let element = self.element.get_or_insert_default();
                v.iter().for_each(|value| element.add(value));
            }
            Value::Object(members) => {
                self.objects += 1;
                for (key, value) in members {
                    if self.keys.len() < MOST_KEYS || self.keys.contains_key(key) {
                        self.keys.entry(key.clone()).or_default().add(value);
                    }
                }
            }
        }
    }

    fn list(&mut self, len: usize) {
        self.lists += 1;
        if self.len.is_none() && len > 0 {
            self.len = Some(len);
        }
    }

    /// Forgets kinds that only a few of the values have: such values are mistakes, to be named by their rows,
    /// and must not turn a column of numbers into one of texts.
    pub(crate) fn settle(&mut self) {
        let all = self.bools + self.numbers + self.texts + self.lists + self.objects;
        let most = |n: usize| n * 5 >= all * 4;
        if most(self.bools) {
            self.numbers = 0;
        }
        if !most(self.bools + self.numbers) && (most(self.texts) || most(self.lists) || most(self.objects)) {
            (self.bools, self.numbers) = (0, 0);
        }
        for kept in [self.bools + self.numbers, self.texts, self.lists, self.objects] {
            if kept > 0 && most(kept) {
                for other in [&mut self.texts, &mut self.lists, &mut self.objects] {
                    *other = if *other == kept { kept } else { 0 };
                }
                break;
            }
        }
        if self.lists == 0 {
            self.element = None;
        }
        if self.objects == 0 {
            self.keys.clear();
        }
        self.element.iter_mut().for_each(|e| e.settle());
        self.keys.values_mut().for_each(Seen::settle);
    }

    /// What is at a dotted path, through lists too. A key with dots of its own is found first.
    pub(crate) fn at(&self, path: &str) -> Option<&Seen> {
        if let Some(seen) = self.keys.get(path) {
            return Some(seen);
        }
        for (dot, _) in path.match_indices('.') {
            if let Some(seen) = self.keys.get(&path[..dot]).and_then(|s| s.at(&path[dot + 1..])) {
                return Some(seen);
            }
        }
        self.element.as_ref().filter(|_| self.objects == 0)?.at(path)
    }

    /// Numbers and truth values and nulls, at least one of them not null.
    pub(crate) fn is_numeric(&self) -> bool {
        self.numbers + self.bools > 0 && self.texts + self.lists + self.objects == 0
    }

    /// A text, perhaps a number now and then.
    pub(crate) fn is_text(&self) -> bool {
        self.texts > 0 && self.lists + self.objects == 0
    }

    /// A chat: a list of messages with roles.
    pub(crate) fn is_messages(&self) -> bool {
        self.lists > 0
            && self.texts + self.objects == 0
            && self.element.as_ref().is_some_and(|e| e.objects > 0 && e.keys.contains_key("role"))
    }

    /// A text or a chat, or one as often as the other.
    pub(crate) fn is_text_like(&self) -> bool {
        self.is_text() || self.is_messages()
    }

    /// A list of texts or of chats.
    pub(crate) fn is_list_of_texts(&self) -> bool {
        self.lists > 0
            && !self.is_messages()
            && self.texts + self.objects == 0
            && self.element.as_ref().is_some_and(|e| e.is_text_like())
    }

    /// Whether there was anything but nulls.
    pub(crate) fn is_known(&self) -> bool {
        self.bools + self.numbers + self.texts + self.lists + self.objects > 0
    }
}
