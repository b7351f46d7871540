//! What a comparison found, for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use meed_algebra::absent::reason_of;
use meed_algebra::function::alternatives;
use serde_json::{Value, json};

/// The two values of a rollout, and whether they count as the same.
#[derive(Debug, Clone, Copy)]
pub struct Sides {
    pub a: f64,
    pub b: f64,
    pub same: bool,
}

/// A rollout on which the two differ.
pub struct Difference {
    pub place: String,
    pub sides: Sides,
    pub reference: Option<String>,
    /// The answer in the response, and its bytes there.
    pub extracted: Option<(String, Range<usize>)>,
    pub text: String,
}

/// Verdicts told apart by value; with more of them, by sign.
const VERDICTS: usize = 6;

/// What was found so far.
pub struct Report {
    specs: [String; 2],
    outputs: [String; 2],
    show: usize,
    rollouts: u64,
    same: u64,
    a_higher: u64,
    b_higher: u64,
    a_absent: u64,
    b_absent: u64,
    /// Sums over rollouts where both are present: how many, a, b.
    present: (u64, f64, f64),
    /// How often each pair of values was seen, while there are few; keyed so that they sort.
    pairs: BTreeMap<(Verdict, Verdict), u64>,
    /// Whether the pairs are those of signs.
    signs: bool,
    groups: u64,
    zeroed_by_a: u64,
    zeroed_by_b: u64,
    flips: u64,
    differences: Vec<Difference>,
}

/// A value as a row or column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The bits of a number, arranged so that they sort as it does.
    Number(u64),
    Absent,
}

impl Verdict {
    fn of(x: f64) -> Verdict {
        if x.is_nan() {
            return Verdict::Absent;
        }
        let bits = (x + 0.0).to_bits();
        Verdict::Number(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    fn number(self) -> Option<f64> {
        match self {
            Verdict::Number(k) => Some(f64::from_bits(if k >> 63 == 1 { k & !(1 << 63) } else { !k })),
            Verdict::Absent => None,
        }
    }

    /// Only its sign.
    fn coarse(self) -> Verdict {
        self.number().map_or(Verdict::Absent, |x| Verdict::of(sign(x)))
    }
}

impl Report {
    pub fn new(specs: [String; 2], outputs: [String; 2], show: usize) -> Report {
        Report {
            specs,
            outputs,
            show,
            rollouts: 0,
            same: 0,
            a_higher: 0,
            b_higher: 0,
            a_absent: 0,
            b_absent: 0,
            present: (0, 0.0, 0.0),
            pairs: BTreeMap::new(),
            signs: false,
            groups: 0,
            zeroed_by_a: 0,
            zeroed_by_b: 0,
            flips: 0,
            differences: Vec::new(),
        }
    }

    /// Whether another differing rollout would be shown.
    pub fn wants_more(&self) -> bool {
        self.differences.len() < self.show
    }

    pub fn add(&mut self, sides: Sides, difference: Option<Difference>) {
        let Sides { a, b, same } = sides;
        self.rollouts += 1;
        self.same += u64::from(same);
        self.a_absent += u64::from(a.is_nan());
        self.b_absent += u64::from(b.is_nan());
        if !a.is_nan() && !b.is_nan() {
            self.present = (self.present.0 + 1, self.present.1 + a, self.present.2 + b);
            self.a_higher += u64::from(!same && a > b);
            self.b_higher += u64::from(!same && b > a);
        }
        let (mut a, mut b) = (Verdict::of(a), Verdict::of(b));
        if self.signs {
            (a, b) = (a.coarse(), b.coarse());
        }
        *self.pairs.entry((a, b)).or_insert(0) += 1;
        // Many different values are not verdicts: from here on only their signs count.
        if !self.signs && self.verdicts().len() > VERDICTS {
            self.signs = true;
            for ((a, b), n) in std::mem::take(&mut self.pairs) {
                *self.pairs.entry((a.coarse(), b.coarse())).or_insert(0) += n;
            }
        }
        self.differences.extend(difference);
    }

    /// The advantages of a group under both.
    pub fn add_group(&mut self, a: &[f64], b: &[f64]) {
        self.groups += 1;
        let flat = |v: &[f64]| v.iter().all(|x| x.is_nan() || *x == 0.0);
        self.zeroed_by_a += u64::from(flat(a) && !flat(b));
        self.zeroed_by_b += u64::from(flat(b) && !flat(a));
        self.flips += a.iter().zip(b).filter(|(a, b)| *a * *b < 0.0).count() as u64;
    }

    /// The share of rollouts on which the two differ.
    pub fn share(&self) -> f64 {
        (self.rollouts - self.same) as f64 / self.rollouts.max(1) as f64
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let mut all: Vec<Verdict> = self.pairs.keys().flat_map(|(a, b)| [*a, *b]).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn rows(&self) -> Vec<(String, Vec<u64>)> {
        let verdicts = self.verdicts();
        let row = |a: &Verdict| {
            let count = |b: &Verdict| self.pairs.get(&(*a, *b)).copied().unwrap_or(0);
            (self.label(*a), verdicts.iter().map(count).collect())
        };
        verdicts.iter().map(row).collect()
    }

    fn label(&self, verdict: Verdict) -> String {
        match verdict.number() {
            None => "absent".to_string(),
            Some(x) if !self.signs => format!("{x}"),
            Some(x) if x > 0.0 => "above 0".to_string(),
            Some(x) if x < 0.0 => "below 0".to_string(),
            Some(_) => "0".to_string(),
        }
    }

    /// Agreement beyond chance (Cohen's kappa) over the verdicts of the table; nothing when chance alone explains all.
    fn kappa(&self) -> Option<f64> {
        let rows = self.rows();
        let n = self.rollouts as f64;
        let agree: u64 = rows.iter().enumerate().map(|(i, r)| r.1[i]).sum();
        let by_chance: f64 = (0..rows.len())
            .map(|i| {
                let (row, column): (u64, u64) = (rows[i].1.iter().sum(), rows.iter().map(|r| r.1[i]).sum());
                (row as f64 / n) * (column as f64 / n)
            })
            .sum();
        (n > 0.0 && by_chance < 1.0).then(|| (agree as f64 / n - by_chance) / (1.0 - by_chance))
    }

    pub fn json(&self) -> Value {
        let difference = |d: &Difference| {
            json!({
                "place": d.place, "a": value(d.sides.a), "b": value(d.sides.b), "reference": d.reference,
                "extracted": d.extracted.as_ref().map(|e| &e.0),
                "span": d.extracted.as_ref().map(|e| [e.1.start, e.1.end]),
            })
        };
        let (n, a, b) = self.present;
        json!({
            "a": self.specs[0], "b": self.specs[1], "outputs": self.outputs, "rollouts": self.rollouts,
            "same": self.same, "disagreement": self.share(), "kappa": self.kappa(),
            "a_higher": self.a_higher, "b_higher": self.b_higher,
            "a_absent": self.a_absent, "b_absent": self.b_absent,
            "mean_a": (n > 0).then(|| a / n as f64), "mean_b": (n > 0).then(|| b / n as f64),
            "table": self.rows().into_iter().map(|(a, n)| json!({"a": a, "b": n})).collect::<Vec<_>>(),
            "groups": self.groups, "sign_flips": self.flips,
            "zeroed_by_a": self.zeroed_by_a, "zeroed_by_b": self.zeroed_by_b,
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let differing = self.rollouts - self.same;
        let _ = writeln!(
            text,
            "A  {} ({})\nB  {} ({})\n",
            self.specs[0], self.outputs[0], self.specs[1], self.outputs[1]
        );
        let _ = writeln!(
            text,
            "{differing} of {} rollouts differ ({:.2} %)",
            self.rollouts,
            100.0 * self.share()
        );
        let _ = writeln!(text, "  A higher {}, B higher {}", self.a_higher, self.b_higher);
        let _ = writeln!(text, "  absent: A {}, B {}", self.a_absent, self.b_absent);
        let (n, a, b) = self.present;
        if n > 0 {
            let _ =
                writeln!(text, "  mean where both are present: A {:.4}, B {:.4}", a / n as f64, b / n as f64);
        }
        self.table(&mut text);
        let _ = writeln!(text, "\nadvantages within {} groups", self.groups);
        let _ = writeln!(text, "  rollouts whose sign turns: {}", self.flips);
        let _ = writeln!(
            text,
            "  groups that teach nothing any more: {} under A only, {} under B only",
            self.zeroed_by_a, self.zeroed_by_b
        );
        if !self.differences.is_empty() {
            let _ = writeln!(text, "\nthe first {} that differ", self.differences.len());
        }
        for d in &self.differences {
            describe(&mut text, d);
        }
        text
    }

    fn table(&self, text: &mut String) {
        let rows = self.rows();
        let width = rows.iter().map(|r| r.0.len()).max().unwrap_or(0).max(8);
        let _ = write!(text, "\n{:width$}", "A \\ B");
        rows.iter().for_each(|r| {
            let _ = write!(text, " {:>width$}", r.0);
        });
        for (label, counts) in &rows {
            let _ = write!(text, "\n{label:width$}");
            counts.iter().for_each(|n| {
                let _ = write!(text, " {n:>width$}");
            });
        }
        let _ = match self.kappa() {
            Some(kappa) => writeln!(text, "\nCohen's kappa {kappa:.4}"),
            None => writeln!(text),
        };
    }
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

fn value(x: f64) -> Value {
    match reason_of(x) {
        Some(reason) => json!({"absent": reason.name()}),
        None => json!(x),
    }
}

fn shown(x: f64) -> String {
    reason_of(x).map_or_else(|| format!("{x}"), |reason| format!("absent ({reason})"))
}

/// Characters of the response shown on either side of its answer.
const AROUND: usize = 60;

fn describe(text: &mut String, d: &Difference) {
    let _ = writeln!(text, "\n{}: A {}, B {}", d.place, shown(d.sides.a), shown(d.sides.b));
    if let Some(reference) = &d.reference {
        let all: Vec<&str> = alternatives(reference).collect();
        let _ = writeln!(text, "  reference  {}", one_line(&all.join(" | ")));
    }
    match &d.extracted {
        Some((answer, span)) => {
            let before: Vec<char> = d.text[..span.start].chars().rev().take(AROUND).collect();
            let before: String = before.into_iter().rev().collect();
            let after: String = d.text[span.end..].chars().take(AROUND).collect();
            let _ = writeln!(text, "  extracted  {} (bytes {}..{})", one_line(answer), span.start, span.end);
            let inside = &d.text[span.clone()];
            let _ = writeln!(
                text,
                "  in         …{}⟦{}⟧{}…",
                one_line(&before),
                one_line(inside),
                one_line(&after)
            );
        }
        None => {
            let end: Vec<char> = d.text.chars().rev().take(2 * AROUND).collect();
            let end: String = end.into_iter().rev().collect();
            let _ = writeln!(text, "  extracted  nothing; it ends with …{}", one_line(&end));
        }
    }
}

fn one_line(text: &str) -> String {
    let mut line: String = text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(300).is_some() {
        line.push('…');
    }
    line
}
