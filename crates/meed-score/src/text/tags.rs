//! `tags`: whether a response keeps to a format of tagged blocks.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "tags",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "1 when the response is made of the named `<tag>…</tag>` blocks, else 0.",
        details: "The conditions: each name has a block; with `once`, exactly one opening and one closing; with `order`, \
blocks come in the order of the names and none inside another; without `outside`, nothing but white space stands outside \
of them. Order and outside hold only where every name has a block. With `partial` the score is the share of conditions that hold, \
two for each name (one without `once`), one for the order of several names, one for nothing outside.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "names=[\"think\", \"answer\"]", help: "names of the tags, in their order" },
            Arg { name: "order=True", help: "whether the blocks must come in this order" },
            Arg { name: "once=True", help: "whether each tag opens and closes exactly once" },
            Arg { name: "outside=False", help: "whether text may stand outside the blocks" },
            Arg { name: "partial=False", help: "whether to give the share of conditions that hold" },
        ],
        examples: &[
            Example {
                code: "tags()",
                with: r#"{"text": [["<think>6 × 7</think>\n<answer>42</answer>", "<think>6 × 7</think> 42", "<answer>42</answer><think>ok</think>"]]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: "tags(partial=True)",
                with: r#"{"text": [["<think>6 × 7</think> 42", "<answer>42</answer><think>ok</think>", "42"]]}"#,
                gives: "[[0.3333333333333333, 0.8333333333333334, 0]]",
            },
            Example {
                code: r#"tags(names=["answer"], outside=True)"#,
                with: r#"{"text": [["So <answer>42</answer>.", "<answer>4</answer><answer>2</answer>"]]}"#,
                gives: "[[1, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt {
            name: "names",
            default: Default::Texts(&["think", "answer"]),
            help: "names of the tags, in order",
        },
        Opt { name: "order", default: Default::Bool(true), help: "blocks must come in this order" },
        Opt { name: "once", default: Default::Bool(true), help: "each tag opens and closes exactly once" },
        Opt { name: "outside", default: Default::Bool(false), help: "text may stand outside the blocks" },
        Opt {
            name: "partial",
            default: Default::Bool(false),
            help: "give the share of conditions that hold",
        },
    ],
    build,
};

/// Names a format may have.
const MAX_NAMES: usize = 16;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let names = options.texts("names")?;
    let usable =
        |name: &String| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "<>/".contains(c));
    let distinct = names.iter().enumerate().all(|(i, name)| !names[..i].contains(name));
    if !names.iter().all(usable) || !distinct || names.len() > MAX_NAMES {
        return Err(
            options.bad("names", format!("at most {MAX_NAMES} different tag names such as \"think\""))
        );
    }
    let format = Format {
        names,
        order: options.bool("order")?,
        once: options.bool("once")?,
        outside: options.bool("outside")?,
    };
    let partial = options.bool("partial")?;
    Ok(per_text(options, move |text| {
        let (held, all) = format.conditions(text);
        if partial { Ok(held as f64 / all as f64) } else { truth(held == all) }
    }))
}

struct Format {
    names: Vec<String>,
    order: bool,
    once: bool,
    outside: bool,
}

/// What is seen of one tag.
#[derive(Clone, Copy, Default)]
struct Seen {
    opened: usize,
    closed: usize,
    first_opening: usize,
    last_closing: usize,
}

impl Seen {
    fn is_block(&self) -> bool {
        self.opened > 0 && self.closed > 0 && self.first_opening < self.last_closing
    }
}

impl Format {
    /// How many conditions hold, of how many.
    fn conditions(&self, text: &str) -> (usize, usize) {
        let (seen, clean) = self.read(text);
        let seen = &seen[..self.names.len()];
        let blocks = seen.iter().filter(|s| s.is_block()).count();
        let complete = blocks == seen.len();
        let (mut held, mut all) = (blocks, seen.len());
        if self.once {
            held += seen.iter().filter(|s| s.is_block() && s.opened == 1 && s.closed == 1).count();
            all += seen.len();
        }
        if self.order && seen.len() > 1 {
            let in_order = seen.windows(2).all(|w| w[0].last_closing < w[1].first_opening);
            held += usize::from(complete && in_order);
            all += 1;
        }
        if !self.outside {
            held += usize::from(complete && clean);
            all += 1;
        }
        (held, all)
    }

    /// Every tag seen, and whether only white space stands outside of blocks.
    fn read(&self, text: &str) -> ([Seen; MAX_NAMES], bool) {
        let mut seen = [Seen::default(); MAX_NAMES];
        let mut block: Option<usize> = None;
        let mut clean = true;
        let mut outside_from = 0;
        for at in memchr::memchr_iter(b'<', text.as_bytes()) {
            let Some((name, closing, end)) = self.tag(text, at) else { continue };
            let tag = &mut seen[name];
            if closing {
                tag.closed += 1;
                tag.last_closing = at;
            } else {
                tag.opened += 1;
                if tag.opened == 1 {
                    tag.first_opening = at;
                }
            }
            match block {
                None => {
                    clean &= !closing && is_blank(&text[outside_from..at]);
                    block = (!closing).then_some(name);
                    outside_from = end;
                }
                Some(open) if closing && open == name => {
                    block = None;
                    outside_from = end;
                }
                Some(_) => {}
            }
        }
        (seen, clean && block.is_none() && is_blank(&text[outside_from..]))
    }

    /// The tag at `at`: which name, whether it closes, where it ends.
    fn tag(&self, text: &str, at: usize) -> Option<(usize, bool, usize)> {
        let bytes = text.as_bytes();
        let closing = bytes.get(at + 1) == Some(&b'/');
        let start = at + 1 + usize::from(closing);
        let is = |name: &str| {
            bytes[start..].starts_with(name.as_bytes()) && bytes.get(start + name.len()) == Some(&b'>')
        };
        let name = self.names.iter().position(|name| is(name))?;
        Some((name, closing, start + self.names[name].len() + 1))
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn think_answer() -> Format {
        Format { names: vec!["think".into(), "answer".into()], order: true, once: true, outside: false }
    }

    #[test]
    fn every_way_to_break_the_format() {
        let format = think_answer();
        for (text, held) in [
            ("<think>a</think><answer>b</answer>", 6),
            (" \n<think></think>\n\n<answer></answer>\n", 6),
            ("so <think>a</think><answer>b</answer>", 5),
            ("<think>a</think><answer>b</answer> done", 5),
            ("<answer>b</answer><think>a</think>", 5),
            ("<think>a<answer>b</answer></think>", 5),
            ("<think>a</think><think>a</think><answer>b</answer>", 5),
            ("<think>a</think><answer>b", 2),
            ("<think>a<answer>b</answer>", 2),
            ("</think>a<think><answer>b</answer>", 2),
            ("<Think>a</Think>", 0),
            ("", 0),
            ("< think>< /think>", 0),
        ] {
            assert_eq!(format.conditions(text), (held, 6), "{text}");
        }
    }

    #[test]
    fn several_rounds_without_once() {
        let format = Format { once: false, ..think_answer() };
        assert_eq!(format.conditions("<think>a</think> <think>b</think><answer>c</answer>"), (4, 4));
        assert_eq!(format.conditions("<think>a</think> no <think>b</think><answer>c</answer>"), (3, 4));
        assert_eq!(format.conditions("<think>a</think><answer>c</answer><think>b</think>"), (3, 4));
    }

    #[test]
    fn a_name_may_begin_another() {
        let names = vec!["think".into(), "thinking".into()];
        let format = Format { names, ..think_answer() };
        assert_eq!(format.conditions("<think>a</think><thinking>b</thinking>"), (6, 6));
    }
}
