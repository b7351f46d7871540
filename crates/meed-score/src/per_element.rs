//! Functions that look at one element at a time.

use std::borrow::Cow;
use std::sync::Arc;

use meed_algebra::{EvalError, Function, Kind, Reason, Slice, Values};

use crate::options::Options;

/// A function of a text.
pub(crate) fn per_text<F>(options: &Options, score: F) -> Arc<dyn Function>
where
    F: Fn(&str) -> Result<f64, Reason> + Send + Sync + 'static,
{
    per_text_as(options, options.identity(), score)
}

/// A function of a text whose identity holds more than its options.
pub(crate) fn per_text_as<F>(options: &Options, identity: String, score: F) -> Arc<dyn Function>
where
    F: Fn(&str) -> Result<f64, Reason> + Send + Sync + 'static,
{
    let name = options.scorer();
    Arc::new(PerElement {
        name,
        identity,
        inputs: 1,
        score: move |args: &[Slice<'_>], i| score(&read(&args[0], i)?),
    })
}

/// A function of a text and a reference, which may also be a number.
pub(crate) fn per_answer<F>(options: &Options, score: F) -> Arc<dyn Function>
where
    F: Fn(&str, &str) -> Result<f64, Reason> + Send + Sync + 'static,
{
    per_answer_as(options, options.identity(), score)
}

/// A function of a text and a reference whose identity holds more than its options.
pub(crate) fn per_answer_as<F>(options: &Options, identity: String, score: F) -> Arc<dyn Function>
where
    F: Fn(&str, &str) -> Result<f64, Reason> + Send + Sync + 'static,
{
    let name = options.scorer();
    let score = move |args: &[Slice<'_>], i| score(&read(&args[0], i)?, &read(&args[1], i)?);
    Arc::new(PerElement { name, identity, inputs: 2, score })
}

/// A function of several texts.
pub(crate) fn per_inputs<F>(options: &Options, inputs: usize, score: F) -> Arc<dyn Function>
where
    F: Fn(&[Cow<'_, str>]) -> Result<f64, Reason> + Send + Sync + 'static,
{
    let (name, identity) = (options.scorer(), options.identity());
    let score = move |args: &[Slice<'_>], i| {
        let cells: Vec<Cow<'_, str>> = args.iter().map(|arg| read(arg, i)).collect::<Result<_, _>>()?;
        score(&cells)
    };
    Arc::new(PerElement { name, identity, inputs, score })
}

/// Cell `i` as a text; a number is written with the fewest digits that give it back.
pub(crate) fn read<'a>(slice: &Slice<'a>, i: usize) -> Result<Cow<'a, str>, Reason> {
    match slice {
        Slice::Texts(_) => slice.text(i).map(Cow::Borrowed),
        Slice::Numbers(_) => slice.number(i).map(|x| Cow::Owned(x.to_string())),
    }
}

struct PerElement<F> {
    name: &'static str,
    identity: String,
    inputs: usize,
    score: F,
}

impl<F> Function for PerElement<F>
where
    F: Fn(&[Slice<'_>], usize) -> Result<f64, Reason> + Send + Sync,
{
    fn name(&self) -> &str {
        self.name
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        if args.len() != self.inputs || args.iter().any(|a| a.len() != n) {
            return Err(EvalError::Function(format!(
                "`{}` takes {} inputs of {n} values, it was given {:?}",
                self.name,
                self.inputs,
                args.iter().map(Slice::len).collect::<Vec<_>>()
            )));
        }
        Ok(Values::Numbers((0..n).map(|i| (self.score)(args, i).unwrap_or_else(Reason::value)).collect()))
    }
}

/// 1 for true, 0 for false.
pub(crate) fn truth(yes: bool) -> Result<f64, Reason> {
    Ok(f64::from(u8::from(yes)))
}
