//! The program in a response.

use std::borrow::Cow;

use meed_algebra::Arg;
use meed_sandbox::Language;

use crate::options::{Default, Opt};
use crate::search::outside_thinking;

/// A program, and the language its block names.
#[derive(Debug, PartialEq)]
pub(super) struct Code<'t> {
    pub(super) source: Cow<'t, str>,
    pub(super) language: Option<&'static Language>,
}

/// Which fenced block counts.
pub(super) const BLOCKS: [&str; 3] = ["last", "first", "none"];
pub(super) const BLOCK: Opt =
    Opt { name: "block", default: Default::Text("last"), help: "last, first or none" };
pub(super) const BLOCK_ARG: Arg =
    Arg { name: "block=\"last\"", help: "which fenced block is the program: `last`, `first`, `none`" };

/// What programs are written in.
pub(super) const LANGUAGE: Opt =
    Opt { name: "language", default: Default::None, help: "what programs are written in" };
pub(super) const LANGUAGE_ARG: Arg = Arg {
    name: "language=None",
    help: "what programs are written in; else what the block says, else Python",
};

/// The program in a response: a fenced block outside thinking, or all of it where there is none. `None` when the
/// response is still thinking at its end.
pub(super) fn program<'t>(text: &'t str, block: &str) -> Option<Code<'t>> {
    let text = outside_thinking(text)?;
    let blocks = fenced(&text);
    let chosen = match block {
        "first" => blocks.first(),
        "last" => blocks.last(),
        _ => None,
    };
    let (range, language) = match chosen {
        Some((range, tag)) => (range.clone(), Language::named(tag)),
        None => (0..text.len(), None),
    };
    let source = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_string()),
    };
    Some(Code { source, language })
}

/// The fenced blocks: where their content is, and the first word after the fence. A block that never ends goes to
/// the end.
pub(super) fn fenced(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut out = Vec::new();
    let mut open: Option<(usize, &str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (begin, end) = (at, at + line.len());
        at = end;
        let trimmed = line.trim();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        if ticks < 3 {
            continue;
        }
        let rest = trimmed[ticks..].trim();
        match open {
            Some((from, tag, least)) if ticks >= least && rest.is_empty() => {
                out.push((from..begin, tag));
                open = None;
            }
            None => open = Some((end, rest.split([' ', '{', ',']).next().unwrap_or(""), ticks)),
            Some(_) => {}
        }
    }
    if let Some((from, tag, _)) = open {
        out.push((from..text.len(), tag));
    }
    out
}

/// The program to test: a completion of the prompt is joined to it, a program that defines the function itself
/// comes after what the prompt defines.
pub(super) fn completed(code: &str, prompt: Option<&str>, entry: Option<&str>) -> String {
    let (Some(prompt), Some(entry)) = (prompt, entry) else { return code.to_string() };
    if !defines(prompt, entry) {
        return code.to_string();
    }
    if defines(code, entry) { format!("{}\n\n{code}", prompt.trim_end()) } else { format!("{prompt}{code}") }
}

/// Whether a Python text defines a function at its top.
pub(super) fn defines(code: &str, name: &str) -> bool {
    code.lines().any(|line| {
        let rest = line.strip_prefix("async ").unwrap_or(line);
        rest.strip_prefix("def ")
            .or_else(|| rest.strip_prefix("class "))
            .map(str::trim_start)
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.trim_start().starts_with(['(', ':']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str, block: &str) -> Option<String> {
        program(text, block).map(|c| c.source.into_owned())
    }

    #[test]
    fn the_last_block_outside_thinking() {
        let text = "<think>```python\nno\n```</think>\nFirst\n```python\na = 1\n```\nthen\n```py title=x\nb = 2\n```\nDone.";
        assert_eq!(source(text, "last").as_deref(), Some("b = 2\n"));
        assert_eq!(source(text, "first").as_deref(), Some("a = 1\n"));
        assert_eq!(program(text, "last").unwrap().language, Some(Language::python()));
        assert_eq!(source("x = 1", "last").as_deref(), Some("x = 1"));
        assert_eq!(source("<think>x", "last"), None);
    }

    #[test]
    fn fences_of_several_lengths_and_without_end() {
        assert_eq!(source("````\n```\nx\n```\n````", "last").as_deref(), Some("```\nx\n```\n"));
        assert_eq!(source("```python\nx = 1\n", "last").as_deref(), Some("x = 1\n"));
        assert_eq!(source("`x` ```", "last").as_deref(), Some("`x` ```"));
    }

    #[test]
    fn completions_and_whole_functions() {
        let prompt = "import math\n\ndef f(x):\n    \"\"\"doc\"\"\"\n";
        assert_eq!(completed("    return x", Some(prompt), Some("f")), format!("{prompt}    return x"));
        assert!(completed("def f(x):\n    return x", Some(prompt), Some("f")).starts_with("import math"));
        assert_eq!(completed("def f(x): pass", Some("Write f."), Some("f")), "def f(x): pass");
        assert!(!defines("def foo(x): pass", "f") && defines("async def f (x): pass", "f"));
    }
}
