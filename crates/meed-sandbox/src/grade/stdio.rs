//! Whole programs: what they write for what they read. The expected output never leaves the host.

use std::time::Instant;

use super::value::close;
use super::{Stdio, end_of_all};
use crate::error::Error;
use crate::limits::Limits;
use crate::outcome::{Outcome, shorten};
use crate::pool::Pool;
use crate::run::{Program, prepare, run_once};

pub(super) fn run(
    pool: &Pool,
    program: &Program<'_>,
    stdio: &Stdio,
    limits: &Limits,
) -> Result<Vec<Outcome>, Error> {
    let mut seat = pool.seat(program.language, limits)?;
    let count = stdio.cases.len();
    let prepared = match prepare(&mut seat, program.source)? {
        Ok(prepared) => prepared,
        Err(run) => return Ok(vec![run.failure.unwrap_or(Outcome::Timeout); count]),
    };
    let end = end_of_all(limits);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(count);
    for (input, expected) in &stdio.cases {
        if Instant::now() >= end {
            outcomes.push(Outcome::Timeout);
            continue;
        }
        let run = run_once(&mut seat, &prepared, input.as_bytes(), limits.wall)?;
        let compile_error = matches!(run.failure, Some(Outcome::CompileError { .. }));
        let outcome = run.failure.unwrap_or_else(|| judge(&run.stdout, expected, stdio.tolerance));
        if compile_error {
            return Ok(vec![outcome; count]);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn judge(stdout: &[u8], expected: &str, tolerance: f64) -> Outcome {
    let got = String::from_utf8_lossy(stdout);
    if same_output(&got, expected, tolerance) {
        return Outcome::Passed;
    }
    let differing = lines(&got).zip(lines(expected)).position(|(a, b)| !same_line(a, b, tolerance));
    let at = differing.unwrap_or_else(|| lines(&got).count().min(lines(expected).count()));
    let line =
        |text: &str| lines(text).nth(at).map_or("nothing".into(), |l| format!("{:?}", shorten(l, 150)));
    Outcome::WrongAnswer { diff: format!("line {}: got {}, expected {}", at + 1, line(&got), line(expected)) }
}

/// Whether two outputs say the same: blanks at the ends of lines and empty lines at the end do not count, numbers with
/// a fraction may differ by the tolerance.
fn same_output(got: &str, expected: &str, tolerance: f64) -> bool {
    lines(got).count() == lines(expected).count()
        && lines(got).zip(lines(expected)).all(|(a, b)| same_line(a, b, tolerance))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().lines().map(str::trim_end)
}

fn same_line(got: &str, expected: &str, tolerance: f64) -> bool {
    if got == expected || got.trim() == expected.trim() {
        return true;
    }
    let (mut got, mut expected) = (got.split_whitespace(), expected.split_whitespace());
    loop {
        match (got.next(), expected.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || same_fraction(a, b, tolerance) => {}
            _ => return false,
        }
    }
}

fn same_fraction(got: &str, expected: &str, tolerance: f64) -> bool {
    let fraction = |t: &str| {
        t.contains(['.', 'e', 'E']) && t.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c))
    };
    if !fraction(expected) && !fraction(got) {
        return false;
    }
    match (got.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.is_finite() && b.is_finite() && close(a, b, tolerance),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_that_say_the_same() {
        for (got, expected) in [
            ("1 2\n3\n", "1 2\n3"),
            ("1 2 \n\n\n", "1 2"),
            ("0.3333333", "0.333333333"),
            ("", "\n"),
            ("a  b", "a b"),
        ] {
            assert!(same_output(got, expected, 1e-6), "{got:?} {expected:?}");
        }
        for (got, expected) in [
            ("1 2", "12"),
            ("1\n2", "1 2"),
            ("nan", "1.0"),
            ("0.34", "0.33"),
            ("1000000001", "1000000002"),
            ("inf", "1.0"),
            ("", "0"),
        ] {
            assert!(!same_output(got, expected, 1e-6), "{got:?} {expected:?}");
        }
    }

    #[test]
    fn the_first_difference_is_told() {
        let Outcome::WrongAnswer { diff } = judge(b"1\n2\n", "1\n3", 0.0) else {
            panic!("wrong answer expected")
        };
        assert_eq!(diff, "line 2: got \"2\", expected \"3\"");
        let Outcome::WrongAnswer { diff } = judge(b"1", "1\n3", 0.0) else { panic!("wrong answer expected") };
        assert_eq!(diff, "line 2: got nothing, expected \"3\"");
    }
}
