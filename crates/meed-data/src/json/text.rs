//! Writing JSON.

use std::io::Write;

use super::{Cursor, Syntax};

/// The text with null for the numbers JSON lacks, and U+FFFD for lone surrogates.
pub(crate) fn strict(text: &str) -> Result<String, Syntax> {
    let mut out = Vec::with_capacity(text.len());
    let mut cursor = Cursor::new(text);
    copy(&mut cursor, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn copy(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Syntax> {
    match cursor.peek() {
        b'"' => write_string(out, &cursor.string()?),
        open @ (b'{' | b'[') => {
            let close = open + 2;
            out.push(open);
            cursor.enter()?;
            let mut first = true;
            while cursor.more(close, first)? {
                if !first {
                    out.push(b',');
                }
                first = false;
                if open == b'{' {
                    write_string(out, &cursor.key()?);
                    out.push(b':');
                }
                copy(cursor, out)?;
            }
            out.push(close);
        }
        _ => {
            let start = cursor.at();
            cursor.skip()?;
            let plain = cursor.since(start);
            out.extend_from_slice(if plain.contains(['N', 'I']) { b"null" } else { plain.as_bytes() });
        }
    }
    Ok(())
}

/// Appends a string in quotes.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut start = 0;
    for (i, byte) in text.bytes().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[start..i]);
        if escape.is_empty() {
            // Writing to a Vec cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.extend_from_slice(escape);
        }
        start = i + 1;
    }
    out.extend_from_slice(&text.as_bytes()[start..]);
    out.push(b'"');
}

/// Appends a number in the shortest form that reads back the same; whole numbers without a point.
///
/// The caller has dealt with NaN and infinities, which JSON lacks; they come out as null.
pub(crate) fn write_number(out: &mut Vec<u8>, n: f64) {
    if !n.is_finite() {
        out.extend_from_slice(b"null");
    } else if n.fract() == 0.0 && n.abs() < 1e15 && !(n == 0.0 && n.is_sign_negative()) {
        let _ = write!(out, "{}", n as i64);
    } else {
        // serde_json writes the shortest digits that read back the same.
        let _ = serde_json::to_writer(out, &n);
    }
}
