//! A position in a JSON text, and the steps over one value at a time.

use std::borrow::Cow;

use super::Syntax;

/// Lists and objects inside each other.
const DEEPEST: usize = 128;

/// The parts of a number as passed.
struct Scan {
    negative: bool,
    /// All digits as one whole number, right when there are at most 19 of them.
    mantissa: u64,
    digits: usize,
    /// How many of them are behind the point.
    fraction: usize,
    exponent: bool,
}

impl Scan {
    /// The number, when one division of two exact numbers gives it; that rounds correctly.
    #[inline]
    fn exact(&self) -> Option<f64> {
        const TENS: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
            1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        if self.exponent || self.digits > 19 || self.mantissa > 1 << 53 {
            return None;
        }
        let n = self.mantissa as f64 / TENS[self.fraction];
        Some(if self.negative { -n } else { n })
    }
}

/// A position in a JSON text.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Cursor { text, bytes: text.as_bytes(), at: 0, depth: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    pub(crate) fn error<T>(&self, message: &'static str) -> Result<T, Syntax> {
        Err(Syntax { at: self.at, message })
    }

    /// Passes white space and returns the next byte without passing it; 0 at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        while let Some(&b) = self.bytes.get(self.at) {
            if !matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
                return b;
            }
            self.at += 1;
        }
        0
    }

    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Passes the next byte, which the caller has seen.
    #[inline]
    pub(crate) fn pass(&mut self) {
        self.at += 1;
    }

    /// Enters a list or object.
    pub(crate) fn enter(&mut self) -> Result<(), Syntax> {
        if self.depth == DEEPEST {
            return self.error("lists and objects are nested deeper than 128");
        }
        self.depth += 1;
        self.pass();
        Ok(())
    }

    /// After the opening byte or a member: whether another one comes; passes the comma or the closing byte.
    #[inline]
    pub(crate) fn more(&mut self, close: u8, first: bool) -> Result<bool, Syntax> {
        let next = self.peek();
        if next == close {
            self.pass();
            self.depth -= 1;
            return Ok(false);
        }
        if first {
            return Ok(true);
        }
        if next != b',' {
            return self.error(match (next, close) {
                (0, _) => "the line ends in the middle of a value",
                (_, b'}') => "expected `,` or `}`",
                _ => "expected `,` or `]`",
            });
        }
        self.pass();
        Ok(true)
    }

    /// A member's key and the colon after it.
    pub(crate) fn key(&mut self) -> Result<Cow<'a, str>, Syntax> {
        self.before_key()?;
        let key = self.string()?;
        self.after_key()?;
        Ok(key)
    }

    fn before_key(&mut self) -> Result<(), Syntax> {
        match self.peek() {
            b'"' => Ok(()),
            0 => self.error("the line ends where a key is expected"),
            _ => self.error("expected a key in double quotes"),
        }
    }

    fn after_key(&mut self) -> Result<(), Syntax> {
        if self.peek() != b':' {
            return self.error("expected `:` after the key");
        }
        self.pass();
        Ok(())
    }

    /// The string that begins here.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Syntax> {
        let start = self.at + 1;
        let escaped = self.skip_string()?;
        let inside = &self.text[start..self.at - 1];
        if escaped { Ok(Cow::Owned(unescape(inside))) } else { Ok(Cow::Borrowed(inside)) }
    }

    /// Passes the string that begins here, checks it, and says whether it has escapes.
    #[inline]
    fn skip_string(&mut self) -> Result<bool, Syntax> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(end) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                return self.error("the line ends inside a string");
            };
            if rest[..end].iter().fold(false, |bad, b| bad | (*b < 0x20)) {
                self.at += rest[..end].iter().position(|b| *b < 0x20).unwrap_or(0);
                return self.error("a control character inside a string (write it as \\u00XX)");
            }
            self.at += end + 1;
            if rest[end] == b'"' {
                return Ok(escaped);
            }
            escaped = true;
            match self.byte() {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                b'u' => {
                    let digits = self.bytes.get(self.at + 1..self.at + 5);
                    if !digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) {
                        return self.error("expected four hexadecimal digits after \\u");
                    }
                    self.at += 5;
                }
                _ => return self.error("an escape that JSON does not have"),
            }
        }
    }

    /// The number that begins here; NaN for `NaN`.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<f64, Syntax> {
        let start = self.at;
        match self.byte() {
            b'N' => return self.word("NaN").map(|()| f64::NAN),
            b'I' => return self.word("Infinity").map(|()| f64::INFINITY),
            b'-' if self.bytes.get(start + 1) == Some(&b'I') => {
                self.at += 1;
                return self.word("Infinity").map(|()| f64::NEG_INFINITY);
            }
            _ => {}
        }
        let scan = self.pass_number()?;
        if let Some(n) = scan.exact() {
            return Ok(n);
        }
        match self.text[start..self.at].parse() {
            Ok(n) => Ok(n),
            Err(_) => self.error("not a number"),
        }
    }

    /// Passes a number by JSON's grammar.
    #[inline]
    fn pass_number(&mut self) -> Result<Scan, Syntax> {
        let mut scan =
            Scan { negative: self.byte() == b'-', mantissa: 0, digits: 0, fraction: 0, exponent: false };
        if scan.negative {
            self.at += 1;
        }
        match self.byte() {
            b'0' => self.at += 1,
            b'1'..=b'9' => scan.digits = self.pass_digits(&mut scan.mantissa),
            _ => return self.error("expected a value"),
        }
        if self.byte() == b'.' {
            self.at += 1;
            scan.fraction = self.pass_digits(&mut scan.mantissa);
            scan.digits += scan.fraction;
            if scan.fraction == 0 {
                return self.error("expected a digit after the point");
            }
        }
        if matches!(self.byte(), b'e' | b'E') {
            scan.exponent = true;
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            if self.pass_digits(&mut 0) == 0 {
                return self.error("expected a digit in the exponent");
            }
        }
        if self.byte().is_ascii_digit() {
            return self.error("a number with a leading zero");
        }
        Ok(scan)
    }

    /// Passes digits and appends them to `n` (which wraps when there are too many); how many there were.
    #[inline]
    fn pass_digits(&mut self, n: &mut u64) -> usize {
        let start = self.at;
        while let Some(digit) = self.bytes.get(self.at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
            *n = n.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.at += 1;
        }
        self.at - start
    }

    /// Passes `true`, `null`…
    pub(crate) fn word(&mut self, word: &'static str) -> Result<(), Syntax> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.error("expected a value")
        }
    }

    /// Passes the next value, whatever it is, and checks it.
    pub(crate) fn skip(&mut self) -> Result<(), Syntax> {
        match self.peek() {
            b'"' => self.skip_string().map(|_| ()),
            b'{' => {
                self.enter()?;
                let mut first = true;
                while self.more(b'}', first)? {
                    first = false;
                    self.before_key()?;
                    self.skip_string()?;
                    self.after_key()?;
                    self.skip()?;
                }
                Ok(())
            }
            b'[' => {
                self.enter()?;
                let mut first = true;
                while self.more(b']', first)? {
                    first = false;
                    self.skip()?;
                }
                Ok(())
            }
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'N' | b'I' => self.number().map(|_| ()),
            b'-' if self.bytes.get(self.at + 1) == Some(&b'I') => self.number().map(|_| ()),
            0 => self.error("the line ends where a value is expected"),
            _ => self.pass_number().map(|_| ()),
        }
    }

    /// Checks that nothing but white space follows.
    pub(crate) fn end(&mut self) -> Result<(), Syntax> {
        if self.peek() == 0 && self.at == self.bytes.len() {
            Ok(())
        } else {
            self.error("something follows the object on the same line")
        }
    }
}

/// The text of a string whose escapes have been checked.
fn unescape(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let code = rest.as_bytes()[at + 1];
        let mut used = at + 2;
        text.push(match code {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = hex(rest, at + 2);
                used += 4;
                let low = rest.as_bytes()[used..].starts_with(b"\\u").then(|| hex(rest, used + 2));
                match (unit, low) {
                    (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                        used += 6;
                        let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    _ => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            other => char::from(other),
        });
        rest = &rest[used..];
    }
    text.push_str(rest);
    text
}

fn hex(text: &str, at: usize) -> u32 {
    text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}
