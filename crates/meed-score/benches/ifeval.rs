//! Checks of instructions, nanoseconds each by kind, on the cases of a JSONL file (`MEED_CASES`): rows of
//! `instruction`, `kwargs` and `text`. `benches/peers/ifeval.py` makes one, and sets the reference beside it.

use std::collections::BTreeMap;
use std::time::Instant;

use meed_algebra::{Slice, TextCell};
use serde_json::Value;

fn main() {
    let Some(path) = std::env::var_os("MEED_CASES") else {
        println!("set MEED_CASES to a file of cases, or run crates/meed-score/benches/peers/ifeval.py");
        return;
    };
    let mut kinds: BTreeMap<String, [Vec<TextCell>; 3]> = BTreeMap::new();
    for line in std::fs::read_to_string(path).expect("a file of cases").lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let id = case["instruction"].as_str().expect("an instruction").to_string();
        let cells = kinds.entry(id.clone()).or_default();
        cells[0].push(Ok(case["text"].as_str().expect("a text").into()));
        cells[1].push(Ok(format!("[{:?}]", id).into()));
        cells[2].push(Ok(format!("[{}]", case["kwargs"]).into()));
    }
    let scorer = meed_score::find("ifeval").expect("the scorer");
    for loose in [false, true] {
        let options = BTreeMap::from([("loose".to_string(), loose.into())]);
        let function = scorer.function(options).expect("good options");
        for (kind, cells) in &kinds {
            let args = cells.each_ref().map(|cells| Slice::Texts(cells));
            let best = (0..5).map(|_| {
                let start = Instant::now();
                std::hint::black_box(function.call(&args, cells[0].len()).expect("scores"));
                start.elapsed().as_nanos()
            });
            let nanoseconds = best.min().unwrap_or(0) / cells[0].len() as u128;
            println!("{{\"kind\": {kind:?}, \"loose\": {loose}, \"nanoseconds\": {nanoseconds}}}");
        }
    }
}
