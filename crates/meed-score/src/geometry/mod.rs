//! Scorers of boxes, points and shapes whose coordinates stand in a text.

pub mod anls;
pub mod iou;
pub mod point_in_box;
pub mod polygon_area;

use meed_algebra::Arg;

const TEXT_ARG: Arg = Arg { name: "text", help: "the response" };

/// A box: left, top, right, bottom.
type Box4 = [f64; 4];

/// Numbers a text may hold.
const MAX_NUMBERS: usize = 100_000;

/// The numbers in a text, in order; none beyond a limit.
fn numbers(text: &str) -> Vec<f64> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() && found.len() < MAX_NUMBERS {
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let starts = bytes[at].is_ascii_digit()
            || bytes[at] == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !starts {
            at += 1;
            continue;
        }
        // A digit of a name (`x1`) is no coordinate.
        let in_name = at > 0 && (bytes[at - 1].is_ascii_alphabetic() || bytes[at - 1] == b'_');
        let minus = at > 0
            && bytes[at - 1] == b'-'
            && !(at > 1 && (bytes[at - 2].is_ascii_alphanumeric() || bytes[at - 2] == b')'));
        let begin = at - usize::from(minus);
        at += digits(at);
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at += 1 + digits(at + 1);
        }
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        if matches!(bytes.get(at), Some(b'e' | b'E'))
            && bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit)
        {
            at += 1 + sign + digits(at + 1 + sign);
        }
        if !in_name && let Ok(number) = text[begin..at].parse() {
            found.push(number);
        }
    }
    found
}

/// Boxes: every four numbers. `None` when a box is not complete.
fn boxes(text: &str, sizes: bool) -> Option<Vec<Box4>> {
    let numbers = numbers(text);
    let (boxes, rest) = numbers.as_chunks::<4>();
    let corners = |b: &Box4| if sizes { [b[0], b[1], b[0] + b[2], b[1] + b[3]] } else { *b };
    rest.is_empty().then(|| boxes.iter().map(corners).collect())
}

/// Points: every two numbers.
fn points(text: &str) -> Option<Vec<[f64; 2]>> {
    let numbers = numbers(text);
    let (points, rest) = numbers.as_chunks::<2>();
    rest.is_empty().then(|| points.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_text() {
        assert_eq!(
            numbers("[1, -2.5, .5, 1e2] x1=3 4-5 (6)-7"),
            [1.0, -2.5, 0.5, 100.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        );
        assert_eq!(boxes("[[0,0,1,1],[2,2,3,3]]", false).map(|b| b.len()), Some(2));
        assert_eq!(boxes("1 2 3 4", true), Some(vec![[1.0, 2.0, 4.0, 6.0]]));
        assert_eq!(boxes("1 2 3", false), None);
        assert_eq!(points("(1, 2) and (3, 4)").map(|p| p.len()), Some(2));
    }
}
