//! Prints every row of a case file whose verdict is not the expected one.
//!
//! `cargo run --release -p meed-math --example cases -- FILE.jsonl`

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).expect("readable file");
        let (mut n, mut ok) = (0, 0);
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let row: serde_json::Value = serde_json::from_str(line).expect("valid JSON");
            let e = support::verdict(&row);
            n += 1;
            if support::as_expected(&row, e.verdict) {
                ok += 1;
                continue;
            }
            println!("{} expected {} got {:?} ({})", n, row["expected"], e.verdict, e.rule);
            for (side, whole) in [(&e.gold, &row["gold"]), (&e.prediction, &row["pred"])] {
                match side {
                    Some(s) => println!("    {:?} {:?} {:?} {:?}", s.mark, s.text, s.kind, s.error),
                    None => println!("    nothing in {whole}"),
                }
            }
        }
        println!("{file}: {ok} of {n}");
    }
}
