//! A function that is only called where a condition holds: `judge(when=correct)`.

use std::sync::Arc;

use crate::absent::Reason;
use crate::column::{Kind, TextCell, Values};
use crate::error::EvalError;
use crate::eval::buffer::Buffer;
use crate::function::{Function, Slice, Unfold};

pub(crate) struct Gated {
    inner: Arc<dyn Function>,
    arity: usize,
}

impl Gated {
    pub(crate) fn new(inner: Arc<dyn Function>, arity: usize) -> Self {
        Gated { inner, arity }
    }
}

impl Function for Gated {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn identity(&self) -> String {
        format!("{} when", self.inner.identity())
    }

    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn trouble(&self) -> Option<String> {
        self.inner.trouble()
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        self.inner.unfold()
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let gate = &args[self.arity];
        let open: Vec<usize> = (0..n).filter(|i| gate.number(*i).is_ok_and(|x| x != 0.0)).collect();
        let chosen: Vec<Buffer<'_>> = args[..self.arity]
            .iter()
            .map(|arg| match arg {
                Slice::Numbers(v) => Buffer::Numbers(open.iter().map(|i| v[*i]).collect()),
                Slice::Texts(v) => Buffer::Texts(open.iter().map(|i| v[*i].clone()).collect()),
            })
            .collect();
        let slices: Vec<Slice<'_>> = chosen.iter().map(Buffer::slice).collect();
        // Where the gate is shut the question does not arise; where it is absent its reason stands.
        let shut = |i: usize| gate.number(i).err().unwrap_or(Reason::NotApplicable);
        let sizes = match self.inner.unfold() {
            Some(made) => made.counts(&args[..made.counted()], n)?,
            None => vec![1; n],
        };
        let mut starts = vec![0];
        sizes.iter().for_each(|size| starts.push(starts[starts.len() - 1] + size));
        let element = || (0..n).flat_map(|i| std::iter::repeat_n(i, sizes[i]));
        let places = open.iter().flat_map(|i| starts[*i]..starts[*i] + sizes[*i]);
        match self.inner.call(&slices, open.len())?.into_numbers() {
            Ok(v) => {
                let mut out: Vec<f64> = element().map(|i| shut(i).value()).collect();
                places.zip(v).for_each(|(i, x)| out[i] = x);
                Ok(Values::Numbers(out))
            }
            Err(v) => {
                let mut out: Vec<TextCell> = element().map(|i| Err(shut(i))).collect();
                places.zip(v).for_each(|(i, x)| out[i] = x);
                Ok(Values::Texts(out))
            }
        }
    }
}
