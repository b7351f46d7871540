//! Inputs written to hang, blow up or crash a verifier. Each must come back within the step budget, which
//! bounds time and memory on any machine, and must not panic.

mod support;

use meed_math::{Answer, Options, Verdict, Verifier, answer_key};
use support::hostile::hostile;

#[test]
fn every_hostile_input_stays_within_its_budget() {
    let cases = hostile();
    assert!(cases.len() >= 120, "{}", cases.len());
    let options = Options::default();
    for (gold, response) in &cases {
        let verifier = Verifier::new(&[gold], &options);
        let e = verifier.explain(response);
        let boxed = verifier.explain(&format!("\\boxed{{{response}}}"));
        for e in [&e, &boxed] {
            // The last payment may go over the limit once.
            assert!(e.spent <= 2 * options.budget, "{:.60} | {:.60}: {}", gold, response, e.spent);
        }
        if let Ok(a) = Answer::parse(response, options.budget) {
            answer_key(&a);
        }
    }
}

#[test]
fn hostile_answers_are_not_accepted() {
    let accept = |g: &str, p: &str| Verifier::new(&[g], &Options::default()).verify(p) == Verdict::Equal;
    for (g, p) in [
        ("\\frac{1}{2004!}", "\\frac{1}{2006!}"),
        ("\\frac{1}{2^{99}}", "\\frac{1}{2^{98}}"),
        ("2^{1000000}", "2^{1000000}+1"),
        ("9^{9^{9}}", "9^{9^{8}}"),
        ("\\pi", "\\frac{103993}{33102}"),
        ("\\pi+10^{-300}", "\\pi"),
        ("e^{\\pi\\sqrt{163}}", "262537412640768744"),
        ("x", "x+10^{-100}"),
        ("\\frac{1}{0}", "\\frac{2}{0}"),
        ("\\frac{0}{0}", "1"),
        ("1", ""),
        ("0", "\\boxed{}"),
    ] {
        assert!(!accept(g, p), "{g} | {p}");
    }
}

#[test]
fn many_threads_agree() {
    let rows: Vec<_> = ["numbers.jsonl", "trigonometry.jsonl", "sets_intervals.jsonl"]
        .iter()
        .flat_map(|f| support::own(f))
        .collect();
    let once: Vec<Verdict> = rows.iter().map(|r| support::verdict(r).verdict).collect();
    std::thread::scope(|s| {
        for _ in 0..64 {
            s.spawn(|| {
                for (r, v) in rows.iter().zip(&once) {
                    assert_eq!(support::verdict(r).verdict, *v);
                }
            });
        }
    });
}
