//! How much a program may use.

use std::time::Duration;

const MIB: u64 = 1 << 20;

/// What one run may use. Everything is bounded; there is no "unlimited".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Wall-clock time of a run, or of one test where tests are asked one by one.
    pub wall: Duration,
    /// Processor time of all its threads, rounded up to whole seconds by the kernel.
    pub cpu: Duration,
    /// Bytes of memory: address space of each process where the runtime allows it, resident memory of all together.
    pub memory: u64,
    /// Processes and threads at a time.
    pub processes: u64,
    /// Open files of a process.
    pub open_files: u64,
    /// Bytes of one file.
    pub file_size: u64,
    /// Bytes of all files in the work directory, which is memory too.
    pub disk: u64,
    /// Bytes written to standard output, and as many to standard error.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wall: Duration::from_secs(5),
            cpu: Duration::from_secs(10),
            memory: 512 * MIB,
            processes: 64,
            open_files: 128,
            file_size: 32 * MIB,
            disk: 64 * MIB,
            output: MIB,
        }
    }
}

impl Limits {
    /// These limits with `wall`, and twice as much processor time for threads.
    #[must_use]
    pub fn with_wall(self, wall: Duration) -> Limits {
        Limits { wall, cpu: wall * 2, ..self }
    }

    /// These limits with `memory` bytes.
    #[must_use]
    pub fn with_memory(self, memory: u64) -> Limits {
        Limits { memory, ..self }
    }

    /// What compilers may use: more time, more memory, larger files.
    pub(crate) fn for_compiling(&self) -> Limits {
        Limits {
            wall: self.wall.max(Duration::from_secs(30)),
            cpu: Duration::from_secs(60),
            memory: self.memory.max(2048 * MIB),
            processes: self.processes.max(128),
            open_files: self.open_files.max(512),
            file_size: 256 * MIB,
            disk: 512 * MIB,
            output: self.output,
        }
    }
}
