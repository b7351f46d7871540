//! Properties: verdicts do not change under rewrites that do not change the answer.

use meed_math::{Answer, Options, Verdict, Verifier, answer_key, compare};
use proptest::prelude::*;

/// An expression as text in two dresses that mean the same.
#[derive(Debug, Clone)]
enum Tree {
    Int(i64),
    Ratio(i64, i64),
    Var(char),
    Add(Box<Tree>, Box<Tree>),
    Mul(Box<Tree>, Box<Tree>),
    Square(Box<Tree>),
    Root(i64),
    Sin(Box<Tree>),
}

impl Tree {
    fn latex(&self) -> String {
        match self {
            Tree::Int(n) => n.to_string(),
            Tree::Ratio(a, b) => format!("\\frac{{{a}}}{{{b}}}"),
            Tree::Var(c) => c.to_string(),
            Tree::Add(a, b) => format!("{}+\\left({}\\right)", a.latex(), b.latex()),
            Tree::Mul(a, b) => format!("\\left({}\\right)\\cdot\\left({}\\right)", a.latex(), b.latex()),
            Tree::Square(a) => format!("\\left({}\\right)^{{2}}", a.latex()),
            Tree::Root(n) => format!("\\sqrt{{{n}}}"),
            Tree::Sin(a) => format!("\\sin\\left({}\\right)", a.latex()),
        }
    }

    /// Plain notation, operands exchanged, squares written out.
    fn plain(&self) -> String {
        match self {
            Tree::Int(n) => format!("({n})"),
            Tree::Ratio(a, b) => format!("({a}/{b})"),
            Tree::Var(c) => c.to_string(),
            Tree::Add(a, b) => format!("(({}) + {})", b.plain(), a.plain()),
            Tree::Mul(a, b) => format!("({})*({})", b.plain(), a.plain()),
            Tree::Square(a) => format!("({})*({})", a.plain(), a.plain()),
            Tree::Root(n) => format!("sqrt({n})"),
            Tree::Sin(a) => format!("sin({})", a.plain()),
        }
    }

    /// Products distributed over sums.
    fn expanded(&self) -> String {
        match self {
            Tree::Mul(a, b) => match b.as_ref() {
                Tree::Add(x, y) => format!("({0})({1})+({0})({2})", a.expanded(), x.expanded(), y.expanded()),
                _ => format!("({})({})", a.expanded(), b.expanded()),
            },
            Tree::Add(a, b) => format!("({})+({})", a.expanded(), b.expanded()),
            Tree::Square(a) => match a.as_ref() {
                Tree::Add(x, y) => format!("({0})^2+2({0})({1})+({1})^2", x.expanded(), y.expanded()),
                a => format!("({})^2", a.expanded()),
            },
            Tree::Sin(a) => format!("\\sin({})", a.expanded()),
            t => t.latex(),
        }
    }

    /// No number is left out by mistake: the values are bounded so that nothing is too large.
    fn any() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            (-40i64..40).prop_map(Tree::Int),
            (1i64..40, 2i64..30).prop_map(|(a, b)| Tree::Ratio(a, b)),
            prop::sample::select(vec!['x', 'y', 'a']).prop_map(Tree::Var),
            (2i64..40).prop_map(Tree::Root),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::Add(Box::new(a), Box::new(b))),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::Mul(Box::new(a), Box::new(b))),
                inner.clone().prop_map(|a| Tree::Square(Box::new(a))),
                inner.prop_map(|a| Tree::Sin(Box::new(a))),
            ]
        })
    }
}

fn verdict(a: &str, b: &str) -> Verdict {
    compare(a, b, &Options::default()).verdict
}

fn key(text: &str) -> Option<String> {
    Answer::parse(text, 1_000_000).ok().map(|a| answer_key(&a))
}

/// A few hundred by default; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_equals_itself(t in Tree::any()) {
        prop_assert_eq!(verdict(&t.latex(), &t.latex()), Verdict::Equal);
    }

    #[test]
    fn notation_and_order_do_not_matter(t in Tree::any()) {
        let (a, b) = (t.latex(), t.plain());
        prop_assert_eq!(verdict(&a, &b), Verdict::Equal, "{} | {}", a, b);
        prop_assert_eq!(verdict(&b, &a), Verdict::Equal, "{} | {}", b, a);
        prop_assert_eq!(key(&a), key(&b), "{} | {}", a, b);
    }

    #[test]
    fn expansion_does_not_matter(t in Tree::any()) {
        let (a, b) = (t.latex(), t.expanded());
        prop_assert_eq!(verdict(&a, &b), Verdict::Equal, "{} | {}", a, b);
        prop_assert_eq!(key(&a), key(&b), "{} | {}", a, b);
    }

    #[test]
    fn one_more_is_different(t in Tree::any(), n in 1i64..1000, places in 0usize..40) {
        let a = t.latex();
        let b = format!("{a} + {n}\\cdot 10^{{-{places}}}");
        prop_assert_ne!(verdict(&a, &b), Verdict::Equal, "{} | {}", a, b);
        prop_assert_ne!(verdict(&b, &a), Verdict::Equal, "{} | {}", b, a);
    }

    #[test]
    fn verdicts_on_exact_answers_are_symmetric(s in Tree::any(), t in Tree::any()) {
        prop_assert_eq!(verdict(&s.latex(), &t.latex()), verdict(&t.latex(), &s.latex()));
    }

    #[test]
    fn typesetting_does_not_matter(n in -1_000_000i64..1_000_000, d in 1i64..1000) {
        let forms = [
            format!("{n}/{d}"), format!("\\frac{{{n}}}{{{d}}}"), format!("\\dfrac{{{n}}}{{{d}}}"),
            format!("$\\frac{{{}}}{{{}}}$", -n, -d), format!("\\boxed{{\\tfrac{{{n}}}{{{d}}}}}"), format!("x = \\frac{{{n}}}{{{d}}}"),
        ];
        for f in &forms {
            prop_assert_eq!(verdict(&forms[1], f), Verdict::Equal, "{}", f);
            prop_assert_eq!(key(&forms[1]), key(f), "{}", f);
        }
    }

    #[test]
    fn rationalising_does_not_matter(a in 1i64..50, b in 2i64..200) {
        // 1/(a + √b) = (√b - a)/(b - a²)
        prop_assume!(b != a * a);
        let left = format!("\\frac{{1}}{{{a}+\\sqrt{{{b}}}}}");
        let right = format!("\\frac{{\\sqrt{{{b}}}-{a}}}{{{}}}", b - a * a);
        prop_assert_eq!(verdict(&left, &right), Verdict::Equal);
        prop_assert_eq!(key(&left), key(&right));
    }

    #[test]
    fn bound_variables_may_be_renamed(t in Tree::any()) {
        let body = t.latex();
        let renamed: String = t.plain().replace('x', "t");
        let (a, b) = (format!("f(x) = {body}"), format!("f(t) = {renamed}"));
        // sqrt and the other names contain no x, so replacing the letter is safe.
        prop_assert_eq!(verdict(&a, &b), Verdict::Equal, "{} | {}", a, b);
    }

    #[test]
    fn sets_and_lists_have_no_order(mut v in prop::collection::vec((-50i64..50, 1i64..9), 1..8), swap in any::<prop::sample::Index>()) {
        let show = |v: &[(i64, i64)]| v.iter().map(|(a, b)| format!("\\frac{{{a}}}{{{b}}}")).collect::<Vec<_>>().join(", ");
        let before = show(&v);
        let k = swap.index(v.len());
        v.rotate_left(k);
        let after = show(&v);
        let (a, b) = (format!("\\{{{before}\\}}"), format!("\\left\\{{{after}\\right\\}}"));
        prop_assert_eq!(verdict(&a, &b), Verdict::Equal);
        prop_assert_eq!(key(&a), key(&b));
        prop_assert_eq!(verdict(&a, &after), Verdict::Equal);
    }

    #[test]
    fn intervals_and_inequalities_agree(a in -50i64..50, w in 1i64..50, l in any::<bool>(), r in any::<bool>()) {
        let b = a + w;
        let interval = format!("{}{a}, {b}{}", if l { '[' } else { '(' }, if r { ']' } else { ')' });
        let chain = format!("{a} {} x {} {b}", if l { "\\le" } else { "<" }, if r { "\\leq" } else { "<" });
        prop_assert_eq!(verdict(&interval, &chain), Verdict::Equal);
        prop_assert_eq!(verdict(&chain, &interval), Verdict::Equal);
        prop_assert_eq!(key(&interval), key(&chain));
        let other = format!("{a} {} x {} {b}", if l { "<" } else { "\\le" }, if r { "\\leq" } else { "<" });
        prop_assert_ne!(verdict(&interval, &other), Verdict::Equal);
    }

    #[test]
    fn any_text_is_survived(gold in "\\PC{0,60}", response in "\\PC{0,200}") {
        let v = Verifier::new(&[&gold], &Options::default());
        v.explain(&response);
        v.explain(&format!("\\boxed{{{response}}}"));
    }

    #[test]
    fn any_mathematical_text_is_survived(parts in prop::collection::vec(prop::sample::select(vec![
        "\\frac", "{", "}", "(", ")", "[", "]", "\\sqrt", "^", "_", "x", "y", "12", "0", "-", "+", "=", "<", "\\le", ",", ";", "|",
        "\\sin", "\\ln", "\\pi", "e", "i", "!", "\\sum_{k=1}^{5}", "\\int", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\", "%",
        "^\\circ", "\\text{ cm}", "\\cup", "\\in", "\\infty", "\\pm", "\\binom", "\\{", "\\}", "and", "\\pmod", ":", "\\log", ".", "$",
        "\\overline", "\\cdot", "/", "f(x)", "\\boxed{", "\\mathbb{R}", "\\setminus", "1.5", "\\left", "\\right", "\\lfloor", "'",
    ]), 0..30)) {
        let text = parts.concat();
        let v = Verifier::new(&[&text], &Options::default());
        v.explain(&text);
        v.explain("5");
        if let Ok(a) = Answer::parse(&text, 1_000_000) {
            answer_key(&a);
        }
    }
}
