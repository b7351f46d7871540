//! `meed fit`: planted params come back, and are used with `--set`.

mod common;

use common::{Folder, number};
use serde_json::{Value, json};

/// Numbers in [0, 1) without pattern, always the same.
fn noise(seed: u64, n: usize) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n).map(|_| next()).collect()
}

fn lines(rows: impl Iterator<Item = Value>) -> String {
    rows.map(|r| format!("{r}\n")).collect()
}

/// Tasks of two rollouts, one of which is chosen as a Bradley-Terry model with the planted weights has it.
fn preferences(pairs: usize, helpful: f64, brief: f64) -> String {
    let (scores, luck) = (noise(1, 4 * pairs), noise(2, pairs));
    lines((0..2 * pairs).map(|i| {
        let of = |i: usize| (4.0 * scores[2 * i], 4.0 * scores[2 * i + 1]);
        let worth = |i: usize| helpful * of(i).0 + brief * of(i).1;
        let (pair, (h, b)) = (i / 2, of(i));
        let lead = worth(2 * pair) - worth(2 * pair + 1);
        let first = luck[pair] < 1.0 / (1.0 + (-lead).exp());
        json!({"task": pair.to_string(), "prompt": "p", "response": "r", "helpful": h, "brief": b,
               "chosen": u8::from(first == (i % 2 == 0))})
    }))
}

const WEIGHTS: &str = r#"
weights = param("weights", {"helpful": 0.5, "brief": 0.5}, "of the scores", learn=True, simplex=True)
scale = param("scale", 1.0, "how decisive the reward is", learn=True, low=0)

reward = (lanes({"helpful": col("helpful"), "brief": col("brief")}) * weights).sum("rollout")
lead = (where(col("chosen") > 0, 1, -1) * reward).sum("group")
loss = (-log_sigmoid(scale * lead)).mean("batch")
"#;

#[test]
fn weights_come_back_from_preferences_and_are_used() {
    let folder = Folder::new();
    // Worth 1.6 * helpful + 0.4 * brief: weights 0.8 and 0.2 of a reward on a scale of 2.
    folder.file("spec.star", WEIGHTS).file("rows.jsonl", preferences(4000, 1.6, 0.4));
    let ran = folder.good("fit spec.star rows.jsonl -o fitted.json");
    assert!(ran.stdout.contains("weights") && ran.stdout.contains("helpful 0.8"), "{}", ran.stdout);
    let fitted: Value = serde_json::from_slice(&folder.read("fitted.json")).unwrap();
    let (h, b) = (number(&fitted["weights"], "helpful"), number(&fitted["weights"], "brief"));
    assert!((h + b - 1.0).abs() < 1e-9 && (h - 0.8).abs() < 0.03, "{fitted}");
    assert!((number(&fitted, "scale") - 2.0).abs() < 0.15, "{fitted}");
    folder.good("score spec.star rows.jsonl --set @fitted.json -o out.jsonl");
    let row = &folder.rows("out.jsonl")[0];
    let expected = h * number(row, "helpful") + b * number(row, "brief");
    assert!((number(row, "reward") - expected).abs() < 1e-12, "{row}");
    // The same place by another way.
    folder.good(
        "fit spec.star rows.jsonl --method adam --rate 0.05 --steps 600 --tolerance 1e-4 -q -o other.json",
    );
    let other: Value = serde_json::from_slice(&folder.read("other.json")).unwrap();
    assert!((number(&other["weights"], "helpful") - h).abs() < 1e-2, "{other}");
}

#[test]
fn a_temperature_comes_back_from_answers() {
    let folder = Folder::new();
    let rows = noise(3, 6000).into_iter().zip(noise(4, 6000)).enumerate().map(|(i, (z, u))| {
        let logit = 16.0 * z - 8.0;
        let right = u < 1.0 / (1.0 + (-logit / 2.5).exp());
        json!({"task": i.to_string(), "prompt": "p", "response": "r", "logit": logit, "right": u8::from(right)})
    });
    folder.file("rows.jsonl", lines(rows)).file(
        "spec.star",
        r#"
t = param("t", 1.0, "temperature of the confidence", learn=True, low=0)
z = col("logit") / t
loss = (softplus(z) - col("right") * z).mean("batch")
"#,
    );
    folder.good("fit spec.star rows.jsonl -q -o fitted.json");
    let fitted: Value = serde_json::from_slice(&folder.read("fitted.json")).unwrap();
    assert!((number(&fitted, "t") - 2.5).abs() < 0.2, "{fitted}");
}

#[test]
fn a_multiplier_meets_its_constraint() {
    let folder = Folder::new();
    // How much to do of each of 50 tasks that gain a log(1 + x) each and cost x each, at most 20 in all.
    let rows = noise(5, 50)
        .into_iter()
        .enumerate()
        .map(|(i, u)| json!({"task": i.to_string(), "prompt": "p", "response": "r", "gain": 1.0 + u}));
    folder.file("rows.jsonl", lines(rows)).file(
        "spec.star",
        r#"
level = param("level", 1.0, "gain at the margin", learn=True, low=0)
lam = param("lam", 0.0, "price of the budget", learn="dual")
x = level * col("gain")
cost = x.sum("batch")
loss = -(col("gain") * log(1 + x)).sum("batch") + lam * (cost - 20)
"#,
    );
    let ran = folder.good("fit spec.star rows.jsonl");
    assert!(ran.stdout.contains("constraint at"), "{}", ran.stdout);
    folder.good("fit spec.star rows.jsonl -q -o fitted.json");
    folder.good("score spec.star rows.jsonl --set @fitted.json -q -o out.jsonl");
    let rows = folder.rows("out.jsonl");
    assert!((number(&rows[0], "cost") - 20.0).abs() < 1e-5, "{}", rows[0]);
    assert!(number(&rows[0], "lam") > 0.1, "{}", rows[0]);
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let folder = Folder::new();
    folder.file("rows.jsonl", preferences(20, 1.0, 0.0));
    let says = |spec: &str, args: &str| {
        folder.file("spec.star", spec);
        let ran = folder.meed(&format!("fit spec.star rows.jsonl {args}"));
        assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
        ran.stderr
    };
    let none = says("loss = col(\"helpful\").mean(\"batch\")\n", "");
    assert!(none.contains("no learnable param"), "{none}");
    let several = says("w = param(\"w\", 1, learn=True)\nloss = col(\"helpful\") * w\n", "");
    assert!(several.contains("one number for the batch"), "{several}");
    let other = says(
        "w = param(\"w\", 1, learn=True)\nloss = (col(\"helpful\") * w).mean(\"batch\")\n",
        "--loss cost",
    );
    assert!(other.contains("no output `cost`"), "{other}");
    let outside =
        says("w = param(\"w\", -1, learn=True)\nloss = log(w) + col(\"helpful\").mean(\"batch\")\n", "");
    assert!(outside.contains("absent (undefined)"), "{outside}");
    let dark =
        "w = param(\"w\", 1, learn=True)\nloss = map(lambda x: x, w * col(\"helpful\")).mean(\"batch\")\n";
    assert!(says(dark, "").contains("has no derivative"));
    assert!(says("w = param(\"w\", 1, low=0)\nloss = w\n", "").contains("learn=True"));
}
