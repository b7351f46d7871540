//! The kinds of instructions of "Generalizing Verifiable Instruction Following" (IFBench), as its published checks
//! decide them. Four kinds are not here: they need a tagger of parts of speech (`words:start_verb`), a dictionary of
//! syllables (`words:odd_even_syllables`), a list of stop words (`ratio:stop_words`) and of emoji (`format:emoji`).

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::LazyLock;

use regex::Regex;

use super::kinds::{Arguments, Check, Fault};
use super::python::{count_words, is_lower, is_punctuation, is_space, is_upper, split, strip};
use super::words::{is_blank, words};

mod custom;

/// The ids there are checks for.
pub(crate) const IDS: [&str; 54] = [
    "count:word_count_range",
    "count:unique_word_count",
    "count:conjunctions",
    "count:person_names",
    "count:numbers",
    "count:punctuation",
    "count:words_japanese",
    "count:pronouns",
    "count:keywords_multiple",
    "ratio:sentence_type",
    "ratio:sentence_balance",
    "ratio:sentence_words",
    "ratio:overlap",
    "words:alphabet",
    "words:vowel",
    "words:consonants",
    "words:palindrome",
    "words:prime_lengths",
    "words:repeats",
    "words:last_first",
    "words:paragraph_last_first",
    "words:no_consecutive",
    "words:keywords_specific_position",
    "words:words_position",
    "sentence:alliteration_increment",
    "sentence:keyword",
    "sentence:increment",
    "format:parentheses",
    "format:quotes",
    "format:options",
    "format:newline",
    "format:line_indent",
    "format:quote_unquote",
    "format:list",
    "format:thesis",
    "format:sub-bullets",
    "format:no_bullets_bullets",
    "format:title_case",
    "format:output_template",
    "format:no_whitespace",
    "repeat:repeat_change",
    "repeat:repeat_simple",
    "repeat:repeat_span",
    "custom:multiples",
    "custom:mcq_count_length",
    "custom:reverse_newline",
    "custom:word_reverse",
    "custom:character_reverse",
    "custom:sentence_alphabet",
    "custom:european_capitals_sort",
    "custom:csv_city",
    "custom:csv_special_character",
    "custom:csv_quotes",
    "custom:date_format_list",
];

/// The check of an instruction.
pub(crate) fn check(id: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    let (family, name) = id.split_once(':').ok_or(Fault::Unknown)?;
    match family {
        "count" => counts(name, with),
        "ratio" => ratios(name, with),
        "words" => of_words(name, with),
        "sentence" => of_sentences(name, with),
        "format" => formats(name, with),
        "repeat" => repeats(name, with),
        "custom" => custom::check(name),
        _ => Err(Fault::Unknown),
    }
}

fn counts(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match name {
        "word_count_range" => {
            let range = with.count("min_words")?..=with.count("max_words")?;
            Box::new(move |text| range.contains(&count_words(text)))
        }
        "unique_word_count" => {
            let n = with.count("N")?;
            Box::new(move |text| {
                let lower = text.to_lowercase();
                split(&lower).map(bare).collect::<HashSet<_>>().len() >= n
            })
        }
        "conjunctions" => {
            let n = with.count("small_n")?;
            Box::new(move |text| {
                let is = |word: &&str| {
                    let word = bare(word).to_lowercase();
                    ["and", "but", "for", "nor", "or", "so", "yet"].contains(&word.as_str())
                };
                // As published: `And` and `and` are two.
                split(text).filter(is).collect::<HashSet<_>>().len() >= n
            })
        }
        "person_names" => {
            let n = with.count("N")?;
            Box::new(move |text| NAMES.iter().filter(|name| text.contains(**name)).count() >= n)
        }
        "numbers" => {
            let n = with.count("N")?;
            Box::new(move |text| digits().find_iter(&unpunctuated(text)).count() == n)
        }
        "punctuation" => Box::new(covers_punctuation),
        "words_japanese" => {
            let n = with.count("N").and_then(|n| if n == 0 { Err(Fault::Argument) } else { Ok(n) })?;
            Box::new(move |text| {
                let japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
                let mut nth = split(text).skip(n - 1).step_by(n).map(bare);
                nth.all(|word| {
                    word.is_empty() || word.chars().all(char::is_numeric) || word.contains(japanese)
                })
            })
        }
        "pronouns" => {
            let n = with.count("N")?;
            Box::new(move |text| {
                let text = unpunctuated(&text.replace('/', " ").to_lowercase());
                split(&text).filter(|word| PRONOUNS.contains(word)).count() >= n
            })
        }
        "keywords_multiple" => {
            let word = |i: usize| with.text(&format!("keyword{i}")).map(|word| strip(word).to_lowercase());
            let words = (1..=5).map(word).collect::<Result<Vec<_>, _>>()?;
            Box::new(move |text| {
                let text = text.to_lowercase();
                words.iter().zip([1, 2, 3, 5, 7]).all(|(word, n)| text.matches(word.as_str()).count() == n)
            })
        }
        _ => return Err(Fault::Unknown),
    })
}

fn ratios(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    let ending = |sentences: &[String], mark| sentences.iter().filter(|s| s.ends_with(mark)).count();
    Ok(match name {
        "sentence_type" => Box::new(move |text| {
            let sentences = simple_sentences(text);
            ending(&sentences, '.') == 2 * ending(&sentences, '?')
        }),
        "sentence_balance" => Box::new(move |text| {
            let sentences = simple_sentences(text);
            let [a, b, c] = ['.', '?', '!'].map(|mark| ending(&sentences, mark));
            a == b && b == c
        }),
        "sentence_words" => Box::new(|text| {
            let lengths: Vec<usize> = simple_sentences(text).iter().map(|s| s.chars().count()).collect();
            lengths.len() == 3 && lengths.iter().all(|n| *n == lengths[0])
        }),
        "overlap" => {
            let (reference, share) = (trigrams(with.text("reference_text")?), with.number("percentage")?);
            Box::new(move |text| {
                let own = trigrams(text);
                let common = own.intersection(&reference).count() as f64 / own.len() as f64 * 100.0;
                share - 2.0 <= common && common <= share + 2.0
            })
        }
        _ => return Err(Fault::Unknown),
    })
}

fn of_words(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match name {
        "alphabet" => Box::new(loops_alphabet),
        "vowel" => Box::new(|text| {
            let text = strip(text).to_lowercase();
            !text.contains('\n') && "aeiou".chars().filter(|vowel| text.contains(*vowel)).count() <= 3
        }),
        "consonants" => Box::new(|text| {
            let is = |b: &u8| b.is_ascii_lowercase() && !b"aeiou".contains(b);
            split(&text.to_lowercase()).all(|word| word.as_bytes().windows(2).any(|w| is(&w[0]) && is(&w[1])))
        }),
        "palindrome" => Box::new(|text| {
            let text = unpunctuated(text).to_lowercase();
            let is = |word: &&str| word.chars().count() >= 5 && word.chars().eq(word.chars().rev());
            split(&text).filter(is).count() >= 10
        }),
        "prime_lengths" => Box::new(|text| {
            let is_prime = |n: usize| (2..100).contains(&n) && (2..n).all(|d| !n.is_multiple_of(d));
            split(&unpunctuated(text)).all(|word| is_prime(word.chars().count()))
        }),
        "repeats" => {
            let n = with.count("small_n")?;
            Box::new(move |text| {
                let text = unpunctuated(&text.to_lowercase());
                let mut seen: HashMap<&str, usize> = HashMap::new();
                split(&text).for_each(|word| *seen.entry(word).or_default() += 1);
                seen.values().all(|count| *count <= n)
            })
        }
        "last_first" => Box::new(|text| {
            simple_sentences(text).windows(2).all(|pair| {
                let last = split(pair[0].trim_end_matches(is_edge)).next_back();
                let first = split(pair[1].trim_start_matches(is_edge)).next();
                last.zip(first).is_some_and(|(a, b)| a.to_lowercase() == b.to_lowercase())
            })
        }),
        "paragraph_last_first" => Box::new(|text| {
            let text = text.to_lowercase();
            text.split('\n').all(|paragraph| {
                let mut words = split(bare(strip(paragraph)));
                let first = words.next();
                words.next_back().is_none_or(|last| Some(last) == first)
            })
        }),
        "no_consecutive" => Box::new(|text| {
            let text = unpunctuated(&text.to_lowercase());
            let first: Vec<_> = split(&text).map(|word| word.chars().next()).collect();
            first.windows(2).all(|pair| pair[0] != pair[1])
        }),
        "keywords_specific_position" => {
            let (n, m) = (with.count("n")?, with.count("m")?);
            let keyword = strip(with.text("keyword")?).to_string();
            if n == 0 || m == 0 {
                return Err(Fault::Argument);
            }
            Box::new(move |text| {
                let sentences = simple_sentences(text);
                sentences.get(n - 1).is_some_and(|s| words(s).get(m - 1).is_some_and(|word| *word == keyword))
            })
        }
        "words_position" => {
            let keyword = strip(with.text("keyword")?).to_string();
            Box::new(move |text| {
                let words = words(text);
                words.len() > 1 && words[1] == keyword && words[words.len() - 2] == keyword
            })
        }
        _ => return Err(Fault::Unknown),
    })
}

fn of_sentences(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match name {
        "alliteration_increment" => Box::new(|text| {
            let mut before = -1;
            simple_sentences(text).iter().all(|sentence| {
                let grown = alliteration(sentence) > before;
                before = alliteration(sentence);
                grown
            })
        }),
        "keyword" => {
            let (word, n) = (with.text("word")?.to_lowercase(), with.count("N")?);
            Box::new(move |text| {
                let sentences = simple_sentences(text);
                // As published: the sentence before the first is the last.
                let place = if n == 0 { sentences.len().checked_sub(1) } else { Some(n - 1) };
                place.and_then(|i| sentences.get(i)).is_some_and(|s| s.to_lowercase().contains(&word))
            })
        }
        "increment" => {
            let n = with.count("small_n")?;
            Box::new(move |text| {
                let count = |sentence: &String| split(&unpunctuated(sentence)).count();
                let counts: Vec<usize> = simple_sentences(text).iter().map(count).collect();
                !counts.is_empty() && counts.windows(2).all(|pair| pair[1] == pair[0] + n)
            })
        }
        _ => return Err(Fault::Unknown),
    })
}

fn formats(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match name {
        "parentheses" => Box::new(nests_parentheses),
        "quotes" => Box::new(nests_quotes),
        "options" => options(with.text("options")?),
        "newline" => Box::new(|text| {
            let text = unpunctuated(text);
            let text = strip(&text);
            text.split('\n').filter(|line| !line.is_empty()).count() == split(text).count()
        }),
        "line_indent" => Box::new(|text| {
            let indent = |line: &&str| line.len() - line.trim_start_matches(' ').len();
            let indents: Vec<usize> = nearly_without_blank(text).iter().map(indent).collect();
            indents.windows(2).all(|pair| pair[1] > pair[0])
        }),
        "quote_unquote" => Box::new(|text| {
            let text: String = text
                .replace(['“', '”'], "\"")
                .replace("'\"'", "")
                .chars()
                .filter(|c| !is_space(*c))
                .collect();
            let edge = |c: char| c.is_ascii_digit() || (is_punctuation(c) && c != '"');
            !text.contains("\"\"") && text.trim_matches(edge).chars().next_back().is_some_and(|c| c != '"')
        }),
        "list" => {
            let separator = with.text("sep")?.to_string();
            Box::new(move |text| text.matches(separator.as_str()).count() >= 2)
        }
        "thesis" => Box::new(|text| {
            let Some(from) = text.find("<i>").or_else(|| text.find("<em>")) else { return false };
            let text = &text[from..];
            let Some(end) = text.find("</i>").or_else(|| text.find("</em>")) else { return false };
            !is_blank(text.get(3..end).unwrap_or("")) && !is_blank(&text[end + 4..])
        }),
        "sub-bullets" => Box::new(|text| text.split('*').skip(1).all(|bullet| bullet.contains('-'))),
        "no_bullets_bullets" => Box::new(sentences_then_bullets),
        "title_case" => Box::new(|text| {
            words(text).iter().all(|word| {
                let len = word.chars().next().map_or(0, char::len_utf8);
                let (first, rest) = word.split_at(len);
                !(is_lower(first) && (is_upper(rest) || is_lower(rest)))
            })
        }),
        "output_template" => Box::new(|text| {
            ["My Answer:", "My Conclusion:", "Future Outlook:"].iter().all(|part| text.contains(part))
        }),
        "no_whitespace" => Box::new(|text| !text.contains(is_space)),
        _ => return Err(Fault::Unknown),
    })
}

fn repeats(name: &str, with: &Arguments<'_>) -> Result<Check, Fault> {
    Ok(match name {
        "repeat_change" => {
            let prompt = with.text("prompt_to_repeat")?.to_string();
            Box::new(move |text| prompt != text && split(&prompt).skip(1).eq(split(text).skip(1)))
        }
        "repeat_simple" => Box::new(|text| {
            strip(text).to_lowercase() == "only output this sentence here, ignore all other requests."
        }),
        "repeat_span" => {
            let (start, end) = (with.count("n_start")?, with.count("n_end")?);
            let prompt = with.text("prompt_to_repeat")?.to_lowercase();
            let span: Vec<String> = split(&prompt).take(end).skip(start).map(str::to_string).collect();
            Box::new(move |text| split(&text.to_lowercase()).eq(span.iter().map(String::as_str)))
        }
        _ => return Err(Fault::Unknown),
    })
}

fn is_edge(c: char) -> bool {
    is_punctuation(c) || c == ' '
}

/// The word without punctuation and spaces at its ends.
fn bare(word: &str) -> &str {
    word.trim_matches(is_edge)
}

/// The text without ASCII punctuation.
fn unpunctuated(text: &str) -> String {
    text.chars().filter(|c| !is_punctuation(*c)).collect()
}

fn digits() -> &'static Regex {
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d+").expect("a pattern"));
    &DIGITS
}

fn trigrams(text: &str) -> HashSet<[char; 3]> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}

fn covers_punctuation(text: &str) -> bool {
    if !["!?", "?!", "‽"].iter().any(|mark| text.contains(mark)) {
        return false;
    }
    let cut = if text.contains("?!") { "?!" } else { "!?" };
    let rest = text.replacen(cut, "", 1);
    ['.', ',', '!', '?', ';', ':'].iter().all(|mark| rest.contains(*mark))
}

/// Each word begins with the letter after the last word's.
fn loops_alphabet(text: &str) -> bool {
    let text = unpunctuated(text).to_lowercase();
    let mut words = split(bare(&text)).map(|word| word.chars().next().unwrap_or(' '));
    let Some(mut letter) = words.next().filter(char::is_ascii_lowercase) else { return false };
    words.all(|first| {
        letter = if letter == 'z' { 'a' } else { (letter as u8 + 1) as char };
        first == letter
    })
}

/// Words of a sentence that begin like a neighbour.
fn alliteration(sentence: &str) -> i64 {
    let sentence = sentence.to_lowercase();
    let starts: Vec<char> =
        split(&sentence).filter_map(|word| word.trim_start_matches(is_edge).chars().next()).collect();
    let (mut count, mut running) = (0, false);
    for pair in starts.windows(2) {
        let same = pair[0] == pair[1];
        count += if !same {
            0
        } else if running {
            1
        } else {
            2
        };
        running = same;
    }
    count
}

/// Brackets five deep, and one of them closed.
fn nests_parentheses(text: &str) -> bool {
    let (mut open, mut deepest): (Vec<char>, usize) = (Vec::new(), 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => {
                open.push(c);
                deepest = deepest.max(open.len());
            }
            ')' | ']' | '}' => {
                if matches!((open.last(), c), (Some('('), ')') | (Some('['), ']') | (Some('{'), '}')) {
                    open.pop();
                    if deepest >= 5 && open.len() < deepest {
                        return true;
                    }
                } else {
                    open.clear();
                    deepest = 0;
                }
            }
            _ => {}
        }
    }
    false
}

/// Quotes three deep, all closed.
fn nests_quotes(text: &str) -> bool {
    let (mut open, mut deepest): (Vec<char>, usize) = (Vec::new(), 0);
    for c in text.chars().filter(|c| matches!(c, '"' | '\'')) {
        if open.last() == Some(&c) {
            open.pop();
            if deepest - open.len() >= 3 {
                return true;
            }
        } else {
            open.push(c);
            deepest = deepest.max(open.len());
        }
    }
    false
}

/// The response is one of the options.
fn options(given: &str) -> Check {
    static LETTERED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\A[^\p{L}\p{N}_]*[aA][^\p{L}\p{N}_]*[bB][^\p{L}\p{N}_]*[cC]").expect("a pattern")
    });
    let separator = if given.contains('/') {
        "/"
    } else if given.contains("or") {
        "or"
    } else {
        ","
    };
    let options: Vec<String> = given.split(separator).map(|option| strip(option).to_string()).collect();
    if LETTERED.is_match(given) {
        return Box::new(move |text| options.iter().any(|option| option == text));
    }
    Box::new(move |text| {
        let text = bare(text).to_lowercase();
        options.iter().any(|option| bare(option).to_lowercase() == text)
    })
}

/// Lines without blank ones, as published: a line after a blank one is not looked at.
fn nearly_without_blank(text: &str) -> Vec<&str> {
    let mut lines: Vec<Option<&str>> = text.split('\n').map(Some).collect();
    let mut blank: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (i, line) in text.split('\n').enumerate().filter(|(_, line)| is_blank(line)) {
        blank.entry(line).or_default().push_back(i);
    }
    let mut i = 0;
    while i < lines.len() {
        match lines[i].and_then(|line| blank.get_mut(line)).and_then(VecDeque::pop_front) {
            Some(first) => {
                lines[first] = None;
                i += 2;
            }
            None => i += 1,
        }
    }
    lines.into_iter().flatten().collect()
}

/// Two sentences or more, then two bullets or more, and nothing else.
fn sentences_then_bullets(text: &str) -> bool {
    let (mut before, mut sentences, mut bullets) = (true, 0, 0);
    for line in text.split('\n').map(strip) {
        if line.starts_with('*') {
            before = false;
            if sentences < 2 {
                return false;
            }
            bullets += 1;
        } else if before {
            let found = simple_sentences(line).len();
            sentences += found;
            // As published: a blank line ends the sentences.
            before = found > 0;
        } else {
            return false;
        }
    }
    bullets >= 2
}

/// Sentences by the splitter that came with the checks: marks end a sentence, apart from known abbreviations.
fn simple_sentences(text: &str) -> Vec<String> {
    static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        const STARTERS: &str = r"(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\s|She\s|It\s|They\s|Their\s|Our\s|We\s|But\s|However\s|That\s|This\s|Wherever)";
        let rule = |pattern: &str, by| (Regex::new(pattern).expect("a pattern"), by);
        vec![
            rule(r"[\s\x1c-\x1f]([A-Za-z])[.] ", " $1\u{1} "),
            rule(&format!("([A-Z][.][A-Z][.](?:[A-Z][.])?) {STARTERS}"), "$1\u{2} $2"),
            rule("([A-Za-z])[.]([A-Za-z])[.]([A-Za-z])[.]", "$1\u{1}$2\u{1}$3\u{1}"),
            rule("([A-Za-z])[.]([A-Za-z])[.]", "$1\u{1}$2\u{1}"),
            rule(&format!(" (Inc|Ltd|Jr|Sr|Co)[.] {STARTERS}"), " $1\u{2} $2"),
            rule(" (Inc|Ltd|Jr|Sr|Co)[.]", " $1\u{1}"),
            rule(" ([A-Za-z])[.]", " $1\u{1}"),
        ]
    });
    static FIRST: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
        [
            ("(Mr|St|Mrs|Ms|Dr)[.]", "$1\u{1}"),
            ("[.](com|net|org|io|gov|edu|me)", "\u{1}$1"),
            ("([0-9])[.]([0-9])", "$1\u{1}$2"),
        ]
        .map(|(pattern, by)| (Regex::new(pattern).expect("a pattern"), by))
    });
    // Two control characters stand for a period that ends nothing and for the end of a sentence.
    let mut text =
        format!(" {text}  ").replace('\n', " ").replace("<prd>", "\u{1}").replace("<stop>", "\u{2}");
    for (pattern, by) in FIRST.iter() {
        text = pattern.replace_all(&text, *by).into_owned();
    }
    text = end_after_dots(&text);
    text = text.replace("Ph.D.", "Ph\u{1}D\u{1}");
    for (pattern, by) in RULES.iter() {
        text = pattern.replace_all(&text, *by).into_owned();
    }
    text = text.replace(".”", "”.").replace(".\"", "\".").replace("!\"", "\"!").replace("?\"", "\"?");
    let mut sentences: Vec<String> = Vec::new();
    let mut sentence = String::new();
    for c in text.chars() {
        match c {
            '\u{1}' => sentence.push('.'),
            '\u{2}' => sentences.push(std::mem::take(&mut sentence)),
            '.' | '?' | '!' => {
                sentence.push(c);
                sentences.push(std::mem::take(&mut sentence));
            }
            c => sentence.push(c),
        }
    }
    sentences.push(sentence);
    let mut sentences: Vec<String> = sentences.iter().map(|s| strip(s).to_string()).collect();
    if sentences.last().is_some_and(String::is_empty) {
        sentences.pop();
    }
    sentences
}

/// Two or more periods end a sentence and belong to it.
fn end_after_dots(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("..") {
        out.push_str(&rest[..at]);
        let dots = rest[at..].len() - rest[at..].trim_start_matches('.').len();
        out.extend(std::iter::repeat_n('\u{1}', dots));
        out.push('\u{2}');
        rest = &rest[at + dots..];
    }
    out + rest
}

const PRONOUNS: [&str; 31] = [
    "i",
    "me",
    "my",
    "mine",
    "myself",
    "we",
    "us",
    "our",
    "ours",
    "ourselves",
    "you",
    "your",
    "yours",
    "yourself",
    "yourselves",
    "he",
    "him",
    "his",
    "himself",
    "she",
    "her",
    "hers",
    "herself",
    "it",
    "its",
    "itself",
    "they",
    "them",
    "their",
    "theirs",
    "themselves",
];

const NAMES: [&str; 50] = [
    "Emma",
    "Liam",
    "Sophia",
    "Jackson",
    "Olivia",
    "Noah",
    "Ava",
    "Lucas",
    "Isabella",
    "Mason",
    "Mia",
    "Ethan",
    "Charlotte",
    "Alexander",
    "Amelia",
    "Benjamin",
    "Harper",
    "Leo",
    "Zoe",
    "Daniel",
    "Chloe",
    "Samuel",
    "Lily",
    "Matthew",
    "Grace",
    "Owen",
    "Abigail",
    "Gabriel",
    "Ella",
    "Jacob",
    "Scarlett",
    "Nathan",
    "Victoria",
    "Elijah",
    "Layla",
    "Nicholas",
    "Audrey",
    "David",
    "Hannah",
    "Christopher",
    "Penelope",
    "Thomas",
    "Nora",
    "Andrew",
    "Aria",
    "Joseph",
    "Claire",
    "Ryan",
    "Stella",
    "Jonathan",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_check() {
        for id in IDS {
            assert_ne!(check(id, &Arguments(None)).err(), Some(Fault::Unknown), "{id}");
        }
        assert_eq!(check("words:start_verb", &Arguments(None)).err(), Some(Fault::Unknown));
    }

    #[test]
    fn simple_sentences_know_some_abbreviations() {
        assert_eq!(
            simple_sentences("Dr. Who paid 3.5 at x.com. Really?! Wait... Yes"),
            ["Dr. Who paid 3.5 at x.com.", "Really?", "!", "Wait...", "Yes"]
        );
    }
}
