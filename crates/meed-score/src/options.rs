//! Options: the plain values a scorer is built with.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use meed_algebra::error::similar;

use crate::error::ScoreError;

/// An option of a scorer.
#[derive(Debug, Clone, Copy)]
pub struct Opt {
    /// The name.
    pub name: &'static str,
    /// What it is when not given.
    pub default: Default,
    /// What it means, in one line.
    pub help: &'static str,
}

/// What an option is when it is not given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// It must be given.
    Required,
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'static str),
    /// A list of texts.
    Texts(&'static [&'static str]),
}

impl Default {
    /// The default as a value; `None` when the option must be given.
    pub fn value(self) -> Option<OptionValue> {
        Some(match self {
            Default::Required => return None,
            Default::None => OptionValue::None,
            Default::Bool(b) => OptionValue::Bool(b),
            Default::Number(x) => OptionValue::Number(x),
            Default::Text(t) => OptionValue::Text(t.into()),
            Default::Texts(list) => list.iter().copied().collect(),
        })
    }
}

/// A plain value given for an option.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionValue {
    /// `None`: as if not given.
    None,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<OptionValue>),
    /// Values by name.
    Map(Vec<(String, OptionValue)>),
}

impl OptionValue {
    /// The value and what kind it is, for messages: `the number 3`.
    pub fn describe(&self) -> String {
        match self {
            OptionValue::None => "None".into(),
            OptionValue::Bool(_) => self.to_string(),
            OptionValue::Number(_) => format!("the number {self}"),
            OptionValue::Text(_) => format!("the string {self}"),
            OptionValue::List(_) => format!("the list {self}"),
            OptionValue::Map(_) => format!("the dict {self}"),
        }
    }
}

/// As it would be written in a spec.
impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionValue::None => f.write_str("None"),
            OptionValue::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            OptionValue::Number(x) => write!(f, "{x}"),
            OptionValue::Text(t) => write!(f, "{t:?}"),
            OptionValue::List(list) => {
                f.write_str("[")?;
                for (i, value) in list.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
            OptionValue::Map(map) => {
                f.write_str("{")?;
                for (i, (name, value)) in map.iter().enumerate() {
                    write!(f, "{}{name:?}: {value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl From<bool> for OptionValue {
    fn from(value: bool) -> Self {
        OptionValue::Bool(value)
    }
}

impl From<f64> for OptionValue {
    fn from(value: f64) -> Self {
        OptionValue::Number(value)
    }
}

impl From<&str> for OptionValue {
    fn from(value: &str) -> Self {
        OptionValue::Text(value.into())
    }
}

impl<T: Into<OptionValue>> FromIterator<T> for OptionValue {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        OptionValue::List(values.into_iter().map(Into::into).collect())
    }
}

/// The options of one call, defaults filled in and names checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    scorer: &'static str,
    values: BTreeMap<&'static str, OptionValue>,
}

impl Options {
    /// The options of `scorer` with `given` over the defaults. `None` given is the default.
    ///
    /// # Errors
    /// When an option is unknown or one that must be given is not.
    pub fn new(
        scorer: &'static str,
        known: &'static [Opt],
        given: BTreeMap<String, OptionValue>,
    ) -> Result<Options, ScoreError> {
        let mut values = BTreeMap::new();
        if let Some(option) = given.keys().find(|name| known.iter().all(|opt| opt.name != name.as_str())) {
            let known: Vec<_> = known.iter().map(|opt| opt.name).collect();
            let similar = similar(option, &known);
            return Err(ScoreError::UnknownOption { scorer, option: option.clone(), similar, known });
        }
        for opt in known {
            let value = given.get(opt.name).filter(|v| **v != OptionValue::None).cloned();
            let missing = ScoreError::MissingOption { scorer, option: opt.name, help: opt.help };
            values.insert(opt.name, value.or_else(|| opt.default.value()).ok_or(missing)?);
        }
        Ok(Options { scorer, values })
    }

    /// The scorer these are for.
    pub fn scorer(&self) -> &'static str {
        self.scorer
    }

    /// The value of an option, [`OptionValue::None`] for a name the scorer does not have.
    pub fn get(&self, name: &str) -> &OptionValue {
        self.values.get(name).unwrap_or(&OptionValue::None)
    }

    /// Whether an option has a value other than `None`.
    pub fn is_given(&self, name: &str) -> bool {
        *self.get(name) != OptionValue::None
    }

    /// A truth value.
    ///
    /// # Errors
    /// When it is something else.
    pub fn bool(&self, name: &str) -> Result<bool, ScoreError> {
        match self.get(name) {
            OptionValue::Bool(b) => Ok(*b),
            _ => Err(self.bad(name, "True or False")),
        }
    }

    /// A whole number in a range.
    ///
    /// # Errors
    /// When it is something else.
    pub fn count(&self, name: &str, range: RangeInclusive<usize>) -> Result<usize, ScoreError> {
        match self.get(name) {
            OptionValue::Number(x) if x.fract() == 0.0 && range.contains(&(*x as usize)) && *x >= 0.0 => {
                Ok(*x as usize)
            }
            _ => Err(self.bad(name, format!("a whole number from {} to {}", range.start(), range.end()))),
        }
    }

    /// A number in a range.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str, range: RangeInclusive<f64>) -> Result<f64, ScoreError> {
        match self.get(name) {
            OptionValue::Number(x) if range.contains(x) => Ok(*x),
            _ => Err(self.bad(name, format!("a number from {} to {}", range.start(), range.end()))),
        }
    }

    /// A number in a range, or `None`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn optional_number(&self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, ScoreError> {
        if self.is_given(name) { self.number(name, range).map(Some) } else { Ok(None) }
    }

    /// A whole number in a range, or `None`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn optional_count(
        &self,
        name: &str,
        range: RangeInclusive<usize>,
    ) -> Result<Option<usize>, ScoreError> {
        if self.is_given(name) { self.count(name, range).map(Some) } else { Ok(None) }
    }

    /// A text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, name: &str) -> Result<&str, ScoreError> {
        match self.get(name) {
            OptionValue::Text(t) => Ok(t),
            _ => Err(self.bad(name, "a string")),
        }
    }

    /// One of some texts: its position among them.
    ///
    /// # Errors
    /// When it is something else.
    pub fn choice(&self, name: &str, choices: &[&'static str]) -> Result<&'static str, ScoreError> {
        let expected = || {
            let quoted: Vec<_> = choices.iter().map(|c| format!("{c:?}")).collect();
            format!("one of {}", quoted.join(", "))
        };
        let OptionValue::Text(found) = self.get(name) else { return Err(self.bad(name, expected())) };
        choices.iter().copied().find(|c| c == found).ok_or_else(|| {
            let ScoreError::BadOption { scorer, option, found: shown, expected, .. } =
                self.bad(name, expected())
            else {
                unreachable!("`bad` makes a BadOption")
            };
            let similar = similar(found, choices).map(Into::into);
            ScoreError::BadOption { scorer, option, found: shown, expected, similar }
        })
    }

    /// One text or a list of texts, at least one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, ScoreError> {
        let expected = "a string or a list of strings";
        match self.get(name) {
            OptionValue::Text(t) => Ok(vec![t.clone()]),
            OptionValue::List(list) if !list.is_empty() => list
                .iter()
                .map(|value| match value {
                    OptionValue::Text(t) => Ok(t.clone()),
                    _ => Err(self.bad(name, expected)),
                })
                .collect(),
            _ => Err(self.bad(name, expected)),
        }
    }

    /// The error that an option is not what it must be.
    pub fn bad(&self, name: &str, expected: impl Into<String>) -> ScoreError {
        ScoreError::BadOption {
            scorer: self.scorer,
            option: name.into(),
            found: self.get(name).describe(),
            expected: expected.into(),
            similar: None,
        }
    }

    /// The call with every option, in a fixed order: equal calls have equal identities.
    pub fn identity(&self) -> String {
        let values: Vec<_> = self.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}({})", self.scorer, values.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Opt] = &[
        Opt { name: "n", default: Default::Number(3.0), help: "words in a run" },
        Opt { name: "unit", default: Default::Text("words"), help: "what is counted" },
        Opt { name: "names", default: Default::Texts(&["a", "b"]), help: "tags" },
    ];

    fn options(given: &[(&str, OptionValue)]) -> Result<Options, ScoreError> {
        Options::new("demo", KNOWN, given.iter().map(|(k, v)| (k.to_string(), v.clone())).collect())
    }

    #[test]
    fn defaults_fill_in_and_the_identity_names_everything() {
        let options = options(&[("n", 4.0.into()), ("unit", OptionValue::None)]).unwrap();
        assert_eq!(options.count("n", 1..=9).unwrap(), 4);
        assert_eq!(options.identity(), r#"demo(n=4, names=["a", "b"], unit="words")"#);
    }

    #[test]
    fn a_misspelt_option_gets_a_suggestion() {
        let error = options(&[("nmaes", "x".into())]).unwrap_err();
        assert_eq!(error.to_string(), "`demo` has no option `nmaes`");
        assert_eq!(error.help().unwrap(), "did you mean `names`?");
    }

    #[test]
    fn a_wrong_value_says_what_was_found_and_needed() {
        let options = options(&[("n", "4".into()), ("unit", "wrods".into())]).unwrap();
        let error = options.count("n", 1..=9).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`n` of `demo` is the string \"4\", it must be a whole number from 1 to 9"
        );
        let error = options.choice("unit", &["words", "characters"]).unwrap_err();
        assert_eq!(error.help().unwrap(), "did you mean \"words\"?");
    }

    #[test]
    fn counts_are_whole_and_in_range() {
        for bad in [-1.0, 0.5, 10.0, f64::NAN, f64::INFINITY] {
            assert!(options(&[("n", bad.into())]).unwrap().count("n", 0..=9).is_err(), "{bad}");
        }
    }
}
