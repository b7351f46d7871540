//! `choice`: the option a response picks, by letter, by text, or by both.

use std::sync::Arc;

use meed_algebra::function::alternatives;
use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::said::{phrase, plain, tag};
use crate::scorer::{ANSWER, Input, Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "choice",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the response picks the reference among options, by letter, by text or by both, else 0.",
        details: "`choices` are the options' texts, A the first (the column `choices` where there is one); without it only letters are read, the first `letters` of the alphabet. \
The reference is a letter, an option's text, or both (\"B. Paris\"). Thinking is cut. What is read is the last `<answer>` tag, else the last `\\boxed{…}`, else what follows the last \"answer is\" or \"answer:\", \
else the whole response. It picks an option when it begins with its letter (\"B\", \"(B)\", \"B. Paris\", \"option B\"), is or contains its text, or has its letter once in brackets or bold. More than one option, or a letter and a text that disagree, is no answer. \
A reference that is no option is absent (`bad_reference`).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "answer", help: "the reference" },
            Arg { name: "choices", help: "the texts of the options" },
            Arg { name: "letters=5", help: "how many letters there are, without `choices`" },
        ],
        examples: &[
            Example {
                code: "choice()",
                with: r#"{"text": [["B", "The answer is (b).", "A or B", "<answer>B. Rome</answer>", "So \\boxed{C}"]], "answer": ["B"]}"#,
                gives: "[[1, 1, 0, 1, 0]]",
            },
            Example {
                code: "choice()",
                with: r#"{"text": [["It is Rome.", "B. Paris", "Paris or Rome", "(B) Rome"]], "answer": ["Rome"], "choices": ["\u001fParis\u001fRome"]}"#,
                gives: "[[1, 0, 0, 1]]",
            },
        ],
    },
    inputs: &[TEXT, ANSWER, Input { name: "choices", column: "choices", required: false }],
    options: &[Opt {
        name: "letters",
        default: Default::Number(5.0),
        help: "how many letters, without choices",
    }],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let letters = options.count("letters", 2..=26)?;
    Ok(Arc::new(Choice { identity: options.identity(), letters }))
}

struct Choice {
    identity: String,
    letters: usize,
}

impl Function for Choice {
    fn name(&self) -> &str {
        "choice"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let one = |i: usize| -> Result<f64, Reason> {
            let (text, answer) = (read(&args[0], i)?, read(&args[1], i)?);
            let choices = args.get(2).map(|choices| read(choices, i)).transpose()?;
            let mut given: Vec<String> =
                choices.iter().flat_map(|cell| alternatives(cell)).map(plain).collect();
            if given.iter().all(String::is_empty) {
                given.clear();
            }
            let letters = if given.is_empty() { self.letters } else { given.len().min(26) };
            let all = Choices { texts: given, letters };
            let gold = all.reference(&answer).ok_or(Reason::BadReference)?;
            let said = outside_thinking(&text).and_then(|text| all.response(&text));
            Ok(f64::from(u8::from(said == Some(gold))))
        };
        Ok(Values::Numbers((0..n).map(|i| one(i).unwrap_or_else(Reason::value)).collect()))
    }
}

/// The options: their texts, normalised, where they are known, and how many there are.
struct Choices {
    texts: Vec<String>,
    letters: usize,
}

impl Choices {
    fn reference(&self, answer: &str) -> Option<usize> {
        let text = plain(answer);
        self.texts.iter().position(|t| *t == text && !t.is_empty()).or_else(|| self.leading(answer)?)
    }

    /// The option a response picks; `None` for none and for several.
    fn response(&self, text: &str) -> Option<usize> {
        let marked = tag(text).or_else(|| boxed(text)).or_else(|| phrase(text));
        match marked {
            Some(content) => self.leading(content).unwrap_or_else(|| self.mentioned(content)),
            None => match self.leading(text) {
                // "(A) is wrong, (B) is right" begins with one of two.
                Some(picked) => {
                    picked.filter(|at| self.set_apart(text).iter().zip(0..).all(|(set, i)| !set || i == *at))
                }
                None => self.mentioned(text),
            },
        }
    }

    /// The option that `content` begins with or is: `Some(None)` where it is more than one.
    fn leading(&self, content: &str) -> Option<Option<usize>> {
        let content = content.trim();
        let whole = plain(content);
        if let Some(at) = self.texts.iter().position(|t| *t == whole && !t.is_empty()) {
            return Some(Some(at));
        }
        let mut rest = content.trim_start_matches(|c: char| c.is_whitespace() || "*_`\"'$\\{".contains(c));
        for word in ["text{", "option ", "Option ", "choice ", "Choice "] {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        let opened = rest.starts_with(['(', '[']);
        let rest = rest.trim_start_matches(['(', '[', '*']);
        let letter = rest.bytes().next()?;
        let at = self.at(letter)?;
        let rest = &rest[1..];
        let closed = rest.trim_start_matches(['*', '_', '}']);
        let set_apart = opened
            || closed.is_empty()
            || closed.starts_with([')', ']', '.', ':', ',', ';', '\n', '"', '\'', '$', '`'])
            || closed.len() < rest.len();
        let words = closed.strip_prefix([' ', '-', '–']).is_some();
        let a_sentence = words && letter.is_ascii_uppercase() && self.reads_on(letter, closed);
        if !(set_apart || a_sentence) {
            return None;
        }
        let rest = closed.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '&');
        if self.names_another(rest, at) {
            return Some(None);
        }
        let said = plain(rest);
        let other = |(i, t): (usize, &String)| {
            i != at && !t.is_empty() && begins(&said, t) && !begins(&said, &self.texts[at])
        };
        Some((!self.texts.iter().enumerate().any(other)).then_some(at))
    }

    fn at(&self, letter: u8) -> Option<usize> {
        let at = letter.to_ascii_uppercase().checked_sub(b'A')? as usize;
        (letter.is_ascii_alphabetic() && at < self.letters).then_some(at)
    }

    /// Whether words after a bare capital let it be a letter: "A" and "I" are words of their own.
    fn reads_on(&self, letter: u8, rest: &str) -> bool {
        if !matches!(letter, b'A' | b'I') {
            return true;
        }
        let rest = rest.trim_start_matches([' ', '-', '–']);
        let goes_on = ["because", "since", "as", "is", "or", "and"].iter().any(|word| {
            rest.strip_prefix(word).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        });
        let text = self.at(letter).and_then(|at| self.texts.get(at));
        goes_on || text.is_some_and(|text| !text.is_empty() && begins(&plain(rest), text))
    }

    /// Whether what follows a letter is another one: "or C", "and C", "/C", ", C".
    fn names_another(&self, rest: &str, at: usize) -> bool {
        let joined = ["or ", "and ", "/", "& "].iter().find_map(|word| rest.strip_prefix(word));
        let after = joined.unwrap_or(rest).trim_start_matches(|c: char| !c.is_alphanumeric());
        let mut bytes = after.bytes();
        let Some(letter) = bytes.next().filter(u8::is_ascii_uppercase) else { return false };
        let ends = !bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
        // A bare "A" or "I" after no joining word begins a sentence.
        let is_word = joined.is_none() && after.len() > 1;
        ends && !is_word && self.at(letter).is_some_and(|other| other != at)
    }

    /// Which letters stand in brackets or bold.
    fn set_apart(&self, text: &str) -> Vec<bool> {
        let mut picked = vec![false; self.letters];
        let bytes = text.as_bytes();
        for (i, letter) in bytes.iter().enumerate() {
            let Some(at) = self.at(*letter).filter(|_| letter.is_ascii_uppercase()) else { continue };
            let before = i.checked_sub(1).map(|i| bytes[i]);
            let after = bytes.get(i + 1).copied();
            let bracketed = matches!(
                (before, after),
                (Some(b'('), Some(b')')) | (Some(b'['), Some(b']')) | (Some(b'*'), Some(b'*'))
            );
            picked[at] |= bracketed;
        }
        picked
    }

    /// The one option that is mentioned by its letter, in brackets or bold, or by its text.
    fn mentioned(&self, text: &str) -> Option<usize> {
        let mut picked = self.set_apart(text);
        let said = plain(text);
        let mut found: Vec<usize> =
            (0..self.texts.len()).filter(|i| has_words(&said, &self.texts[*i])).collect();
        // A text within another that was said too was not said itself.
        let all = found.clone();
        found.retain(|i| {
            !all.iter().any(|j| {
                j != i && self.texts[*j] != self.texts[*i] && has_words(&self.texts[*j], &self.texts[*i])
            })
        });
        found.iter().for_each(|i| picked[*i] = true);
        let mut picked = (0..self.letters).filter(|i| picked[*i]);
        let one = picked.next()?;
        picked.next().is_none().then_some(one)
    }
}

/// Whether a normalised text begins with the words of another.
fn begins(text: &str, words: &str) -> bool {
    !words.is_empty() && text.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether a normalised text has the words of another, one after the other.
fn has_words(text: &str, words: &str) -> bool {
    let whole = |at: usize| {
        let (before, after) = (&text[..at], &text[at + words.len()..]);
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
    };
    !words.is_empty() && text.match_indices(words).any(|(at, _)| whole(at))
}

/// The content of the last closed `\boxed{…}` without braces in it but around `\text`.
fn boxed(text: &str) -> Option<&str> {
    let at = text.rfind("\\boxed{")? + "\\boxed{".len();
    let mut depth = 1;
    let end = text[at..].find(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    })?;
    Some(&text[at..at + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Choices {
        Choices { texts: Vec::new(), letters: 4 }
    }

    fn cities() -> Choices {
        let texts = ["Paris", "Rome", "Paris, Texas", "A dog"].map(plain).to_vec();
        Choices { texts, letters: 4 }
    }

    #[test]
    fn letters_in_any_dress() {
        for text in [
            "B",
            "b",
            "(B)",
            "B.",
            "B)",
            "**B**",
            "B: because",
            "The answer is B.",
            "Answer: (B) 4",
            "option B",
            "answer is \\boxed{B}",
            "\\boxed{\\text{B}}",
            "<answer> B </answer>",
            "Therefore **B** it is",
            "I pick (B) here",
            "The answer is B because A is wrong",
            "B is right",
            "<think>A</think>B",
        ] {
            assert_eq!(outside_thinking(text).and_then(|t| letters().response(&t)), Some(1), "{text}");
        }
    }

    #[test]
    fn several_letters_are_no_answer() {
        for text in [
            "A or B",
            "A and B",
            "A/B",
            "B, C",
            "(A) or (B)",
            "The answer is B or C",
            "(A) is wrong, (B) is right",
            "I do not know",
            "A dog",
            "",
            "E",
        ] {
            assert_eq!(letters().response(text), None, "{text}");
        }
    }

    #[test]
    fn texts_of_options() {
        for (text, at) in [
            ("Rome", Some(1)),
            ("It must be Rome, I think.", Some(1)),
            ("Paris, Texas", Some(2)),
            ("It is Paris, Texas.", Some(2)),
            ("A dog", Some(3)),
            ("A. Paris", Some(0)),
            ("C. Paris, Texas", Some(2)),
            ("B. Paris", None),
            ("Rome or Paris", None),
            ("Romeo", None),
            ("The answer is: Rome", Some(1)),
        ] {
            assert_eq!(cities().response(text), at, "{text}");
        }
        assert_eq!(cities().reference("rome"), Some(1));
        assert_eq!(cities().reference("B. Rome"), Some(1));
        assert_eq!(letters().reference("(c)"), Some(2));
        assert_eq!(letters().reference("Rome"), None);
    }
}
