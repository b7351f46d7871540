//! No hostile input takes more than 64 MB, counted by the allocator of this binary.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use meed_math::{Answer, Options, Verifier, answer_key};
use support::hostile::hostile;

/// The system's allocator, counting.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grown(bytes: usize) {
    PEAK.fetch_max(LIVE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: every call goes to the system's allocator unchanged; only the sizes are added up.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller's promises are those `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may live side by side while it moves.
        grown(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LIMIT: usize = 64_000_000;

/// The most that was in use during `work`, beyond what was before.
fn peak<T>(work: impl FnOnce() -> T) -> usize {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    drop(work());
    PEAK.load(Relaxed) - before
}

/// The only test here: others beside it would be counted too.
#[test]
fn hostile_inputs_stay_within_64_megabytes() {
    let options = Options::default();
    assert!(peak(|| vec![1u8; 5_000_000]) >= 5_000_000, "the allocator does not count");
    let mut worst = (0, String::new());
    for (gold, response) in hostile() {
        let used = [
            peak(|| Verifier::new(&[&gold], &options).explain(&response)),
            peak(|| Verifier::new(&[&gold], &options).explain(&format!("\\boxed{{{response}}}"))),
            peak(|| Answer::parse(&response, options.budget).map(|a| answer_key(&a))),
        ];
        let most = used.into_iter().max().unwrap_or(0);
        assert!(most <= LIMIT, "{most} bytes for {gold:.60} | {response:.60}");
        worst = worst.max((most, format!("{gold:.60} | {response:.60}")));
    }
    println!("at most {} bytes, for {}", worst.0, worst.1);
}
