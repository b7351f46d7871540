//! The 25 kinds of instructions of "Instruction-Following Evaluation for Large Language Models", as its published
//! checks decide them.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::ifbench;
use super::python::{Keyword, Whole, count_words, is_json, is_lower, is_upper, pattern, split, strip};
use super::sentences::sentences;
use super::words::{count_capital_words, is_blank};
use crate::text::language::LANGUAGES;

/// Decides whether a response follows one instruction.
pub(crate) type Check = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Why there is no check for an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No instruction has this id.
    Unknown,
    /// An argument is missing, or is not what it must be.
    Argument,
}

/// The ids of IFEval.
pub(crate) const IDS: [&str; 25] = [
    "keywords:existence",
    "keywords:frequency",
    "keywords:forbidden_words",
    "keywords:letter_frequency",
    "language:response_language",
    "length_constraints:number_sentences",
    "length_constraints:number_paragraphs",
    "length_constraints:number_words",
    "length_constraints:nth_paragraph_first_word",
    "detectable_content:number_placeholders",
    "detectable_content:postscript",
    "detectable_format:number_bullet_lists",
    "detectable_format:constrained_response",
    "detectable_format:number_highlighted_sections",
    "detectable_format:multiple_sections",
    "detectable_format:json_format",
    "detectable_format:title",
    "combination:two_responses",
    "combination:repeat_prompt",
    "startend:end_checker",
    "startend:quotation",
    "change_case:capital_word_frequency",
    "change_case:english_capital",
    "change_case:english_lowercase",
    "punctuation:no_comma",
];

/// The arguments of an instruction; null is not given.
pub(crate) struct Arguments<'a>(pub(crate) Option<&'a Map<String, Value>>);

impl Arguments<'_> {
    fn get(&self, name: &str) -> Result<&Value, Fault> {
        self.0.and_then(|map| map.get(name)).filter(|value| !value.is_null()).ok_or(Fault::Argument)
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Fault> {
        self.get(name)?.as_str().ok_or(Fault::Argument)
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &str) -> Result<usize, Fault> {
        let number = self.get(name)?.as_f64().filter(|x| *x >= 0.0 && x.fract() == 0.0 && *x < 1e15);
        number.map(|x| x as usize).ok_or(Fault::Argument)
    }

    /// A number that is not negative.
    pub(crate) fn number(&self, name: &str) -> Result<f64, Fault> {
        self.get(name)?.as_f64().filter(|x| *x >= 0.0).ok_or(Fault::Argument)
    }

    /// A list of texts, at least one.
    fn texts(&self, name: &str) -> Result<Vec<&str>, Fault> {
        let list = self.get(name)?.as_array().filter(|list| !list.is_empty()).ok_or(Fault::Argument)?;
        list.iter().map(|value| value.as_str().ok_or(Fault::Argument)).collect()
    }

    /// A comparison with a count: `less than` or `at least`.
    fn relation(
        &self,
        name: &str,
        count: usize,
    ) -> Result<impl Fn(usize) -> bool + Send + Sync + use<>, Fault> {
        let less = match self.text(name)? {
            "less than" => true,
            "at least" => false,
            _ => return Err(Fault::Argument),
        };
        Ok(move |found: usize| (found < count) == less)
    }
}

/// The check of an instruction.
pub(crate) fn check(id: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match id {
        "keywords:existence" => {
            let words = keywords(&with.texts("keywords")?, Keyword::new)?;
            Box::new(move |text| words.iter().all(|word| word.is_in(text)))
        }
        "keywords:frequency" => {
            let word = Keyword::new(strip(with.text("keyword")?)).ok_or(Fault::Argument)?;
            let enough = with.relation("relation", with.count("frequency")?)?;
            Box::new(move |text| enough(word.count(text)))
        }
        "keywords:forbidden_words" => {
            let words = keywords(&with.texts("forbidden_words")?, Whole::new)?;
            Box::new(move |text| !words.iter().any(|word| word.is_in(text)))
        }
        "keywords:letter_frequency" => {
            let mut letter = with.text("letter")?.chars();
            let letter = letter.next().filter(|c| c.is_ascii_alphabetic() && letter.next().is_none());
            let letter = letter.ok_or(Fault::Argument)?.to_ascii_lowercase();
            let enough = with.relation("let_relation", with.count("let_frequency")?)?;
            Box::new(move |text| enough(count_letter(text, letter)))
        }
        "language:response_language" => {
            let language = with.text("language")?.to_string();
            if !LANGUAGES.langlist().contains(&language) {
                return Err(Fault::Argument);
            }
            // Where no language can be told, as in a text of digits, the instruction counts as followed.
            Box::new(move |text| LANGUAGES.detect(text).map_or(true, |found| found == language))
        }
        "length_constraints:number_sentences" => {
            let enough = with.relation("relation", with.count("num_sentences")?)?;
            Box::new(move |text| enough(sentences(text).len()))
        }
        "length_constraints:number_paragraphs" => {
            let count = with.count("num_paragraphs")?;
            Box::new(move |text| divided_paragraphs(text) == Some(count))
        }
        "length_constraints:number_words" => {
            let enough = with.relation("relation", with.count("num_words")?)?;
            Box::new(move |text| enough(count_words(text)))
        }
        "length_constraints:nth_paragraph_first_word" => {
            let (count, nth) = (with.count("num_paragraphs")?, with.count("nth_paragraph")?);
            if nth == 0 || nth > count {
                return Err(Fault::Argument);
            }
            let word = with.text("first_word")?.to_lowercase();
            Box::new(move |text| first_word(text, count, nth).is_some_and(|found| found == word))
        }
        "detectable_content:number_placeholders" => {
            let count = with.count("num_placeholders")?;
            Box::new(move |text| count_placeholders(text) >= count)
        }
        "detectable_content:postscript" => postscript(strip(with.text("postscript_marker")?))?,
        "detectable_format:number_bullet_lists" => {
            let count = with.count("num_bullets")?;
            Box::new(move |text| count_bullets(text) == count)
        }
        "detectable_format:constrained_response" => Box::new(|text| {
            ["My answer is yes.", "My answer is no.", "My answer is maybe."].iter().any(|o| text.contains(o))
        }),
        "detectable_format:number_highlighted_sections" => {
            let count = with.count("num_highlights")?;
            Box::new(move |text| count_highlights(text) >= count)
        }
        "detectable_format:multiple_sections" => {
            let splitter = strip(with.text("section_spliter")?);
            let splitter = pattern(&format!(r"\s?{splitter}\s?\d+\s?"), false).ok_or(Fault::Argument)?;
            let count = with.count("num_sections")?;
            Box::new(move |text| splitter.find_iter(text).count() >= count)
        }
        "detectable_format:json_format" => Box::new(|text| is_json(unfenced(text))),
        "detectable_format:title" => Box::new(has_title),
        "combination:two_responses" => Box::new(are_two_responses),
        "combination:repeat_prompt" => {
            let prompt = strip(with.text("prompt_to_repeat")?).to_lowercase();
            if prompt.is_empty() {
                return Err(Fault::Argument);
            }
            Box::new(move |text| strip(text).to_lowercase().starts_with(&prompt))
        }
        "startend:end_checker" => {
            let end = strip(with.text("end_phrase")?).to_lowercase();
            Box::new(move |text| strip(text).trim_matches('"').to_lowercase().ends_with(&end))
        }
        "startend:quotation" => Box::new(|text| {
            let text = strip(text);
            text.len() > 1 && text.starts_with('"') && text.ends_with('"')
        }),
        "change_case:capital_word_frequency" => {
            let enough = with.relation("capital_relation", with.count("capital_frequency")?)?;
            Box::new(move |text| enough(count_capital_words(text)))
        }
        "change_case:english_capital" => Box::new(|text| is_upper(text) && is_english(text)),
        "change_case:english_lowercase" => Box::new(|text| is_lower(text) && is_english(text)),
        "punctuation:no_comma" => Box::new(|text| !text.contains(',')),
        _ => return ifbench::check(id, with),
    })
}

fn is_english(text: &str) -> bool {
    LANGUAGES.detect(text).map_or(true, |language| language == "en")
}

fn keywords<T>(words: &[&str], build: fn(&str) -> Option<T>) -> Result<Vec<T>, Fault> {
    words.iter().map(|word| build(word).ok_or(Fault::Argument)).collect()
}

/// How often an ASCII letter occurs in the text in lower case.
fn count_letter(text: &str, letter: char) -> usize {
    if text.is_ascii() {
        let (lower, upper) = (letter as u8, letter.to_ascii_uppercase() as u8);
        return memchr::memchr2_iter(lower, upper, text.as_bytes()).count();
    }
    text.chars().flat_map(char::to_lowercase).filter(|c| *c == letter).count()
}

/// Paragraphs between `***` dividers; `None` when one in the middle is blank.
fn divided_paragraphs(text: &str) -> Option<usize> {
    let parts: Vec<&str> = text.split("***").collect();
    let mut count = parts.len();
    for (i, part) in parts.iter().enumerate() {
        // A divider takes one white space on either side with it; what is blank stays blank.
        if is_blank(part) {
            if i > 0 && i + 1 < parts.len() {
                return None;
            }
            count -= 1;
        }
    }
    Some(count)
}

/// The first word of paragraph `nth`, in lower case and up to punctuation, when there are `count` paragraphs.
fn first_word(text: &str, count: usize, nth: usize) -> Option<String> {
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let filled = paragraphs.iter().filter(|p| !is_blank(p)).count();
    if filled != count || nth > filled {
        return None;
    }
    let word = split(paragraphs[nth - 1]).next()?;
    let word = word.trim_start_matches('\'').trim_start_matches('"');
    Some(word.chars().take_while(|c| !".,?!'\"".contains(*c)).flat_map(char::to_lowercase).collect())
}

/// `[…]` on one line.
fn count_placeholders(text: &str) -> usize {
    let (mut count, mut open) = (0, false);
    for byte in text.bytes() {
        match byte {
            b'[' => open = true,
            b'\n' => open = false,
            b']' if open => {
                count += 1;
                open = false;
            }
            _ => {}
        }
    }
    count
}

fn postscript(marker: &str) -> Result<Check, Fault> {
    let marker = match marker {
        "P.P.S" => r"p\.\s?p\.\s?s".to_string(),
        "P.S." => r"p\.\s?s\.".to_string(),
        other => other.to_lowercase(),
    };
    let marker = pattern(&marker, false).ok_or(Fault::Argument)?;
    Ok(Box::new(move |text| marker.is_match(&text.to_lowercase())))
}

/// Lines that begin with `*` or `-`.
fn count_bullets(text: &str) -> usize {
    static STAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^[\s\x1c-\x1f]*\*[^*].*$").expect("a pattern"));
    static DASH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^[\s\x1c-\x1f]*-.*$").expect("a pattern"));
    STAR.find_iter(text).count() + DASH.find_iter(text).count()
}

/// `*…*` and `**…**` on one line, with something inside.
fn count_highlights(text: &str) -> usize {
    static SINGLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\*[^\n*]*\*").expect("a pattern"));
    static DOUBLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\*\*[^\n*]*\*\*").expect("a pattern"));
    if memchr::memchr(b'*', text.as_bytes()).is_none() {
        return 0;
    }
    let filled =
        |pattern: &Regex| pattern.find_iter(text).filter(|m| !is_blank(m.as_str().trim_matches('*'))).count();
    filled(&SINGLE) + filled(&DOUBLE)
}

/// The text without a code fence around it.
fn unfenced(text: &str) -> &str {
    let mut text = strip(text);
    for fence in ["```json", "```Json", "```JSON", "```"] {
        text = text.strip_prefix(fence).unwrap_or(text);
    }
    strip(text.strip_suffix("```").unwrap_or(text))
}

/// `<<…>>` on one line, with something inside.
fn has_title(text: &str) -> bool {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<<[^\n]+>>").expect("a pattern"));
    TITLE.find_iter(text).any(|m| !is_blank(m.as_str().trim_start_matches('<').trim_end_matches('>')))
}

/// Two different parts between `******`.
fn are_two_responses(text: &str) -> bool {
    let parts: Vec<&str> = text.split("******").collect();
    let mut filled = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let part = strip(part);
        if !part.is_empty() {
            filled.push(part);
        } else if i > 0 && i + 1 < parts.len() {
            return false;
        }
    }
    filled.len() == 2 && filled[0] != filled[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_check_and_no_other() {
        for id in IDS {
            assert_ne!(check(id, &Arguments(None)).err(), Some(Fault::Unknown), "{id}");
        }
        assert_eq!(check("keywords:exist", &Arguments(None)).err(), Some(Fault::Unknown));
    }
}
