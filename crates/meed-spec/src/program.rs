//! Scorers as words.

use std::collections::BTreeMap;

use meed_algebra::{NodeId, TypeError};
use meed_score::{OptionValue, Scorer};

use crate::words::{self, Arg, Builder};

/// Builds a scorer's call: signals for its inputs (their usual columns when not given), plain values for the rest.
pub(crate) fn scorer(
    b: &mut Builder,
    scorer: &Scorer,
    positional: Vec<Arg>,
    named: Vec<(String, Arg)>,
) -> Result<NodeId, TypeError> {
    let names: Vec<&str> =
        scorer.written().chain(scorer.options.iter().map(|o| o.name)).chain(["when"]).collect();
    let mut given: BTreeMap<&str, Arg> = BTreeMap::new();
    if positional.len() > names.len() {
        return Err(TypeError::new(format!(
            "`{}` takes at most {} arguments",
            scorer.word.name,
            names.len()
        )));
    }
    // Positional values that are not signals are options: `matches("^a")`.
    let mut at = 0;
    for arg in positional {
        if !matches!(arg, Arg::Signal(_)) && at < scorer.inputs.len() {
            at = scorer.inputs.len();
        }
        given.insert(names[at.min(names.len() - 1)], arg);
        at += 1;
    }
    for (name, arg) in named {
        let Some(known) = names.iter().find(|n| **n == name) else {
            return Err(TypeError::new(format!("`{}` has no argument `{name}`", scorer.word.name))
                .note(format!("arguments: {}", names.join(", ")))
                .help_similar(&name, &names));
        };
        if given.insert(known, arg).is_some() {
            return Err(TypeError::new(format!("`{}` got `{name}` twice", scorer.word.name)));
        }
    }
    let mut inputs = Vec::new();
    for input in scorer.inputs {
        if let Some(axis) = input.axis() {
            b.params.declare_axis(input.column, axis);
        }
        inputs.push(match given.remove(input.name) {
            Some(arg) => Some(b.signal(&arg)?),
            None if input.required || b.graph.schema().columns.contains_key(input.column) => {
                match words::column(b, input.column)? {
                    Arg::Signal(id) => Some(id),
                    _ => None,
                }
            }
            None => None,
        });
    }
    let some = inputs.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let inputs: Vec<NodeId> =
        inputs.into_iter().take(some).map(|i| i.unwrap_or_else(|| b.graph.text(""))).collect();
    let when = match given.remove("when") {
        None | Some(Arg::None) => None,
        Some(arg) => Some(b.signal(&arg)?),
    };
    let options = given.into_iter().map(|(name, arg)| Ok((name.to_string(), option(name, arg)?)));
    let options = options.collect::<Result<BTreeMap<_, _>, TypeError>>()?;
    let function = scorer.function(options).map_err(|e| unusable(&e))?;
    b.graph.call(function, &inputs, when)
}

/// What is wrong with a scorer's options; of a pattern's long explanation the last line.
fn unusable(e: &meed_score::ScoreError) -> TypeError {
    let text = e.to_string();
    let mut lines = text.lines();
    let mut error = TypeError::new(lines.next().unwrap_or_default());
    error.notes.extend(lines.next_back().map(|l| l.trim_start_matches("error: ").to_string()));
    error.help = e.help();
    error
}

fn option(name: &str, arg: Arg) -> Result<OptionValue, TypeError> {
    Ok(match arg {
        Arg::None => OptionValue::None,
        Arg::Bool(b) => OptionValue::Bool(b),
        Arg::Number(x) => OptionValue::Number(x),
        Arg::Text(t) => OptionValue::Text(t),
        Arg::List(items) => {
            OptionValue::List(items.into_iter().map(|a| option(name, a)).collect::<Result<_, _>>()?)
        }
        Arg::Dict(items) => {
            let item = |(key, value): (String, Arg)| Ok((key, option(name, value)?));
            OptionValue::Map(items.into_iter().map(item).collect::<Result<_, TypeError>>()?)
        }
        other => {
            return Err(TypeError::new(format!("`{name}` must be a plain value, found {}", other.kind())));
        }
    })
}
