#[path = "../tests/support/mod.rs"]
mod support;
fn main() {
    let f = std::env::args().nth(1).unwrap();
    let mut v = Vec::new();
    for line in std::fs::read_to_string(f).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        support::verdict(&row);
        let t = std::time::Instant::now();
        let e = support::verdict(&row);
        v.push((
            t.elapsed().as_secs_f64() * 1e6,
            e.spent,
            e.rule,
            row["gold"].to_string(),
            row["pred"].to_string(),
        ));
    }
    v.sort_by(|a, b| b.0.total_cmp(&a.0));
    for x in v.iter().take(12) {
        println!(
            "{:.1}us {} {} {} {}",
            x.0,
            x.1,
            x.2,
            &x.3.chars().take(60).collect::<String>(),
            &x.4.chars().take(60).collect::<String>()
        );
    }
}
