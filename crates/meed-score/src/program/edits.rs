//! Programs with one line changed.

/// A program with one line changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The line, from 0.
    pub(super) line: usize,
    /// The program.
    pub(super) program: String,
}

/// What may stand in another's place.
const SWAPS: [(&str, &str); 22] = [
    ("==", "!="),
    ("!=", "=="),
    ("<=", "<"),
    (">=", ">"),
    ("<", "<="),
    (">", ">="),
    ("//", "*"),
    ("**", "*"),
    ("+=", "-="),
    ("-=", "+="),
    ("+", "-"),
    ("-", "+"),
    ("*", "+"),
    ("/", "*"),
    ("%", "//"),
    ("and", "or"),
    ("or", "and"),
    ("True", "False"),
    ("False", "True"),
    ("min", "max"),
    ("max", "min"),
    ("not", ""),
];

/// Up to `most` changed programs for each line of code that something can be changed in, line by line.
pub(super) fn edits(program: &str, most: usize) -> Vec<Edit> {
    let lines: Vec<&str> = program.lines().collect();
    let mut out = Vec::new();
    let mut inside = None;
    for (number, line) in lines.iter().enumerate() {
        for changed in changes(line, &mut inside).into_iter().take(most) {
            let mut all = lines.clone();
            all[number] = &changed;
            let mut program = all.join("\n");
            program.push('\n');
            out.push(Edit { line: number, program });
        }
    }
    out
}

/// The line with one token changed, each way there is. `inside` is the quote of a text that goes over several lines.
fn changes(line: &str, inside: &mut Option<&'static str>) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    // What a definition or an import says is not changed: that breaks programs without saying anything about a line.
    let head = line.trim_start();
    let fixed = ["def ", "class ", "import ", "from ", "@", "async def "].iter().any(|h| head.starts_with(h));
    while at < line.len() {
        let rest = &line[at..];
        if let Some(quote) = *inside {
            match rest.find(quote) {
                Some(end) => at += end + quote.len(),
                None => return out,
            }
            *inside = None;
            continue;
        }
        if rest.starts_with('#') {
            break;
        }
        if let Some(quote) = ["\"\"\"", "'''"].iter().find(|q| rest.starts_with(**q)) {
            *inside = Some(quote);
            at += 3;
            continue;
        }
        if let Some(end) = text_end(rest) {
            at += end;
            continue;
        }
        let word = word(rest);
        if !word.is_empty() {
            let replaced = match word.parse::<u64>() {
                Ok(n) => Some((n.wrapping_add(1)).to_string()),
                Err(_) => SWAPS.iter().find(|(a, _)| *a == word).map(|(_, b)| b.to_string()),
            };
            if let Some(new) = replaced.filter(|_| !fixed) {
                out.push(format!("{}{new}{}", &line[..at], &line[at + word.len()..]));
            }
            at += word.len();
            continue;
        }
        // `->`, `:=` and `*args` are no operators.
        let operator = SWAPS.iter().find(|(a, _)| rest.starts_with(a) && !a.starts_with(char::is_alphabetic));
        let skipped = ["->", ":=", "<<", ">>"].iter().find(|s| rest.starts_with(**s));
        let star = rest.starts_with('*') && line[..at].trim_end().ends_with(['(', ',', '=']);
        match (operator, skipped) {
            (_, Some(skip)) => at += skip.len(),
            (Some((old, new)), None) => {
                if !fixed && !star {
                    out.push(format!("{}{new}{}", &line[..at], &line[at + old.len()..]));
                }
                at += old.len();
            }
            (None, None) => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    out
}

/// The word or number a text begins with; a number with a fraction is one word.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(text.len());
    let word = &text[..end];
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    if number { word } else { &word[..word.find('.').unwrap_or(word.len())] }
}

/// Where a text on one line ends.
fn text_end(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(i + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(line: &str) -> Vec<String> {
        changes(line, &mut None)
    }

    #[test]
    fn one_token_at_a_time() {
        assert_eq!(changed("    return a + 10"), ["    return a - 10", "    return a + 11"]);
        assert_eq!(
            changed("if x <= y and not z:"),
            ["if x < y and not z:", "if x <= y or not z:", "if x <= y and  z:"]
        );
        assert_eq!(changed("x //= 2.5"), ["x *= 2.5"]);
    }

    #[test]
    fn texts_comments_and_heads_stay() {
        for line in
            ["def f(a=1, *b) -> int:", "import os  # 1 + 1", "x = 'a + 1'", "# a == b", "", "x = f(*y)"]
        {
            assert_eq!(changed(line), Vec::<String>::new(), "{line}");
        }
        let program = "def f(x):\n    \"\"\"a + 1\n    b == 2\"\"\"\n    return x + 1\n";
        let edits = edits(program, 1);
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].line, edits[0].program.lines().last()), (3, Some("    return x - 1")));
    }
}
