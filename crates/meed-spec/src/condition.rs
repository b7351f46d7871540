//! Where something happened that Starlark tells without a place: a signal used as the condition of `if`, `and`, `or`
//! or `not`, or a limit that was reached. The spec is read once more and the statements are followed.

use std::collections::BTreeMap;

use meed_algebra::Schema;
use starlark::codemap::{FileSpan, FileSpanRef};
use starlark::eval::{BeforeStmtFunc, BeforeStmtFuncDyn, Evaluator};

use crate::diagnostic::{Diagnostic, Place};
use crate::spec::{Run, SpecFile, parse};
use crate::value::Shared;
use crate::words::Arg;

/// The message, with the statement when it can be told.
pub(crate) fn misused(file: &SpecFile, schema: Schema, asked: BTreeMap<String, Arg>) -> Diagnostic {
    let mut d = Diagnostic::new(
        "a signal is used as a condition of `if`, `and`, `or` or `not`; it has a value per element, not one",
    );
    d.help = Some("choose with `where(condition, a, b)`, combine with `&`, `|` and `~`".to_string());
    let mut run = Run::new(schema, asked);
    run.watch = true;
    if let Ok(ast) = parse(&file.name, &file.source) {
        // It ends with the same error, which is known already.
        let _ = run.evaluate(file, ast, |_, _| Ok(()));
        d.place = run.shared.lock().truth_place.take().map(Box::new);
    }
    d
}

/// The last statement that a spec comes to, when it fails.
pub(crate) fn last_statement(
    file: &SpecFile,
    schema: &Schema,
    asked: &BTreeMap<String, Arg>,
) -> Option<Place> {
    let ast = parse(&file.name, &file.source).ok()?;
    let mut run = Run::new(schema.clone(), asked.clone());
    run.watch = true;
    let failed = run.evaluate(file, ast, |_, _| Ok(())).is_err();
    let last = run.shared.lock().last_statement.take();
    last.filter(|_| failed)
}

/// Notes the statement that was being run when a signal was first used as a condition.
pub(crate) fn watch(eval: &mut Evaluator<'_, '_, '_>, shared: &Shared) {
    let watch = Watch { shared: shared.clone(), last: None };
    eval.before_stmt_for_dap(BeforeStmtFunc::from_dyn(Box::new(watch)));
}

struct Watch {
    shared: Shared,
    last: Option<FileSpan>,
}

impl Watch {
    fn note(&mut self) {
        let mut b = self.shared.lock();
        if b.truth_misused && b.truth_place.is_none() {
            b.truth_place = self.last.as_ref().map(Place::of);
        }
    }
}

impl<'e> BeforeStmtFuncDyn<'e> for Watch {
    fn call<'v>(
        &mut self,
        span: FileSpanRef,
        _continued: bool,
        _eval: &mut Evaluator<'v, '_, 'e>,
    ) -> starlark::Result<()> {
        self.note();
        self.last = Some(span.to_file_span());
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.note();
        let mut b = self.shared.lock();
        if b.last_statement.is_none() {
            b.last_statement = self.last.as_ref().map(Place::of);
        }
    }
}
