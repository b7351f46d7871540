//! The summary of a scored file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use meed_algebra::absent::reason_of;
use meed_algebra::{Axis, Kind, Op, Outputs, Plan, Reason, Shape, Values};
use meed_data::{Piece, Report, Source};
use meed_spec::Spec;
use serde_json::{Value, json};

/// One output over all rollouts.
struct Line {
    name: String,
    axis: String,
    text: bool,
    count: u64,
    mean: f64,
    /// Sum of squared deviations from the mean.
    spread: f64,
    min: f64,
    max: f64,
    absent: BTreeMap<&'static str, u64>,
}

impl Line {
    fn add(&mut self, x: f64) {
        self.count += 1;
        let d = x - self.mean;
        self.mean += d / self.count as f64;
        self.spread += d * (x - self.mean);
        self.min = self.min.min(x);
        self.max = self.max.max(x);
    }

    fn std(&self) -> f64 {
        (self.spread / self.count as f64).sqrt()
    }
}

/// Time of one scorer.
#[derive(Default)]
struct Scorer {
    elements: usize,
    total: Duration,
    slowest: Vec<(Duration, String)>,
}

/// What a run did, for people and for machines.
pub struct Summary {
    lines: Vec<Line>,
    scorers: BTreeMap<String, Scorer>,
    groups: u64,
    /// Groups in which every rollout has the same reward: they teach nothing.
    flat: u64,
    has_reward: bool,
    report: Report,
    layout: String,
    clock: Vec<(&'static str, Duration)>,
    trouble: Vec<String>,
}

impl Summary {
    pub fn new(plan: &Plan) -> Self {
        let graph = plan.graph();
        let line = |(name, id): &(String, meed_algebra::NodeId)| Line {
            name: name.clone(),
            axis: graph.tree().name(graph.shape(*id).axis).to_string(),
            text: graph.kind(*id) == Kind::Text,
            count: 0,
            mean: 0.0,
            spread: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            absent: BTreeMap::new(),
        };
        let reward = plan.outputs().iter().find(|o| o.0 == "reward");
        Summary {
            lines: plan.outputs().iter().map(line).collect(),
            scorers: BTreeMap::new(),
            groups: 0,
            flat: 0,
            has_reward: reward.is_some_and(|(_, id)| *graph.shape(*id) == Shape::of(Axis::ROLLOUT)),
            report: Report::default(),
            layout: String::new(),
            clock: Vec::new(),
            trouble: Vec::new(),
        }
    }

    /// Takes in a scored piece.
    pub fn add(&mut self, piece: &Piece, outputs: &Outputs) {
        for (line, (_, column)) in self.lines.iter_mut().zip(&outputs.columns) {
            match &column.values {
                Values::Texts(v) => v.iter().for_each(|t| match t {
                    Ok(_) => line.count += 1,
                    Err(reason) => *line.absent.entry(reason.name()).or_insert(0) += 1,
                }),
                numbers => (0..numbers.len()).map(|i| numbers.number(i)).for_each(|x| match reason_of(x) {
                    None if x.is_finite() => line.add(x),
                    None => *line.absent.entry(Reason::Undefined.name()).or_insert(0) += 1,
                    Some(reason) => *line.absent.entry(reason.name()).or_insert(0) += 1,
                }),
            }
        }
        self.groups += piece.batch.len(Axis::GROUP) as u64;
        if let Some(reward) = outputs.get("reward").filter(|_| self.has_reward).and_then(|c| c.as_numbers()) {
            for w in piece.batch.offsets(Axis::ROLLOUT).windows(2) {
                let mut present = reward[w[0]..w[1]].iter().filter(|x| !x.is_nan());
                let first = present.next();
                self.flat += u64::from(first.is_none_or(|f| present.all(|x| x == f)));
            }
        }
        for timing in &outputs.timings {
            let scorer = self.scorers.entry(timing.name.clone()).or_default();
            scorer.elements += timing.elements;
            scorer.total += timing.total;
            for (took, first, n) in &timing.slowest {
                let place = piece
                    .rows
                    .place(*first)
                    .map_or_else(String::new, |(file, line)| format!("{file}:{line}"));
                let place = if *n > 1 { format!("{place} and the {} after it", n - 1) } else { place };
                scorer.slowest.push((*took, place));
            }
            scorer.slowest.sort_by_key(|s| std::cmp::Reverse(s.0));
            scorer.slowest.truncate(3);
        }
    }

    pub fn finish(&mut self, spec: &Spec, source: &Source, clock: Vec<(&'static str, Duration)>) {
        self.report = source.report();
        let layout = source.layout();
        self.layout = layout.name.to_string();
        if !layout.group_by.is_empty() {
            self.layout.push_str(&format!(", grouped by {}", layout.group_by.join(", ")));
        }
        self.clock = clock;
        for node in spec.plan.graph().nodes() {
            let trouble = match &node.op {
                Op::Call(call) => call.0.trouble().map(|t| format!("{}: {t}", call.0.name())),
                Op::CallOver { call, .. } => call.0.trouble().map(|t| format!("{}: {t}", call.0.name())),
                _ => None,
            };
            self.trouble.extend(trouble);
        }
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let r = &self.report;
        let (rollouts, groups) = (counted(r.rollouts, "rollout"), counted(self.groups, "group"));
        let _ = writeln!(text, "{rollouts} in {groups} ({})", self.layout);
        if r.skipped > 0 {
            let _ = writeln!(text, "{} of {} rows skipped:", r.skipped, r.rows_read);
            r.errors.iter().take(5).for_each(|e| {
                let _ = writeln!(text, "  {e}");
            });
        }
        let width = self.lines.iter().map(|l| l.name.len()).max().unwrap_or(0).max(9);
        let _ = writeln!(
            text,
            "\n{:width$}  {:8} {:>10} {:>12} {:>12} {:>12} {:>12}  absent",
            "component", "axis", "present", "mean", "std", "min", "max"
        );
        for l in &self.lines {
            let _ = write!(text, "{:width$}  {:8} {:>10}", l.name, l.axis, l.count);
            if l.text || l.count == 0 {
                let _ = write!(text, " {:>12} {:>12} {:>12} {:>12}", "-", "-", "-", "-");
            } else {
                [l.mean, l.std(), l.min, l.max].iter().for_each(|x| {
                    let _ = write!(text, " {:>12}", number(*x));
                });
            }
            let absent: Vec<String> = l.absent.iter().map(|(why, n)| format!("{n} {why}")).collect();
            let _ =
                writeln!(text, "  {}", if absent.is_empty() { "-".to_string() } else { absent.join(", ") });
        }
        if self.has_reward {
            let share = 100.0 * self.flat as f64 / (self.groups.max(1)) as f64;
            let _ = writeln!(text, "\nno reward spread in {} of {groups} ({share:.1} %)", self.flat);
        }
        self.times(&mut text);
        self.trouble.iter().for_each(|t| {
            let _ = writeln!(text, "warning: {t}");
        });
        text
    }

    fn times(&self, text: &mut String) {
        let mut scorers: Vec<(&String, &Scorer)> = self.scorers.iter().collect();
        scorers.sort_by_key(|s| std::cmp::Reverse(s.1.total));
        if !scorers.is_empty() {
            let _ = writeln!(text, "\nslowest scorers");
        }
        for (name, s) in scorers.iter().take(5) {
            let each = s.total.as_secs_f64() / s.elements.max(1) as f64;
            let _ = writeln!(
                text,
                "  {name:14} {:>9} in all, {:>9} each",
                time(s.total.as_secs_f64()),
                time(each)
            );
            if let Some((took, place)) = s.slowest.first() {
                let _ = writeln!(text, "  {:14} {:>9} at {place}", "", time(took.as_secs_f64()));
            }
        }
        let parts: Vec<String> =
            self.clock.iter().map(|(what, t)| format!("{what} {}", time(t.as_secs_f64()))).collect();
        let _ = writeln!(text, "\ntime: {}", parts.join(", "));
    }

    pub fn json(&self) -> Value {
        let components: BTreeMap<&str, Value> = self
            .lines
            .iter()
            .map(|l| {
                let moments = !l.text && l.count > 0;
                let value = |x: f64| if moments { json!(x) } else { Value::Null };
                let line = json!({
                    "axis": l.axis, "present": l.count, "mean": value(l.mean), "std": value(l.std()),
                    "min": value(l.min), "max": value(l.max), "absent": l.absent,
                });
                (l.name.as_str(), line)
            })
            .collect();
        let scorers: BTreeMap<&str, Value> = self
            .scorers
            .iter()
            .map(|(name, s)| {
                let slowest: Vec<Value> = s
                    .slowest
                    .iter()
                    .map(|(t, place)| json!({"seconds": t.as_secs_f64(), "at": place}))
                    .collect();
                (
                    name.as_str(),
                    json!({"elements": s.elements, "seconds": s.total.as_secs_f64(), "slowest": slowest}),
                )
            })
            .collect();
        let seconds: BTreeMap<&str, f64> =
            self.clock.iter().map(|(what, t)| (*what, t.as_secs_f64())).collect();
        json!({
            "rollouts": self.report.rollouts,
            "groups": self.groups,
            "rows": self.report.rows_read,
            "skipped": self.report.skipped,
            "errors": self.report.errors.iter().map(|e| e.to_string()).collect::<Vec<_>>(),
            "layout": self.layout,
            "components": components,
            "groups_without_spread": if self.has_reward { json!(self.flat) } else { Value::Null },
            "scorers": scorers,
            "seconds": seconds,
            "warnings": self.trouble,
        })
    }
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e7).contains(&x.abs()) { format!("{x:.4}") } else { format!("{x:.3e}") }
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.1} ms", s * 1e3),
        s if s >= 1e-6 => format!("{:.1} µs", s * 1e6),
        s => format!("{:.0} ns", s * 1e9),
    }
}
