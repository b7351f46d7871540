//! Plain integers and decimals without the machinery.

/// A decimal number that fits machine words: `mantissa · 10^-places`, without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plain {
    mantissa: i64,
    places: u32,
    /// Places as written.
    pub(crate) written: u32,
}

impl Plain {
    /// Same number, however written.
    pub(crate) fn same_value(&self, o: &Plain) -> bool {
        self.mantissa == o.mantissa && self.places == o.places
    }
}

/// Reads `-1,234.50`, `$42` or `7.`; anything else is left to the parser.
pub(crate) fn plain(text: &str) -> Option<Plain> {
    let mut b = text.trim().as_bytes();
    if let Some(r) = b.strip_suffix(b".") {
        b = r;
    }
    let mut negative = false;
    if let Some(r) = b.strip_prefix(b"-") {
        negative = true;
        b = r;
    }
    if let Some(r) = b.strip_prefix(b"$") {
        b = r.strip_suffix(b"$").unwrap_or(r);
    }
    if b.is_empty() || b.len() > 22 || !b[0].is_ascii_digit() {
        return None;
    }
    let mut mantissa: i64 = 0;
    let mut digits = 0;
    let mut places = None;
    let mut group = None;
    for &c in b {
        match c {
            b'0'..=b'9' => {
                digits += 1;
                if digits > 18 {
                    return None;
                }
                mantissa = mantissa * 10 + i64::from(c - b'0');
                if let Some(p) = &mut places {
                    *p += 1;
                }
                if let Some(g) = &mut group {
                    *g += 1;
                }
            }
            b',' if places.is_none() => {
                // Groups of three after a first group of one to three without a leading zero.
                let first_ok = match group {
                    None => digits <= 3 && b[0] != b'0',
                    Some(g) => g == 3,
                };
                if !first_ok {
                    return None;
                }
                group = Some(0);
            }
            b'.' if places.is_none() => {
                if group.is_some_and(|g| g != 3) {
                    return None;
                }
                group = None;
                places = Some(0);
            }
            _ => return None,
        }
    }
    if group.is_some_and(|g| g != 3) || places == Some(0) {
        return None;
    }
    let written = places.unwrap_or(0);
    let mut places = written;
    while places > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        places -= 1;
    }
    Some(Plain { mantissa: if negative { -mantissa } else { mantissa }, places, written })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_numbers_only() {
        assert_eq!(plain("1,000.50"), plain("1000.5").map(|p| Plain { written: 2, ..p }));
        assert!(plain("0.0").zip(plain("-0")).is_some_and(|(a, b)| a.same_value(&b)));
        assert_eq!(plain("-7"), plain(" -7. "));
        for bad in ["", "-", "1,00", "12,3456", "0,111", "1..2", "3/4", "5 cm", "1234567890123456789", "007a"]
        {
            assert!(plain(bad).is_none(), "{bad}");
        }
        assert!(plain("1,234,567").is_some());
    }
}
