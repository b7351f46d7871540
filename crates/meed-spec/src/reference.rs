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
