//! Inputs written to hang, blow up or crash a verifier. Each must come back within the step budget, which
//! bounds time and memory on any machine, and must not panic.

mod support;

use meed_math::{Answer, Options, Verdict, Verifier, answer_key};

fn hostile() -> Vec<(String, String)> {
    let r = |s: &str, n: usize| s.repeat(n);
    let mut v: Vec<(&str, String)> = vec![
        ("5", "9^{9^{9^{9^9}}}".into()),
        // Marks of repetition that are never closed, before letters of several bytes.
        ("1", "0.\\dot{1π}2\\dot{,\\ 3}".into()),
        ("1", "0.\\overline{1π".into()),
        ("1", "0.\\dot{1}4\\dot{2π".into()),
        ("9^{9^{9^{9^9}}}", "9^{9^{9^{9^{9}}}}+1".into()),
        ("5", "10^{10^{10^{10}}}".into()),
        ("2^{2^{2^{2^{2^2}}}}", "2^{2^{2^{2^{2^3}}}}".into()),
        ("2004", "\\frac{2004!}{2003!}".into()),
        ("1", "\\frac{100000!}{99999!}".into()),
        ("1", "1000000000!".into()),
        ("1000000000!", "1000000000!+1".into()),
        ("1", "((((((100!)!)!)!)!)!)".into()),
        ("1", "10!!!!!!!!!!!!!!!!!!".into()),
        ("1", "\\binom{1000000000}{500000000}".into()),
        ("1", "\\sum_{k=1}^{1000000000} \\frac{1}{k}".into()),
        ("1", "\\sum_{k=1}^{4000} \\sum_{j=1}^{4000} \\sin(kj)".into()),
        ("1", "\\prod_{k=1}^{100000} \\prod_{j=1}^{100000} k^j".into()),
        ("1", "\\sum_{a=1}^{60}\\sum_{b=1}^{60}\\sum_{c=1}^{60}\\sum_{d=1}^{60} abcd".into()),
        ("(a+b+c+d)^{60}", "(a+b+c+d)^{59}(a+b+c+d)".into()),
        ("(a+b+c+d)^{60}", "(a+b+c+d)^{61}".into()),
        ("(x+1)^{1000000}", "(x+1)^{1000001}".into()),
        ("(x+y)^{10^{18}}", "(y+x)^{10^{18}}".into()),
        ("(1+\\sqrt{2})^{10000000}", "(1+\\sqrt{2})^{10000000}+1".into()),
        ("(1+\\sqrt{2})^{1000000000000}", "(1-\\sqrt{2})^{1000000000000}".into()),
        ("x", format!("{}x{}", r("(", 100_000), r(")", 100_000))),
        ("x", format!("{}x{}", r("{", 100_000), r("}", 100_000))),
        ("x", r("{", 100_000)),
        ("x", r("}", 100_000)),
        ("x", format!("\\boxed{}", r("{", 100_000))),
        ("x", format!("{}1{}", r("\\boxed{", 5_000), r("}", 5_000))),
        ("x", r("\\frac{1}{", 3_000)),
        ("x", r("\\sqrt{", 3_000)),
        ("x", r("\\sqrt{1+", 60) + "1" + &r("}", 60)),
        ("x", r("-", 19_000) + "1"),
        ("x", r("+", 19_000)),
        ("x", r("2^", 9_000) + "2"),
        ("x", r("x_", 6_000)),
        ("x", r("!", 19_000)),
        ("x", "5".to_string() + &r("!", 6_000)),
        ("x", r("|", 5_000)),
        ("x", r("|x", 5_000)),
        ("x", r("1,", 9_000)),
        ("x", r("1+", 9_000) + "1"),
        ("x", r("x", 19_000)),
        ("x", r("(x+1)", 3_000)),
        ("x", r("\\sin ", 3_000) + "x"),
        ("x", r("\\left(", 3_000)),
        ("x", r("\\begin{pmatrix}", 1_000)),
        ("x", r("\\begin{cases} x &", 1_000)),
        ("x", r("\\\\", 9_000)),
        ("x", r("\\", 19_999)),
        ("x", r("$", 19_999)),
        ("x", r("\\text{", 3_000)),
        ("x", r("\\text{a", 3_000) + &r("}", 3_000)),
        ("5", r("9", 19_000)),
        ("5", format!("0.{}", r("3", 19_000))),
        ("5", format!("0.\\overline{{{}}}", r("142857", 2_000))),
        ("5", format!("1e{}", r("9", 10_000))),
        ("5", "1e-4000".into()),
        ("10^{-5000}", "10^{-5001}".into()),
        ("\\pi+10^{-3000}", "\\pi".into()),
        ("\\sqrt{10^{4000}+1}", "10^{2000}".into()),
        ("\\sin(10^{4000})", "\\sin(10^{4000}+1)".into()),
        ("\\sin(10^{100000})", "0".into()),
        ("e^{e^{e^{e^{e}}}}", "e^{e^{e^{e^{e}}}}+1".into()),
        ("\\ln\\ln\\ln\\ln 10^{10^{10}}", "1".into()),
        ("\\tan(\\frac{\\pi}{2})", "1".into()),
        ("\\frac{1}{0}", "\\frac{2}{0}".into()),
        ("\\frac{0}{0}", "1".into()),
        ("0^0", "1".into()),
        ("\\ln 0", "-\\infty".into()),
        ("\\frac{1}{\\sin(\\pi)}", "1".into()),
        ("\\infty-\\infty", "0".into()),
        ("1", "1/(1-1)".into()),
        ("\\def\\x{\\x\\x}\\x", "\\newcommand{\\a}{\\a\\a}\\a".into()),
        ("5", "\\def\\five{5}\\five \\let\\x=\\five \\loop\\x\\repeat".into()),
        ("5", "\u{0}\u{1}\u{2}\u{7}\u{8}\u{b}\u{c}\u{1b}[31m5".into()),
        ("5", "\u{202e}5\u{202c}".into()),
        ("5", "\u{1f600}".repeat(3_000)),
        ("5", "e\u{301}\u{301}\u{301}".repeat(2_000)),
        ("5", "٣٫١٤ ۵ ५ ௫ ⑤ 五".into()),
        ("5", r("\\boxed{5} ", 5_000)),
        ("5", r("\\boxed{", 20_000)),
        ("5", r("#### 5\n", 20_000)),
        ("5", r("<answer>5</answer>", 20_000)),
        ("5", r("<answer>", 20_000)),
        ("5", r("<think>", 20_000)),
        ("5", r("</think>", 20_000)),
        ("5", r("the answer is ", 60_000)),
        ("5", r("answer", 100_000)),
        ("5", r("$x$ and ", 100_000)),
        ("5", r("a ", 500_000)),
        ("5", r("5", 1_000_000)),
        ("5", r("\\", 1_000_000)),
        ("5", r("{", 1_000_000)),
        ("5", r("$", 1_000_000)),
        ("5", format!("{}\\boxed{{5}}", r("lorem ipsum ", 90_000))),
        ("\\{1,2\\}", format!("\\{{{}1\\}}", r("1,2,", 2_000))),
        ("\\{1\\}", (0..3_000).map(|k| format!("{k},")).collect()),
        ("(1,2)", r("((", 2_000) + "1,2"),
        ("1", (0..200).map(|k| format!("x_{{{k}}}+")).collect::<String>() + "1"),
        ("1", (0..200).map(|k| format!("\\sin x_{{{k}}}+")).collect::<String>() + "1"),
        ("1", (0..200).map(|k| format!("(x_{{{k}}}+1)^{{{k}}}")).collect::<String>()),
        ("x^2<4", "x^{1000000000}<4".into()),
        ("x>1", (0..500).map(|k| format!("x>{k} \\text{{ or }} ")).collect::<String>() + "x<0"),
        ("[0,1]", (0..800).map(|k| format!("[{k},{k}]\\cup")).collect::<String>() + "[0,1]"),
        (
            "[0,1]",
            (0..300).map(|k| format!("(\\sqrt{{{k}}},\\pi^{{{k}}})\\setminus")).collect::<String>() + "[0,1]",
        ),
        ("1", "\\int_0^1 ".repeat(500) + "x dx"),
        ("1", "\\lim_{x\\to0}".repeat(500) + "x"),
        ("1", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^{1000000000}".into()),
        ("1", "\\begin{pmatrix}x&y\\\\z&w\\end{pmatrix}^{64}".into()),
        ("1", format!("\\begin{{vmatrix}}{}\\end{{vmatrix}}", r("1&2&3&4&5&6&7&8&9\\\\", 9))),
        ("1", "101_{999999999999}".into()),
        ("1", "\\log_{1}(1)".into()),
        ("1", "\\log_{0}(0)".into()),
        ("1", "\\sqrt[0]{5}".into()),
        ("1", "\\sqrt[100000000]{5}".into()),
        ("1", "5^{1/1000003}".into()),
        ("1", "\\gcd(10^{4000}, 10^{4000}+1)".into()),
        ("1", "10^{4000} \\bmod 10^{3999}+1".into()),
        (
            "\\sqrt{2}+\\sqrt{3}+\\sqrt{5}+\\sqrt{7}+\\sqrt{11}+\\sqrt{13}+\\sqrt{17}",
            "\\sqrt{17}+\\sqrt{13}+\\sqrt{11}+\\sqrt{7}+\\sqrt{5}+\\sqrt{3}+\\sqrt{2}+10^{-30}".into(),
        ),
        ("\\sqrt{\\sqrt{\\sqrt{\\sqrt{\\sqrt{2}}}}}", "2^{1/32}".into()),
        (
            "\\sqrt{1+\\sqrt{2+\\sqrt{3+\\sqrt{4+\\sqrt{5}}}}}",
            "\\sqrt{1+\\sqrt{2+\\sqrt{3+\\sqrt{4+\\sqrt{6}}}}}".into(),
        ),
        ("\\pm\\pm\\pm\\pm 1", "\\pm 1 \\pm 2 \\pm 3 \\pm 4 \\pm 5".into()),
    ];
    let mut out: Vec<(String, String)> = v.drain(..).map(|(a, b)| (a.to_string(), b)).collect();
    // Each also the other way round: golds come from data sets and are not always kind either.
    let swapped: Vec<(String, String)> = out.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
    out.extend(swapped);
    out
}

#[test]
fn every_hostile_input_stays_within_its_budget() {
    let cases = hostile();
    assert!(cases.len() >= 120, "{}", cases.len());
    let options = Options::default();
    let worst = std::env::var("MEED_MATH_TIMES").is_ok();
    for (gold, response) in &cases {
        let start = std::time::Instant::now();
        let verifier = Verifier::new(&[gold], &options);
        let read = start.elapsed();
        let e = verifier.explain(response);
        let boxed = verifier.explain(&format!("\\boxed{{{response}}}"));
        if worst {
            println!(
                "{:8.2} ms {:8.2} ms {:>9} {:?} {:.40} | {:.40}",
                read.as_secs_f64() * 1e3,
                start.elapsed().as_secs_f64() * 1e3,
                e.spent,
                e.verdict,
                gold,
                response
            );
        }
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

/// The same verdicts in a spawned child: nothing is inherited and nothing has to be set up.
#[test]
fn a_spawned_child_agrees() {
    if std::env::var_os("MEED_MATH_CHILD").is_some() {
        assert_eq!(Verifier::new(&["1/2"], &Options::default()).verify("\\boxed{0.5}"), Verdict::Equal);
        return;
    }
    let me = std::env::current_exe().expect("test binary");
    let children: Vec<_> = (0..4)
        .map(|_| {
            std::process::Command::new(&me)
                .args(["--exact", "a_spawned_child_agrees"])
                .env("MEED_MATH_CHILD", "1")
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("child")
        })
        .collect();
    for mut c in children {
        assert!(c.wait().expect("exit status").success());
    }
}
