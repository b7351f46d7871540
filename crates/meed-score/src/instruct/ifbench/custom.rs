//! Instructions for one prompt each.

use std::sync::LazyLock;

use regex::Regex;

use super::{bare, digits, simple_sentences, unpunctuated};
use crate::instruct::kinds::{Check, Fault};
use crate::instruct::python::{split, strip};

/// The check of `custom:<name>`.
pub(super) fn check(name: &str) -> Result<Check, Fault> {
    Ok(match name {
        "multiples" => Box::new(|text| {
            digits().find_iter(text).map(|m| m.as_str()).eq(["14", "21", "28", "35", "42", "49"])
        }),
        "mcq_count_length" => Box::new(growing_questions),
        "reverse_newline" => Box::new(reversed_countries),
        "word_reverse" => Box::new(|text| {
            let text = unpunctuated(strip(&text.to_lowercase()));
            let reversed = split(&text).rev().collect::<Vec<_>>().join(" ");
            reversed.contains("bald eagle") && simple_sentences(&reversed).contains(&reversed)
        }),
        "character_reverse" => Box::new(|text| text.to_lowercase().contains("elgae dlab")),
        "sentence_alphabet" => Box::new(|text| {
            let sentences = simple_sentences(text);
            let starts = |(s, letter): (&String, char)| s.to_lowercase().starts_with(letter);
            sentences.len() == 26 && sentences.iter().zip('a'..='z').all(starts)
        }),
        "european_capitals_sort" => Box::new(|text| {
            let text = to_ascii(text);
            text.split(',').map(strip).filter(|c| !c.is_empty()).eq(CAPITALS)
        }),
        "csv_city" => Box::new(|text| {
            let rows = read_csv(text, ',');
            rows.len() == 8
                && rows[0] == ["ID", "Country", "City", "Year", "Count"]
                && rows.iter().all(|row| row.len() == 5)
        }),
        "csv_special_character" => Box::new(csv_with_special_character),
        "csv_quotes" => Box::new(csv_of_quotes),
        "date_format_list" => Box::new(|text| strip(text).split(',').all(|date| is_date(strip(date)))),
        _ => return Err(Fault::Unknown),
    })
}

/// Four questions, each longer than the one before, with five options each.
fn growing_questions(text: &str) -> bool {
    static QUESTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\n*(?:Question \d+[.|):;]?[\s\x1c-\x1f]*)").expect("a pattern"));
    static OPTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\A[A-Ea-e][.|)][\s\x1c-\x1f]*[\p{L}\p{N}_]").expect("a pattern"));
    if !text.starts_with("Question") {
        // As published: without the word, the text is compared with its last character.
        return false;
    }
    let questions: Vec<&str> = QUESTION.split(text).map(strip).filter(|q| !q.is_empty()).collect();
    let mut lengths = Vec::new();
    for question in &questions {
        let (mut written, mut options) = (String::new(), 0);
        for line in question.split('\n').map(strip) {
            if OPTION.is_match(line) {
                options += 1;
            } else if options == 0 {
                written.push(' ');
                written.push_str(line);
            }
        }
        if options != 5 {
            return false;
        }
        lengths.push(strip(&written).chars().count());
    }
    questions.len() == 4 && lengths.windows(2).all(|pair| pair[0] < pair[1])
}

/// From Zimbabwe on at least 52 lines, in reverse order.
fn reversed_countries(text: &str) -> bool {
    let lines: Vec<&str> = text.split('\n').map(bare).filter(|line| !line.is_empty()).collect();
    let Some(start) = lines.iter().position(|line| line.contains("Zimbabwe")) else { return false };
    let lines: Vec<String> = lines[start..].iter().map(|line| to_ascii(line)).collect();
    lines.len() >= 52 && lines.windows(2).all(|pair| pair[0] >= pair[1])
}

/// The text without accents, and without what is not ASCII then.
fn to_ascii(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkd().filter(char::is_ascii).collect()
}

const CAPITALS: [&str; 27] = [
    "Reykjavik",
    "Helsinki",
    "Oslo",
    "Tallinn",
    "Stockholm",
    "Riga",
    "Moscow",
    "Copenhagen",
    "Vilnius",
    "Minsk",
    "Dublin",
    "Berlin",
    "Amsterdam",
    "Warsaw",
    "London",
    "Brussels",
    "Prague",
    "Luxembourg",
    "Paris",
    "Vienna",
    "Bratislava",
    "Budapest",
    "Vaduz",
    "Chisinau",
    "Bern",
    "Ljubljana",
    "Zagreb",
];

/// Fifteen rows of products, one of them with a quoted field that holds a special character.
fn csv_with_special_character(text: &str) -> bool {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\A(ProductID|"ProductID"),[ \t]*(Category|"Category"),[ \t]*(Brand|"Brand"),[ \t]*(Price|"Price"),[ \t]*(Stock|"Stock")\z"#)
            .expect("a pattern")
    });
    static SPECIAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\A".*[^\d\p{L}\p{N}_\s\x1c-\x1f].*""#).expect("a pattern"));
    if !HEADER.is_match(strip(text.split('\n').next().unwrap_or(""))) {
        return false;
    }
    // Tripled, quotes survive the reading.
    let rows = read_csv(&text.replace('"', "\"\"\""), ',');
    if rows.len() != 15 {
        return false;
    }
    for row in &rows[1..] {
        if row.len() != 5 {
            return false;
        }
        if row.iter().any(|field| SPECIAL.is_match(field)) {
            return true;
        }
    }
    false
}

/// Four rows of grades between tabs, every field in quotes.
fn csv_of_quotes(text: &str) -> bool {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\A(StudentID|"StudentID")\t *(Subject|"Subject")\t *(Grade|"Grade")\t *(Semester|"Semester")\t *(Score|"Score")\z"#)
            .expect("a pattern")
    });
    if !HEADER.is_match(strip(text.split('\n').next().unwrap_or(""))) {
        return false;
    }
    let rows = read_csv(&text.replace('"', "\"\"\""), '\t');
    let quoted = |field: &String| strip(field).starts_with('"') && strip(field).ends_with('"');
    rows.len() == 4 && rows.iter().all(|row| row.len() == 5 && row.iter().all(quoted))
}

/// The rows of a table, as Python's `csv` reads them: quotes double inside quotes, and what is not closed ends with
/// the text.
fn read_csv(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut started) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '"' if chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => quoted = false,
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() && !started => {
                quoted = true;
                started = true;
            }
            '\n' | '\r' => {
                if c == '\r' {
                    let _ = chars.next_if_eq(&'\n');
                }
                if !row.is_empty() || started {
                    row.push(std::mem::take(&mut field));
                }
                rows.push(std::mem::take(&mut row));
                started = false;
            }
            c if c == separator => {
                row.push(std::mem::take(&mut field));
                started = false;
            }
            c => {
                field.push(c);
                started = true;
            }
        }
    }
    if !row.is_empty() || started {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// `YYYY-MM-DD` between 1769 and 1821.
fn is_date(date: &str) -> bool {
    static DATE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})\z").expect("a pattern"));
    let Some(parts) = DATE.captures(date) else { return false };
    let [year, month, day] = [1, 2, 3].map(|i| parts[i].parse::<u32>().unwrap_or(u32::MAX));
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        0 => u32::MAX,
        _ => 31,
    };
    (1769..=1821).contains(&year) && month <= 12 && day <= days
}
