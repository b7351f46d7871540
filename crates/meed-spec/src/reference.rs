//! The reference of the language, from the words themselves.

use std::collections::BTreeMap;
use std::fmt::Write;

use meed_algebra::Word;

use crate::words::{self, Form};

/// A word and how it is called.
pub struct Entry {
    /// The word.
    pub word: Word,
    /// Whether it follows a dot.
    pub form: Form,
    /// How it is called.
    pub signature: String,
}

impl Entry {
    /// `.mean` or `exp`: the name as it is found in a spec.
    pub fn title(&self) -> String {
        match self.form {
            Form::Method => format!(".{}", self.word.name),
            Form::Function => self.word.name.to_string(),
        }
    }

    /// Help for a terminal.
    pub fn text(&self) -> String {
        let w = &self.word;
        let mut text = format!("{}\n  {}\n\n  {}\n", self.signature, w.axes, w.summary);
        if !w.details.is_empty() {
            let _ = writeln!(text, "  {}", w.details);
        }
        if !w.args.is_empty() {
            text.push_str("\nArguments\n");
            for a in w.args {
                let _ = writeln!(text, "  {:22} {}", a.name, a.help);
            }
        }
        text.push_str("\nExamples\n");
        for e in w.examples {
            let _ = writeln!(text, "  {}\n    with  {}\n    gives {}", e.code, e.with, e.gives);
        }
        text
    }
}

/// Every word, scorers included.
pub fn entries() -> Vec<Entry> {
    let words = words::all().map(|d| Entry {
        word: d.word,
        form: d.form,
        signature: words::signature(&d.word, d.form),
    });
    let scorers = meed_score::all().iter().map(|s| Entry {
        word: s.word,
        form: Form::Function,
        signature: words::signature(&s.word, Form::Function),
    });
    let plain = words::plain().map(|p| Entry {
        word: p.word,
        form: Form::Function,
        signature: words::signature(&p.word, Form::Function),
    });
    words.chain(plain).chain(scorers).collect()
}

/// A text as a Python literal.
pub fn python_text(text: &str) -> String {
    if text.contains('\'') || text.contains('\\') || text.contains('\n') {
        return format!("{text:?}");
    }
    format!("'{text}'")
}

/// The reference as one Markdown page.
pub fn markdown() -> String {
    let mut page = String::from(
        "# The language\n\nGenerated from the words themselves by `meed words --markdown`; every example is a test.\n\n\
         A spec is a Starlark file. Its top-level signals are its outputs. Values live on axes\n\
         (`batch ⊃ group ⊃ rollout ⊃ step ⊃ token`, and what the data brings): a value of an axis above repeats itself\n\
         beside a deeper one, a deeper one moves up only through a named reduction, and axes side by side meet only\n\
         through a common one above. Absent is not zero: reductions skip absent values, arithmetic keeps them.\n\n\
         Operators: `+ - * / // % < <= == != > >= & | ^ ~` between signals, numbers and (for `==`, `!=`) texts.\n\
         `and`, `or`, `not` and `if` are Starlark's and work on plain values only.\n\n\
         In the examples, `with` gives the columns as nested lists (`[group][rollout][step]`).\n",
    );
    let entries = entries();
    let mut families: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
    entries.iter().for_each(|e| families.entry(e.word.family).or_default().push(e));
    for (family, entries) in families {
        let title = family.title();
        let _ = writeln!(page, "\n## {}{}", title[..1].to_uppercase(), &title[1..]);
        for e in entries {
            let _ = writeln!(
                page,
                "\n### `{}`\n\n{} {}\n\n`{}`\n",
                e.signature, e.word.summary, e.word.details, e.word.axes
            );
            for a in e.word.args {
                let _ = writeln!(page, "- `{}`: {}", a.name, a.help);
            }
            page.push_str("\n```text\n");
            for x in e.word.examples {
                let _ = writeln!(page, "{}\n  with  {}\n  gives {}", x.code, x.with, x.gives);
            }
            page.push_str("```\n");
        }
    }
    page
}

/// Operators of a signal in Python: their methods, and whether the other side is a parameter.
const OPERATORS: &[(&str, bool)] = &[
    ("add", true),
    ("radd", true),
    ("sub", true),
    ("rsub", true),
    ("mul", true),
    ("rmul", true),
    ("truediv", true),
    ("rtruediv", true),
    ("floordiv", true),
    ("rfloordiv", true),
    ("mod", true),
    ("rmod", true),
    ("and", true),
    ("rand", true),
    ("or", true),
    ("ror", true),
    ("xor", true),
    ("rxor", true),
    ("lt", true),
    ("le", true),
    ("gt", true),
    ("ge", true),
    ("neg", false),
    ("pos", false),
    ("invert", false),
    ("abs", false),
];

const STUBS: &str = r#"# Generated from the words themselves by `meed words --stubs`.

from typing import Any

Value = Signal | float | str | bool | None | list[Any] | tuple[Any, ...] | dict[str, Any]

class Signal:
    """A value per element of an axis, not yet computed."""

    def __eq__(self, other: Value) -> Signal: ...  # type: ignore[override]
    def __ne__(self, other: Value) -> Signal: ...  # type: ignore[override]
    def __hash__(self) -> int: ...
    def __call__(self, *args: Value, **kwargs: Value) -> Signal: ...
"#;

/// Type stubs of the words for Python: the class `Signal`, the functions, the well-known columns.
pub fn python_stubs() -> String {
    let mut page = String::from(STUBS);
    for (name, other) in OPERATORS {
        let other = if *other { ", other: Value" } else { "" };
        let _ = writeln!(page, "    def __{name}__(self{other}) -> Signal: ...");
    }
    let (methods, functions): (Vec<Entry>, Vec<Entry>) =
        entries().into_iter().partition(|e| e.form == Form::Method);
    methods.iter().for_each(|entry| stub(&mut page, entry, "    "));
    let columns: Vec<&str> = words::WELL_KNOWN.iter().map(|k| k.0).collect();
    let functions = functions.iter().filter(|e| !columns.contains(&e.word.name));
    functions.for_each(|entry| stub(&mut page, entry, ""));
    page.push('\n');
    for column in columns {
        let _ = writeln!(page, "{column}: Signal");
    }
    page
}

fn stub(page: &mut String, entry: &Entry, indent: &str) {
    let mut optional = false;
    let args = entry.word.args.iter().enumerate().map(|(i, a)| {
        if i == 0 && entry.form == Form::Method {
            return "self".to_string();
        }
        let (name, default) = a.name.split_once('=').map_or((a.name, None), |(n, d)| (n, Some(d)));
        optional |= default.is_some();
        match default {
            _ if name.starts_with('*') => format!("{name}: Value"),
            Some(d @ ("None" | "True" | "False")) => format!("{name}: Value = {d}"),
            Some(d) if d.parse::<f64>().is_ok_and(f64::is_finite) || d.starts_with('"') => {
                format!("{name}: Value = {d}")
            }
            Some(_) => format!("{name}: Value = ..."),
            None if optional => format!("{name}: Value = ..."),
            None => format!("{name}: Value"),
        }
    });
    let args: Vec<String> = args.collect();
    let (name, summary) = (entry.word.name, entry.word.summary);
    let _ = writeln!(page, "\n{indent}def {name}({}) -> Signal:", args.join(", "));
    let _ = writeln!(page, "{indent}    r\"\"\"{summary}\"\"\"");
}
