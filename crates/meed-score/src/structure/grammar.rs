//! `grammar`: the tags of a response come in the order of a grammar.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};
use regex::{Regex, RegexBuilder};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "grammar",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when the tags of a response come as a regular grammar says, else 0: the protocol of an agent's turns.",
        details: "The grammar is a regular expression over blocks: a name stands for `<name>…</name>`, one after another is \
a sequence, `|` a choice, `*`, `+`, `?` and `{2,5}` repeat what is before them, parentheses group. For blocks in \
blocks the tags stand by themselves: `<plan> step+ </plan>`. Tags the grammar does not name are text. White space alone may stand \
outside of blocks, unless `outside`. The time is linear in the text.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "grammar", help: "a regular expression over blocks" },
            Arg { name: "outside=False", help: "whether text may stand outside the blocks" },
        ],
        examples: &[
            Example {
                code: r#"grammar("(think search information)* think answer")"#,
                with: r#"{"text": [["<think>a</think><search>b</search><information>c</information>\n<think>d</think><answer>e</answer>", "<think>a</think><search>b</search><think>d</think><answer>e</answer>", "<think>a</think> so <answer>e</answer>"]]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"grammar("<plan> step{2,} </plan> (tool | answer)")"#,
                with: r#"{"text": [["<plan><step>a</step>\n<step>b</step></plan><tool>c</tool>", "<plan><step>a</step></plan><answer>b</answer>", "<plan><step>a<step>b</step></plan><answer>b</answer>"]]}"#,
                gives: "[[1, 0, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "grammar", default: Default::Required, help: "a regular expression over blocks" },
        Opt { name: "outside", default: Default::Bool(false), help: "text may stand outside the blocks" },
    ],
    build,
};

/// Names a grammar may have.
const MOST_NAMES: usize = 64;
/// Bytes a compiled grammar may take.
const SIZE_LIMIT: usize = 4 << 20;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let written = options.text("grammar")?;
    let grammar = Grammar::compile(written)
        .map_err(|problem| ScoreError::Grammar { grammar: written.into(), problem })?;
    let outside = options.bool("outside")?;
    Ok(per_text(options, move |text| truth(grammar.accepts(text, outside))))
}

struct Grammar {
    names: Vec<String>,
    /// Over one character for each tag.
    tags: Regex,
}

impl Grammar {
    fn compile(written: &str) -> Result<Grammar, String> {
        let mut names: Vec<String> = Vec::new();
        let mut pattern = String::from(r"\A(?:");
        let mut rest = written;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                c if c.is_whitespace() => {}
                '(' => pattern.push_str("(?:"),
                ')' | '|' | '*' | '+' | '?' => pattern.push(c),
                '{' => {
                    let (counts, after) = rest.split_once('}').ok_or("a `{` without its `}`")?;
                    if counts.is_empty() || !counts.chars().all(|c| c.is_ascii_digit() || c == ',') {
                        return Err(format!("`{{{counts}}}` is no number of times such as {{2}} or {{2,5}}"));
                    }
                    pattern.push_str(&format!("{{{counts}}}"));
                    rest = after;
                }
                '<' => {
                    let (tag, after) = rest.split_once('>').ok_or("a `<` without its `>`")?;
                    let (name, closing) = tag.strip_prefix('/').map_or((tag, false), |name| (name, true));
                    pattern.push(symbol(place(&mut names, name.trim())?, closing));
                    rest = after;
                }
                _ => {
                    let len = rest
                        .find(|c: char| c.is_whitespace() || "()|*+?{}<>".contains(c))
                        .unwrap_or(rest.len());
                    let name = format!("{c}{}", &rest[..len]);
                    let place = place(&mut names, &name)?;
                    pattern.push_str(&format!("(?:{}{})", symbol(place, false), symbol(place, true)));
                    rest = &rest[len..];
                }
            }
        }
        pattern.push_str(r")\z");
        let tags = RegexBuilder::new(&pattern).size_limit(SIZE_LIMIT).build();
        // The pattern shown by the error would be one of symbols, which nobody wrote.
        let tags = tags.map_err(|e| match e {
            regex::Error::CompiledTooBig(_) => "it is too large".to_string(),
            _ => "a parenthesis or a repetition is out of place".to_string(),
        })?;
        if names.is_empty() {
            return Err("it names no block".into());
        }
        Ok(Grammar { names, tags })
    }

    fn accepts(&self, text: &str, outside: bool) -> bool {
        let mut tags = String::new();
        // Tags opened and not closed yet; text outside of all stands from `free` on.
        let (mut open, mut free) = (0usize, 0);
        for at in memchr::memchr_iter(b'<', text.as_bytes()) {
            let Some((name, closing, end)) = self.tag(text, at) else { continue };
            if open == 0 && !outside && !is_blank(&text[free..at]) {
                return false;
            }
            tags.push(symbol(name, closing));
            open = if closing { open.saturating_sub(1) } else { open + 1 };
            free = end;
        }
        (outside || open > 0 || is_blank(&text[free..])) && self.tags.is_match(&tags)
    }

    /// The tag at `at`: which name, whether it closes, where it ends.
    fn tag(&self, text: &str, at: usize) -> Option<(usize, bool, usize)> {
        let inner = &text[at + 1..];
        let (inner, closing) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
        let is = |name: &String| inner.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('>'));
        let name = self.names.iter().position(is)?;
        Some((name, closing, text.len() - inner.len() + self.names[name].len() + 1))
    }
}

fn place(names: &mut Vec<String>, name: &str) -> Result<usize, String> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "<>/".contains(c)) {
        return Err(format!("`{name}` is no name of a tag"));
    }
    if let Some(known) = names.iter().position(|own| own == name) {
        return Ok(known);
    }
    if names.len() == MOST_NAMES {
        return Err(format!("it has more than {MOST_NAMES} names"));
    }
    names.push(name.to_string());
    Ok(names.len() - 1)
}

/// The character that stands for a tag, of those Unicode leaves to private use.
fn symbol(name: usize, closing: bool) -> char {
    char::from_u32(0xe000 + 2 * name as u32 + u32::from(closing)).unwrap_or('\u{e000}')
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_grammars_say_what_is_wrong() {
        let problem = |grammar| Grammar::compile(grammar).err().unwrap();
        assert_eq!(problem("(think"), "a parenthesis or a repetition is out of place");
        assert_eq!(problem("think{x}"), "`{x}` is no number of times such as {2} or {2,5}");
        assert_eq!(problem("<think"), "a `<` without its `>`");
        assert_eq!(problem("  "), "it names no block");
        assert_eq!(problem("a{900}{900}{900}"), "it is too large");
    }

    #[test]
    fn blocks_are_whole_tags() {
        let grammar = Grammar::compile("think answer?").unwrap();
        assert!(grammar.accepts("<think>a <b> c</think>", false));
        assert!(!grammar.accepts("<think>a<think>b</think></think>", false));
        assert!(!grammar.accepts("</think><think>", true) && !grammar.accepts("<think>", true));
        assert!(!grammar.accepts("", false) && !grammar.accepts("<thinking>a</thinking>", true));
        assert!(grammar.accepts("so <think>a</think>.", true));
    }
}
