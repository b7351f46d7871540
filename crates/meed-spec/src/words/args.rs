//! Arguments of a word, whatever language they came from.

use meed_algebra::error::similar;
use meed_algebra::{Cross, Function, NodeId, TypeError, Word};
use std::sync::Arc;

use super::Form;

/// A value given to or returned by a word.
#[derive(Clone)]
pub enum Arg {
    /// Nothing.
    None,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Arg>),
    /// A mapping with text keys, in order.
    Dict(Vec<(String, Arg)>),
    /// A signal.
    Signal(NodeId),
    /// An axis of pairs.
    Pairs(Cross),
    /// A function of the host language.
    Function(Arc<dyn Function>),
}

impl Arg {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Arg::None => "None",
            Arg::Bool(_) => "a truth value",
            Arg::Number(_) => "a number",
            Arg::Text(_) => "a text",
            Arg::List(_) => "a list",
            Arg::Dict(_) => "a dict",
            Arg::Signal(_) => "a signal",
            Arg::Pairs(_) => "an axis of pairs",
            Arg::Function(_) => "a function",
        }
    }

    /// Whether nothing was given.
    pub fn is_none(&self) -> bool {
        matches!(self, Arg::None)
    }
}

/// The arguments of one call, matched with the word's own.
pub struct Args<'a> {
    word: &'a Word,
    given: Vec<Option<Arg>>,
    /// Positional arguments beyond the named ones, for words that take any number.
    pub rest: Vec<Arg>,
}

impl<'a> Args<'a> {
    /// Matches positional and named arguments with those of `word`. An argument named `*name` takes the rest.
    ///
    /// # Errors
    /// For too many, unknown, repeated or missing arguments; unknown names get a suggestion.
    pub fn new(word: &'a Word, positional: Vec<Arg>, named: Vec<(String, Arg)>) -> Result<Self, TypeError> {
        let names: Vec<&str> = word.args.iter().map(|a| bare(a.name)).collect();
        let variadic = word.args.iter().any(|a| a.name.starts_with('*'));
        let slots = word.args.iter().position(|a| a.name.starts_with('*')).unwrap_or(names.len());
        let mut given: Vec<Option<Arg>> = vec![None; names.len()];
        let mut rest = Vec::new();
        for (i, arg) in positional.into_iter().enumerate() {
            if i < slots {
                given[i] = Some(arg);
            } else if variadic {
                rest.push(arg);
            } else {
                return Err(TypeError::new(format!("`{}` takes at most {slots} arguments", word.name)));
            }
        }
        for (name, arg) in named {
            let Some(i) = names.iter().position(|n| *n == name) else {
                return Err(TypeError::new(format!("`{}` has no argument `{name}`", word.name))
                    .note(format!("it is called {}", usage(word)))
                    .help_similar(&name, &names));
            };
            if given[i].replace(arg).is_some() {
                return Err(TypeError::new(format!("`{}` got `{name}` twice", word.name)));
            }
        }
        for (i, arg) in word.args.iter().enumerate() {
            if given[i].is_none() && !arg.name.contains('=') && !arg.name.starts_with('*') {
                return Err(
                    TypeError::new(format!("`{}` needs `{}`", word.name, bare(arg.name))).note(arg.help)
                );
            }
        }
        Ok(Args { word, given, rest })
    }

    /// The argument `name`, or its default.
    pub fn get(&self, name: &str) -> Arg {
        let at = self.word.args.iter().position(|a| bare(a.name) == name);
        debug_assert!(at.is_some(), "`{}` declares no argument `{name}`", self.word.name);
        let Some(at) = at else { return Arg::None };
        match &self.given[at] {
            Some(arg) => arg.clone(),
            None => default(self.word.args[at].name),
        }
    }

    fn wrong(&self, name: &str, needed: &str, found: &Arg) -> TypeError {
        TypeError::new(format!("`{}`: `{name}` must be {needed}, found {}", self.word.name, found.kind()))
    }

    /// A number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str) -> Result<f64, TypeError> {
        match self.get(name) {
            Arg::Number(x) => Ok(x),
            Arg::Bool(b) => Ok(f64::from(b)),
            other => Err(self.wrong(name, "a number", &other)),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn integer(&self, name: &str) -> Result<i64, TypeError> {
        let x = self.number(name)?;
        if x.fract() == 0.0 && x.abs() < 1e15 {
            Ok(x as i64)
        } else {
            Err(TypeError::new(format!("`{}`: `{name}` must be a whole number, found {x}", self.word.name)))
        }
    }

    /// True or false.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, name: &str) -> Result<bool, TypeError> {
        match self.get(name) {
            Arg::Bool(b) => Ok(b),
            other => Err(self.wrong(name, "True or False", &other)),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, name: &str) -> Result<String, TypeError> {
        match self.get(name) {
            Arg::Text(t) => Ok(t),
            other => Err(self.wrong(name, "a text", &other)),
        }
    }

    /// One of a few words.
    ///
    /// # Errors
    /// When it is none of them; a near one is suggested.
    pub fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T, TypeError> {
        let found = self.text(name)?;
        if let Some((_, t)) = choices.iter().find(|(n, _)| *n == found) {
            return Ok(*t);
        }
        let names: Vec<&str> = choices.iter().map(|c| c.0).collect();
        let error = TypeError::new(format!("`{}`: `{name}` cannot be `{found}`", self.word.name))
            .note(format!("choices: {}", names.join(", ")));
        Err(match similar(&found, &names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }
}

/// How a word is called, as a function or after a dot.
fn usage(word: &Word) -> String {
    let is = |form: &Form| super::find(word.name, *form).is_some_and(|d| d.word.summary == word.summary);
    let form = [Form::Method, Form::Function].into_iter().find(is);
    format!("`{}`", super::signature(word, form.unwrap_or(Form::Function)))
}

/// The name without default or star.
fn bare(name: &str) -> &str {
    name.split('=').next().unwrap_or(name).trim_start_matches('*')
}

/// The default of an argument written `name=value`.
fn default(name: &str) -> Arg {
    match name.split_once('=').map(|p| p.1) {
        None | Some("None") => Arg::None,
        Some("True") => Arg::Bool(true),
        Some("False") => Arg::Bool(false),
        Some(text) => match text.parse() {
            Ok(x) => Arg::Number(x),
            Err(_) => Arg::Text(text.trim_matches('"').to_string()),
        },
    }
}
