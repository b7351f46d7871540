//! Absent values.

use meed_algebra::{Arg as A, Family, Reason, TypeError, Word};

use super::{Arg, Def, Form, eg};

pub(super) const WORDS: &[Def] = &[
    Def {
        word: Word {
            name: "where",
            family: Family::Absent,
            axes: "x, mask on one line → the deeper one",
            summary: "x where the mask holds; absent (masked) elsewhere.",
            details: "What is masked enters no reduction: `r.where(keep).mean(\"group\")` is the mean of what is kept.",
            args: &[A { name: "x", help: "a signal" }, A { name: "mask", help: "true (not 0) or false (0)" }],
            examples: &[eg("r.where(r > 1)", r#"{"r": [[1, 2]]}"#, r#"[["<masked>", 2]]"#)],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, mask) = (b.signal(&a.get("x"))?, b.signal(&a.get("mask"))?);
            Ok(Arg::Signal(b.graph.mask(x, mask)?))
        },
    },
    Def {
        word: Word {
            name: "or_else",
            family: Family::Absent,
            axes: "x, y on one line → the deeper one",
            summary: "x where present, else y.",
            details: "",
            args: &[A { name: "x", help: "a signal" }, A { name: "y", help: "a signal, a number or a text" }],
            examples: &[eg("r.or_else(0)", r#"{"r": [[null, 2]]}"#, "[[0, 2]]")],
        },
        form: Form::Method,
        run: |b, a| {
            let (x, y) = (b.signal(&a.get("x"))?, b.signal(&a.get("y"))?);
            Ok(Arg::Signal(b.graph.or_else(x, y)?))
        },
    },
    Def {
        word: Word {
            name: "present",
            family: Family::Absent,
            axes: "x → same",
            summary: "Whether there is a value.",
            details: "",
            args: &[A { name: "x", help: "a signal" }],
            examples: &[eg("r.present()", r#"{"r": [[null, 2]]}"#, "[[0, 1]]")],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.present(x)))
        },
    },
    Def {
        word: Word {
            name: "reason",
            family: Family::Absent,
            axes: "x → same",
            summary: "Why a value is absent, as text; itself absent where there is a value.",
            details: "Reasons: missing, masked, timed_out, infrastructure, unparsable, not_applicable, empty, undefined, too_large, bad_reference.",
            args: &[A { name: "x", help: "a signal" }],
            examples: &[eg("r.reason()", r#"{"r": [[null, 2]]}"#, r#"[["missing", "<not_applicable>"]]"#)],
        },
        form: Form::Method,
        run: |b, a| {
            let x = b.signal(&a.get("x"))?;
            Ok(Arg::Signal(b.graph.reason(x)))
        },
    },
    Def {
        word: Word {
            name: "absent",
            family: Family::Absent,
            axes: "→ batch",
            summary: "A value that is not there.",
            details: "",
            args: &[A { name: "reason=\"missing\"", help: "why: one of the reasons `help reason` lists" }],
            examples: &[eg(
                r#"where(r > 1, r, absent("not_applicable"))"#,
                r#"{"r": [[1, 2]]}"#,
                r#"[["<not_applicable>", 2]]"#,
            )],
        },
        form: Form::Function,
        run: |b, a| {
            let name = a.text("reason")?;
            let names: Vec<&str> = Reason::ALL.iter().map(|r| r.name()).collect();
            let reason = Reason::from_name(&name).ok_or_else(|| {
                TypeError::new(format!("there is no reason `{name}`"))
                    .note(format!("reasons: {}", names.join(", ")))
                    .help_similar(&name, &names)
            })?;
            Ok(Arg::Signal(b.graph.absent(reason)))
        },
    },
];
