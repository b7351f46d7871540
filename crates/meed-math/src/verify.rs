//! Verification: from texts to a verdict.

use std::ops::Range;
use std::sync::OnceLock;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::decide::{self, Context, Reason, Same};
use crate::expr::Expr;
use crate::extract::{self, Extract, Extraction, Mark};
use crate::fast;
use crate::num::modular::hash_bytes;
use crate::options::Options;
use crate::parse::{self, ParseError};
use crate::value::Value;

/// Whether the prediction is the gold answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Equal,
    /// It is not, or no answer was found in the response.
    Different,
    /// It could not be decided.
    Undecided(Undecided),
}

impl Verdict {
    /// 1 for equal, 0 for different. Undecided is 0 where the response is to blame, and nothing where the task is.
    pub fn score(self) -> Option<f64> {
        match self {
            Verdict::Equal => Some(1.0),
            Verdict::Different | Verdict::Undecided(Undecided::Prediction(_)) => Some(0.0),
            Verdict::Undecided(Undecided::Gold | Undecided::GoldValue(_)) => None,
        }
    }
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// No gold answer could be read: the task's fault, not the response's.
    #[error("the gold answer cannot be read")]
    Gold,
    /// The gold answer was read, but cannot be told from any other within half the budget: the task's fault too.
    #[error("the gold answer cannot be compared: {0}")]
    GoldValue(Reason),
    /// The gold answer is fine, the response's answer could not be compared with it: the response's fault.
    #[error("the response's answer cannot be compared: {0}")]
    Prediction(Reason),
}

/// One side of a comparison, for explanations.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Bytes of the given text the answer was taken from.
    pub span: Range<usize>,
    /// How it was marked there.
    pub mark: Mark,
    /// The answer's text.
    pub text: String,
    /// The kind it was read as; `None` when it could not be read.
    pub kind: Option<&'static str>,
    /// Why it could not be read.
    pub error: Option<ParseError>,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The verdict.
    pub verdict: Verdict,
    /// The gold answer that decided (the last one tried when none is equal).
    pub gold: Option<Side>,
    /// What was found in the response.
    pub prediction: Option<Side>,
    /// The rule that decided.
    pub rule: &'static str,
    /// Steps spent.
    pub spent: u64,
}

struct Gold {
    side: Side,
    /// Read when first needed for plain numbers, which rarely need it.
    read: OnceLock<Option<Answer>>,
    plain: Option<fast::Plain>,
    /// Why it cannot be told from the plainest answer of its shape; looked at when a comparison fails.
    flaw: OnceLock<Option<Reason>>,
}

impl Gold {
    fn new(side: Side, answer: Option<Answer>, plain: Option<fast::Plain>) -> Gold {
        Gold { side, read: OnceLock::from(answer), plain, flaw: OnceLock::new() }
    }

    fn flaw(&self, options: &Options, seed: u64) -> Option<Reason> {
        *self.flaw.get_or_init(|| {
            let answer = self.answer()?;
            let value = plainest(&answer.value);
            let plain = Answer { text: String::new(), value, has_words: false };
            let budget = Budget::new(options.budget / 2);
            match decide::answers(answer, &plain, &Context { budget: &budget, options, seed }) {
                Same::Unknown(reason) => Some(reason),
                _ => None,
            }
        })
    }

    fn answer(&self) -> Option<&Answer> {
        self.read.get_or_init(|| Answer::read(&self.side.text, &Budget::new(PLAIN_BUDGET)).ok()).as_ref()
    }
}

/// Enough for any number of two dozen characters.
const PLAIN_BUDGET: u64 = 10_000;

/// Gold answers read once, to verify many responses.
pub struct Verifier {
    golds: Vec<Gold>,
    options: Options,
    seed: u64,
}

impl Verifier {
    /// Reads the gold answers; any of them counts.
    pub fn new<S: AsRef<str>>(golds: &[S], options: &Options) -> Verifier {
        let mut seed = 0x6d65_6564;
        let golds = golds
            .iter()
            .map(|g| {
                let g = g.as_ref();
                seed = hash_bytes(seed, g.as_bytes());
                read_gold(g, options)
            })
            .collect();
        Verifier { golds, options: options.clone(), seed }
    }

    /// Whether at least one gold answer could be read.
    pub fn has_gold(&self) -> bool {
        self.golds.iter().any(|g| g.plain.is_some() || g.answer().is_some())
    }

    /// The verdict on a response.
    pub fn verify(&self, response: &str) -> Verdict {
        self.decide(response, false).verdict
    }

    /// The verdict on a response with what was extracted, how it was read and which rule decided.
    pub fn explain(&self, response: &str) -> Explanation {
        self.decide(response, true)
    }

    /// Compares an answer that needs no extraction.
    pub fn compare(&self, prediction: &str) -> Explanation {
        let whole = Extraction { span: 0..prediction.len(), text: prediction.to_string(), mark: Mark::Whole };
        self.judge(vec![whole], true)
    }

    fn decide(&self, response: &str, explain: bool) -> Explanation {
        let mut options = self.options.extract;
        if self.options.strict {
            options.bare = false;
        }
        self.judge(extract::extract(response, &options), explain)
    }

    fn judge(&self, found: Vec<Extraction>, explain: bool) -> Explanation {
        if let Some(first) = found.first()
            && let Some(e) = self.plain_numbers(first, explain)
        {
            return e;
        }
        let budget = Budget::new(self.options.budget);
        let (prediction, failed) = self.read_prediction(found, &budget);
        let mut outcome = Explanation {
            verdict: Verdict::Different,
            gold: None,
            prediction: None,
            rule: "no answer found in the response",
            spent: 0,
        };
        if !self.has_gold() && !self.same_text(prediction.as_ref()) {
            outcome.verdict = Verdict::Undecided(Undecided::Gold);
            outcome.rule = "the gold answer cannot be read";
            outcome.gold = self.golds.first().map(|g| g.side.clone());
            outcome.spent = budget.spent();
            return outcome;
        }
        let Some((extraction, answer)) = prediction else {
            if let Some((e, error)) = failed {
                outcome.rule = "the prediction cannot be read as an answer";
                // The same unreadable text is still the same.
                if self.golds.iter().any(|g| same_raw(&g.side.text, &e.text)) {
                    outcome.verdict = Verdict::Equal;
                    outcome.rule = "the same text";
                }
                outcome.prediction = Some(side(e, None, Some(error)));
            }
            outcome.gold = self.golds.first().map(|g| g.side.clone());
            outcome.spent = budget.spent();
            return outcome;
        };
        let cx = Context { budget: &budget, options: &self.options, seed: self.seed };
        let mut unknown = None;
        let mut last = None;
        for g in &self.golds {
            let s = if same_raw(&g.side.text, &extraction.text) {
                Same::Yes("the same text")
            } else {
                match g.answer() {
                    Some(a) => decide::answers(a, &answer, &cx),
                    None => continue,
                }
            };
            match s {
                Same::Yes(rule) => {
                    outcome.verdict = Verdict::Equal;
                    outcome.rule = rule;
                    last = Some(g);
                    unknown = None;
                    break;
                }
                Same::No(rule) => {
                    outcome.rule = rule;
                    last = Some(g);
                }
                Same::Unknown(r) => {
                    let flaw = g.flaw(&self.options, self.seed);
                    // One gold answer to blame is enough.
                    unknown = match (unknown, flaw) {
                        (Some(Undecided::GoldValue(before)), _) => Some(Undecided::GoldValue(before)),
                        (_, Some(flaw)) => Some(Undecided::GoldValue(flaw)),
                        (_, None) => Some(Undecided::Prediction(r)),
                    };
                    last = Some(g);
                }
            }
        }
        if let Some(why) = unknown {
            outcome.verdict = Verdict::Undecided(why);
            outcome.rule = "not decided";
        }
        if explain {
            outcome.gold = last.map(|g| g.side.clone());
            let kind = answer.value.kind();
            outcome.prediction = Some(side(extraction, Some(kind), None));
        }
        outcome.spent = budget.spent();
        outcome
    }

    /// Both sides plain numbers: compared without parsing.
    fn plain_numbers(&self, e: &Extraction, explain: bool) -> Option<Explanation> {
        let p = fast::plain(&e.text)?;
        let [g] = self.golds.as_slice() else { return None };
        let gold = g.plain?;
        let equal = gold.same_value(&p);
        if !equal && (gold.written > 0 || self.options.decimals.is_some()) {
            return None;
        }
        Some(Explanation {
            verdict: if equal { Verdict::Equal } else { Verdict::Different },
            gold: explain.then(|| g.side.clone()),
            prediction: explain.then(|| side(e.clone(), Some("number"), None)),
            rule: if equal { "the same rational number" } else { "different rational numbers" },
            spent: 1,
        })
    }

    fn same_text(&self, p: Option<&(Extraction, Answer)>) -> bool {
        p.is_some_and(|(e, _)| self.golds.iter().any(|g| same_raw(&g.side.text, &e.text)))
    }

    /// The first candidate that is an answer; words only count when nothing better follows or words are expected.
    #[allow(clippy::type_complexity)]
    fn read_prediction(
        &self,
        found: Vec<Extraction>,
        budget: &Budget,
    ) -> (Option<(Extraction, Answer)>, Option<(Extraction, ParseError)>) {
        let words_expected = self.golds.iter().any(|g| match g.answer() {
            Some(a) => matches!(a.value, Value::Text(_) | Value::Choice(..)) || a.has_words,
            None => false,
        });
        let mut fallback = None;
        let mut failed = None;
        for e in found {
            if e.mark == Mark::Whole && !words_expected && is_prose(&e.text) {
                continue;
            }
            match Answer::read(&e.text, budget) {
                Ok(a) => {
                    let words = matches!(a.value, Value::Text(_)) || a.has_words;
                    let weak = !matches!(e.mark, Mark::Boxed | Mark::Tag | Mark::Hash);
                    if words && weak && !(words_expected && matches!(a.value, Value::Text(_))) {
                        fallback.get_or_insert((e, a));
                        continue;
                    }
                    return (Some((e, a)), None);
                }
                Err(err) => {
                    let explicit = matches!(e.mark, Mark::Boxed | Mark::Tag | Mark::Hash | Mark::Formula)
                        || (e.mark == Mark::Whole && !is_prose(&e.text));
                    failed.get_or_insert((e, err.clone()));
                    // An explicit mark is the answer even when it cannot be read.
                    if explicit || err == ParseError::Budget {
                        break;
                    }
                }
            }
        }
        (fallback, failed)
    }
}

/// The plainest answer of the same shape.
fn plainest(v: &Value) -> Value {
    let zero = || Expr::int(0);
    let all = |items: &[Value]| items.iter().map(plainest).collect();
    match v {
        Value::Scalar(_) => Value::scalar(zero()),
        Value::Tuple { open, close, items } => Value::Tuple { open: *open, close: *close, items: all(items) },
        Value::List { items, .. } => Value::List { items: all(items), decimal: None },
        Value::Set(items) => Value::Set(all(items)),
        Value::Matrix(rows) => {
            Value::Matrix(rows.iter().map(|r| r.iter().map(|_| zero()).collect()).collect())
        }
        Value::Chain { sides, signs } => {
            let mut sides = sides.clone();
            if let Some(last) = sides.last_mut() {
                *last = plainest(last);
            }
            Value::Chain { sides, signs: signs.clone() }
        }
        other => other.clone(),
    }
}

fn side(e: Extraction, kind: Option<&'static str>, error: Option<ParseError>) -> Side {
    Side { span: e.span, mark: e.mark, text: e.text, kind, error }
}

/// Letters, digits and signs equal, white space and decoration aside.
fn same_raw(a: &str, b: &str) -> bool {
    let (a, b) = (parse::undecorate(a), parse::undecorate(b));
    !a.is_empty() && a.chars().filter(|c| !c.is_whitespace()).eq(b.chars().filter(|c| !c.is_whitespace()))
}

/// More than a few words that are neither units nor mathematics.
fn is_prose(text: &str) -> bool {
    let plain = parse::plain_words(text);
    if crate::words::is_nothing(&plain)
        || crate::words::is_everything(&plain)
        || crate::words::spelled(&plain).is_some()
    {
        return false;
    }
    if parse::undecorate(text).starts_with("\\begin{") {
        return false;
    }
    // A remark in parentheses after an answer does not make it prose.
    let remark = ["(since", "(because", "(as ", "(where", "(rounded", "(approx", "(for ", "(if "]
        .iter()
        .filter_map(|m| text.find(m))
        .min();
    let text = &text[..remark.unwrap_or(text.len())];
    let mut words = 0;
    let mut word = String::new();
    let mut command = false;
    let mut environment = false;
    for c in text.chars().chain([' ']) {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        if word.chars().count() >= 2
            && !command
            && crate::lex::keyword(&word).is_none()
            && crate::lex::function(&word).is_none()
            && !crate::units::is_unit(&word)
            && (word.len() > 3 || crate::words::is_english(&word))
        {
            words += usize::from(!environment);
        }
        // The name after \begin and \end is not a word either.
        environment = command && c == '{' && matches!(word.as_str(), "begin" | "end");
        word.clear();
        command = c == '\\';
    }
    words >= 2 || (words == 1 && text.split_whitespace().count() > 4)
}

fn read_gold(text: &str, options: &Options) -> Gold {
    let whole = |span: Range<usize>, text: &str, mark| Side {
        span,
        text: text.to_string(),
        mark,
        kind: None,
        error: None,
    };
    let plain = fast::plain(text);
    if plain.is_some() {
        let mut side = whole(0..text.len(), text.trim(), Mark::Whole);
        side.kind = Some("number");
        return Gold { side, read: OnceLock::new(), plain, flaw: OnceLock::new() };
    }
    let marked = Extract { said: false, bare: false, cut_thinking: true, boxed: true, tagged: true };
    let mut candidates = extract::extract(text, &marked);
    let short = text.len() <= 1_000;
    let whole_text = Extraction { span: 0..text.len(), text: text.trim().to_string(), mark: Mark::Whole };
    let prose = short && text.len() > 60 && text.contains(['$', '\\']) && is_prose(text);
    if short && !prose {
        candidates.push(whole_text.clone());
    }
    candidates.extend(extract::extract(text, &Extract { boxed: false, tagged: false, ..Extract::default() }));
    if short {
        candidates.push(whole_text);
    }
    let mut error = None;
    let mut words = None;
    for e in candidates {
        let budget = Budget::new(options.budget);
        match Answer::read(&e.text, &budget) {
            Ok(a) => {
                let mut side = whole(e.span.clone(), &e.text, e.mark);
                side.kind = Some(a.value.kind());
                let plain = fast::plain(&e.text);
                let only_words =
                    matches!(a.value, Value::Text(_)) && matches!(e.mark, Mark::Said | Mark::Final);
                let gold = Gold::new(side, Some(a), plain);
                if only_words {
                    words.get_or_insert(gold);
                    continue;
                }
                return gold;
            }
            Err(err) => {
                error.get_or_insert((e, err));
            }
        }
    }
    if let Some(g) = words {
        return g;
    }
    let mut side = whole(0..text.len(), text.trim(), Mark::Whole);
    if let Some((e, err)) = error {
        side = whole(e.span, &e.text, e.mark);
        side.error = Some(err);
    }
    Gold::new(side, None, None)
}

/// Verifies one response against gold answers, any of which counts.
pub fn verify<S: AsRef<str>>(golds: &[S], response: &str, options: &Options) -> Verdict {
    Verifier::new(golds, options).verify(response)
}

/// Compares a prediction that is an answer by itself with a gold answer.
pub fn compare(gold: &str, prediction: &str, options: &Options) -> Explanation {
    Verifier::new(&[gold], options).compare(prediction)
}

/// Verifies one response and explains the verdict.
pub fn explain<S: AsRef<str>>(golds: &[S], response: &str, options: &Options) -> Explanation {
    Verifier::new(golds, options).explain(response)
}
