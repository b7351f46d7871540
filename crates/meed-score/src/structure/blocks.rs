//! Fenced code blocks of Markdown.

/// A fenced block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block<'t> {
    /// The first word after the opening fence, empty when there is none.
    pub(crate) language: &'t str,
    /// What stands between the fences.
    pub(crate) body: &'t str,
    /// Whether the fence is closed.
    pub(crate) closed: bool,
}

/// The fenced blocks of a text, and what stands outside of them.
pub(crate) fn blocks(text: &str) -> (Vec<Block<'_>>, Vec<&str>) {
    let (mut found, mut outside) = (Vec::new(), Vec::new());
    let mut open: Option<(char, usize, &str, usize)> = None;
    let mut outside_from = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (begin, end) = (at, at + line.len());
        at = end;
        let Some((mark, len, rest)) = fence(line) else { continue };
        match open {
            // An info text must not hold the mark: that is code within a line.
            None if !(mark == '`' && rest.contains('`')) => {
                outside.push(&text[outside_from..begin]);
                open = Some((mark, len, rest.split_whitespace().next().unwrap_or(""), end));
            }
            Some((own, least, language, body)) if mark == own && len >= least && rest.trim().is_empty() => {
                found.push(Block { language, body: &text[body..begin], closed: true });
                open = None;
                outside_from = end;
            }
            _ => {}
        }
    }
    match open {
        Some((_, _, language, body)) => found.push(Block { language, body: &text[body..], closed: false }),
        None => outside.push(&text[outside_from..]),
    }
    (found, outside)
}

/// The fence a line begins with: its mark, its length, and what follows.
fn fence(line: &str) -> Option<(char, usize, &str)> {
    let inner = line.trim_start_matches(' ');
    if line.len() - inner.len() > 3 {
        return None;
    }
    let mark = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = inner.trim_start_matches(mark);
    let len = inner.len() - rest.len();
    (len >= 3).then_some((mark, len, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_open_and_close() {
        let (found, outside) = blocks("a\n```json\n{}\n```\nb\n~~~\n```\n~~~~\n");
        assert_eq!(
            found,
            [
                Block { language: "json", body: "{}\n", closed: true },
                Block { language: "", body: "```\n", closed: true }
            ]
        );
        assert_eq!(outside, ["a\n", "b\n", ""]);
        let (found, _) = blocks("```py\nx");
        assert_eq!(found, [Block { language: "py", body: "x", closed: false }]);
        assert!(blocks("```inline``` code\n    ```\n").0.is_empty());
    }
}
