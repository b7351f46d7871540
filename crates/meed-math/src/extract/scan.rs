//! One pass over the response that notes every mark.

use std::ops::Range;

/// Positions of marks.
#[derive(Debug)]
pub(super) struct Found {
    /// The part of the text that counts.
    pub(super) body: Range<usize>,
    /// Starts of the last boxes, at the brace or argument after the command.
    pub(super) boxes: Vec<usize>,
    /// Start of the last `<answer>`.
    pub(super) tag: Option<usize>,
    /// First byte after the last `####`.
    pub(super) hash: Option<usize>,
    /// First byte after the last "final answer" phrase.
    pub(super) last_final: Option<usize>,
    /// First byte after the last "answer" phrase.
    pub(super) last_said: Option<usize>,
}

const KEPT_BOXES: usize = 32;

/// Scans `text`; with `cut`, think blocks are left out.
pub(super) fn scan(text: &str, cut: bool) -> Found {
    let b = text.as_bytes();
    let mut f = Found {
        body: 0..text.len(),
        boxes: Vec::new(),
        tag: None,
        hash: None,
        last_final: None,
        last_said: None,
    };
    let mut thinking: Option<usize> = None;
    let mut i = 0;
    while i < b.len() {
        let c = b[i];
        // Everything interesting starts with one of these bytes.
        if !TRIGGER[c as usize] {
            i += 1;
            continue;
        }
        let rest = &b[i..];
        match c {
            b'\\' | 0x08 => {
                let name: &[&[u8]] = &[b"\\boxed", b"\\fbox", b"\x08oxed", b"\\framebox"];
                if let Some(n) = name.iter().find(|n| rest.starts_with(n)) {
                    if f.boxes.len() == KEPT_BOXES {
                        f.boxes.drain(..KEPT_BOXES / 2);
                    }
                    f.boxes.push(i + n.len());
                    i += n.len();
                    continue;
                }
            }
            b'#' if rest.starts_with(b"####") => {
                let mut k = 4;
                while rest.get(k) == Some(&b'#') {
                    k += 1;
                }
                if k == 4 {
                    f.hash = Some(i + k);
                }
                i += k;
                continue;
            }
            b'<' => {
                if rest.starts_with(b"<answer>") {
                    f.tag = Some(i);
                } else if cut && is_think(rest, b"</") {
                    // What was found so far belongs to the thinking.
                    let end = i + rest.iter().position(|c| *c == b'>').map_or(rest.len(), |n| n + 1);
                    f = Found {
                        body: end..text.len(),
                        boxes: Vec::new(),
                        tag: None,
                        hash: None,
                        last_final: None,
                        last_said: None,
                    };
                    thinking = None;
                } else if cut && is_think(rest, b"<") && thinking.is_none() {
                    thinking = Some(i);
                } else if ends_turn(rest) && text[f.body.start..i].bytes().any(|c| !c.is_ascii_whitespace()) {
                    f.body.end = i;
                    break;
                }
            }
            b'a' | b'A' => answer_word(b, i, &mut f),
            0xe7 if rest.starts_with("答案".as_bytes()) => f.last_said = Some(i + "答案".len()),
            0xe2 if rest.starts_with("∴".as_bytes()) => f.last_said = Some(i + "∴".len()),
            0xd0 if rest.starts_with("Ответ".as_bytes()) || rest.starts_with("ответ".as_bytes()) => {
                f.last_said = Some(i + "Ответ".len());
            }
            b'R' | b'r'
                if b[i + 1..].starts_with("éponse".as_bytes()) || b[i + 1..].starts_with(b"espuesta") =>
            {
                let n = if b[i + 1] == b'e' { "Respuesta" } else { "Réponse" };
                f.last_said = Some(i + n.len());
            }
            _ => {}
        }
        i += 1;
    }
    if let Some(start) = thinking {
        // Never closed: the answer was not given yet.
        f.body.end = start.max(f.body.start);
        let inside = |p: &usize| *p < start;
        f.boxes.retain(inside);
        f.tag = f.tag.filter(inside);
        f.hash = f.hash.filter(inside);
        f.last_final = f.last_final.filter(inside);
        f.last_said = f.last_said.filter(inside);
    }
    f
}

static TRIGGER: [bool; 256] = {
    let mut t = [false; 256];
    let marks = b"\\#<aARr\x08\xe7\xe2\xd0";
    let mut i = 0;
    while i < marks.len() {
        t[marks[i] as usize] = true;
        i += 1;
    }
    t
};

fn is_think(rest: &[u8], open: &[u8]) -> bool {
    rest.strip_prefix(open).is_some_and(|r| {
        [b"think>".as_slice(), b"thinking>", b"thought>", b"reasoning>"].iter().any(|n| r.starts_with(n))
    })
}

fn ends_turn(rest: &[u8]) -> bool {
    [
        b"<|im_end|>".as_slice(),
        b"<|im_start|>user",
        b"<|endoftext|>",
        b"<|eot_id|>",
        b"<|end|>",
        b"</s>",
        "<｜end▁of▁sentence｜>".as_bytes(),
    ]
    .iter()
    .any(|m| rest.starts_with(m))
}

fn answer_word(b: &[u8], i: usize, f: &mut Found) {
    if i > 0 && b[i - 1].is_ascii_alphanumeric() {
        return;
    }
    // "A: 42" at the start of a line.
    let line_start = i == 0 || b[i - 1] == b'\n';
    if b[i] == b'A' && b.get(i + 1) == Some(&b':') && line_start {
        f.last_said = Some(i + 1);
        return;
    }
    if b.len() < i + 6 || !b[i..i + 6].eq_ignore_ascii_case(b"answer") {
        return;
    }
    let mut end = i + 6;
    if b.get(end) == Some(&b's') {
        end += 1;
    }
    if b.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return;
    }
    let before = &b[i.saturating_sub(8)..i];
    let last = before.to_ascii_lowercase();
    if last.ends_with(b"final ") || last.ends_with(b"final\n") {
        f.last_final = Some(end);
    } else {
        f.last_said = Some(end);
    }
}
