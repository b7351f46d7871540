//! English words that answers contain.

/// Short words that are never products of variables.
pub(crate) fn is_english(run: &str) -> bool {
    let lower = run.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "is" | "are"
            | "be"
            | "to"
            | "of"
            | "in"
            | "on"
            | "at"
            | "by"
            | "no"
            | "yes"
            | "the"
            | "an"
            | "for"
            | "if"
            | "not"
            | "any"
            | "all"
            | "so"
            | "we"
            | "it"
            | "as"
            | "has"
            | "per"
            | "can"
            | "odd"
            | "one"
            | "two"
            | "six"
            | "ten"
            | "day"
            | "red"
            | "am"
            | "pm"
            | "who"
            | "was"
            | "did"
            | "men"
            | "man"
            | "boy"
            | "new"
            | "old"
            | "its"
            | "get"
            | "up"
            | "low"
            | "max"
            | "min"
            | "mon"
            | "tue"
            | "wed"
            | "thu"
            | "fri"
            | "sat"
            | "sun"
            | "his"
            | "her"
            | "end"
            | "let"
            | "but"
            | "none"
            | "dne"
            | "even"
            | "base"
    )
}

/// Words that lead up to an answer and mean nothing for it.
pub(crate) fn is_filler(w: &str) -> bool {
    matches!(
        w.to_ascii_lowercase().as_str(),
        "is" | "are"
            | "be"
            | "the"
            | "a"
            | "an"
            | "answer"
            | "answers"
            | "final"
            | "approximately"
            | "about"
            | "exactly"
            | "roughly"
            | "equals"
            | "equal"
            | "to"
            | "of"
            | "value"
            | "result"
            | "solution"
            | "solutions"
            | "total"
            | "either"
            | "both"
            | "approx"
            | "around"
            | "all"
            | "integers"
            | "simply"
            | "just"
            | "only"
            | "number"
            | "so"
            | "thus"
            | "therefore"
            | "hence"
            | "we"
            | "get"
            | "have"
            | "it"
            | "that"
    )
}

/// Words after an answer that restrict or comment it without changing it.
pub(crate) fn is_tail(w: &str) -> bool {
    matches!(
        w.to_ascii_lowercase().as_str(),
        "where"
            | "for"
            | "when"
            | "with"
            | "if"
            | "since"
            | "because"
            | "as"
            | "respectively"
            | "which"
            | "is"
            | "are"
            | "was"
            | "exactly"
            | "total"
            | "in"
            | "altogether"
            | "only"
            | "such"
    )
}

/// The truth value a word names.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "yes" | "correct" => Some(true),
        "false" | "no" | "incorrect" => Some(false),
        _ => None,
    }
}

/// A phrase for a limit or value that does not exist.
pub(crate) fn is_missing(text: &str) -> bool {
    matches!(text, "dne" | "does not exist" | "doesn't exist" | "doesnt exist")
}

/// A phrase for "there is no solution".
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "no solution"
            | "no solutions"
            | "no real solution"
            | "no real solutions"
            | "none"
            | "empty set"
            | "the empty set"
            | "empty"
            | "no such number"
            | "no integer solutions"
            | "no roots"
            | "no real roots"
    )
}

/// A phrase for "every real number".
pub(crate) fn is_everything(text: &str) -> bool {
    matches!(
        text,
        "all real numbers"
            | "all reals"
            | "all real"
            | "any real number"
            | "every real number"
            | "the set of all real numbers"
    )
}

/// Small numbers written out.
pub(crate) fn spelled(text: &str) -> Option<i64> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let mut total = 0i64;
    let mut part = 0i64;
    let mut seen = false;
    for w in text.split([' ', '-']).filter(|w| !w.is_empty() && *w != "and") {
        seen = true;
        if let Some(n) = ONES.iter().position(|x| *x == w) {
            part += n as i64;
        } else if let Some(n) = TENS.iter().position(|x| *x == w) {
            part += 10 * (n as i64 + 2);
        } else {
            match w {
                "hundred" => part = part.max(1) * 100,
                "thousand" => {
                    total += part.max(1) * 1000;
                    part = 0;
                }
                "million" => {
                    total += part.max(1) * 1_000_000;
                    part = 0;
                }
                _ => return None,
            }
        }
        if total > 1_000_000_000 || part > 1_000_000_000 {
            return None;
        }
    }
    seen.then_some(total + part)
}
