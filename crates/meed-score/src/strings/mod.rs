//! What scorers of texts share: splitting, counting, aligning.

pub(crate) mod edit;
pub(crate) mod grams;
pub(crate) mod hash;
pub(crate) mod lcs;
pub(crate) mod split;
pub(crate) mod stem;
mod strips;
pub(crate) mod syllables;
pub(crate) mod vocabulary;
#[cfg(target_arch = "x86_64")]
mod wide;

/// The shorter and the longer of two sequences, without what they have in common at the beginning and at the end.
fn trimmed<'a>(a: &'a [u32], b: &'a [u32]) -> (&'a [u32], &'a [u32]) {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.len() < b.len() { (a, b) } else { (b, a) }
}
