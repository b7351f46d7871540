//! What a spec may be, so that reading it is bounded: reading recurses into nested expressions.

use crate::diagnostic::{Diagnostic, Place};

/// The longest spec, in bytes.
const LENGTH: usize = 4 << 20;

/// How deep brackets may nest.
const NESTING: usize = 200;

/// How many operators, dots and indented blocks one statement may have.
const OPERATORS: usize = 5_000;

/// The stack on which a spec is read: enough for what the limits allow. Only what is used is ever touched.
const STACK: usize = 512 << 20;

/// Refuses texts that would need too much stack.
pub(crate) fn check(name: &str, source: &str) -> Result<(), Diagnostic> {
    if source.len() > LENGTH {
        return Err(Diagnostic::new(format!("`{name}` is longer than {} MiB", LENGTH >> 20)));
    }
    let (mut nesting, mut operators, mut line) = (0_usize, 0_usize, 1);
    let mut rest = source.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'\n' => {
                line += 1;
                if nesting == 0 {
                    let indented = after.iter().take_while(|c| **c == b' ').count();
                    operators = indented;
                }
            }
            b'#' => rest = &after[after.iter().position(|c| *c == b'\n').unwrap_or(after.len())..],
            b'"' | b'\'' => {
                let n = string(*first, after);
                line += after[..n].iter().filter(|c| **c == b'\n').count();
                rest = &after[n..];
            }
            b'(' | b'[' | b'{' => nesting += 1,
            b')' | b']' | b'}' => nesting = nesting.saturating_sub(1),
            b'_' | b'0'..=b'9' | b',' | b';' => {}
            // Names count once per word: `not`, `if`, `and` and `lambda` nest too.
            c if c.is_ascii_alphabetic() => {
                let word = after.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count();
                rest = &after[word..];
                let word = &source.as_bytes()[source.len() - after.len() - 1..source.len() - rest.len()];
                operators += usize::from(matches!(
                    word,
                    b"not" | b"if" | b"and" | b"or" | b"in" | b"lambda" | b"else"
                ));
            }
            c if c.is_ascii_punctuation() => operators += 1,
            _ => {}
        }
        if nesting > NESTING || operators > OPERATORS {
            let mut d = Diagnostic::new(if nesting > NESTING {
                format!("brackets nest deeper than {NESTING}")
            } else {
                format!("a statement has more than {OPERATORS} operators")
            });
            d.place = Some(Box::new(Place {
                file: name.to_string(),
                line,
                column: 1,
                width: 1,
                source: source.lines().nth(line - 1).unwrap_or_default().chars().take(80).collect(),
                callers: Vec::new(),
            }));
            d.help = Some("give parts of it names of their own".to_string());
            return Err(d);
        }
    }
    Ok(())
}

/// How many bytes after an opening quote belong to the text.
fn string(quote: u8, after: &[u8]) -> usize {
    let long = after.starts_with(&[quote, quote]);
    if !long && after.first() == Some(&quote) {
        return 1;
    }
    let mut at = if long { 2 } else { 0 };
    while let Some(c) = after.get(at) {
        match c {
            b'\\' => at += 1,
            b'\n' if !long => return at,
            c if *c == quote && !long => return at + 1,
            c if *c == quote && after[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    after.len()
}

/// Runs `f` on a stack that is large enough for what the limits allow.
pub(crate) fn with_stack<T: Send>(f: impl FnOnce() -> T + Send) -> Result<T, Diagnostic> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("spec".into()).stack_size(STACK).spawn_scoped(scope, f);
        let thread = thread.map_err(|e| Diagnostic::new(format!("cannot start a thread: {e}")))?;
        thread.join().map_err(|panic| std::panic::resume_unwind(panic))
    })
}
