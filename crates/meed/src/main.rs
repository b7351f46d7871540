//! The command line.

use std::process::ExitCode;

// Scoring allocates and frees large buffers all the time; this allocator gives them back without new page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(meed::cli::run(std::env::args_os()))
}
