//! Losing a warm interpreter. Alone in its file: it kills every process below the test.

mod common;

use std::process::Command;
use std::time::Duration;

use common::{descendants, patient, python};
use meed_sandbox::{Level, Pool};

#[test]
fn a_pool_survives_the_death_of_its_interpreter() {
    let pool = Pool::new(1, Level::Full).unwrap();
    let before = descendants(std::process::id());
    assert!(pool.run(&python("pass"), b"", &patient()).unwrap().failure.is_none());
    for pid in descendants(std::process::id()).difference(&before) {
        let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
    }
    std::thread::sleep(Duration::from_millis(100));
    let run = pool.run(&python("print('again')"), b"", &patient()).unwrap();
    assert!(run.failure.is_none(), "{run:?}");
}
