//! System calls as data.
//!
//! What shuts a program in is a list of system calls: mounts, limits, Landlock rules, capabilities, the filter. The
//! list is made in one place and run by a loop of a few lines, in the child of a thread of any process (where nothing
//! may allocate) and in the warm interpreter (where nothing but Python runs). So both are shut in the same way.

use std::ffi::CString;

use crate::sys;

/// What an argument of a system call is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg {
    /// A number.
    Value(i64),
    /// The address of something in the blob.
    Blob(usize),
    /// What an earlier call returned.
    Slot(usize),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Arg::Value(value)
    }
}

impl From<i32> for Arg {
    fn from(value: i32) -> Self {
        Arg::Value(i64::from(value))
    }
}

impl From<u64> for Arg {
    fn from(value: u64) -> Self {
        Arg::Value(value as i64)
    }
}

/// How many results are kept.
const SLOTS: usize = 4;

#[derive(Debug, Clone)]
struct Step {
    nr: i64,
    save: Option<usize>,
    args: [Arg; 6],
    label: usize,
}

/// System calls to run in order; the first that fails ends the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    blob: Vec<u8>,
    /// Places in the blob that hold addresses in the blob.
    relocations: Vec<(usize, usize)>,
    labels: Vec<String>,
}

impl Steps {
    /// Names what the next calls are for, for messages.
    pub(crate) fn label(&mut self, label: impl Into<String>) {
        self.labels.push(label.into());
    }

    /// What call `index` was for.
    pub(crate) fn label_of(&self, index: usize) -> &str {
        self.steps.get(index).map_or("", |step| &self.labels[step.label])
    }

    /// Bytes in the blob.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Arg {
        // Everything is aligned as a pointer is.
        self.blob.resize(self.blob.len().next_multiple_of(8), 0);
        self.blob.extend_from_slice(bytes);
        Arg::Blob(self.blob.len() - bytes.len())
    }

    /// A text that ends with a zero; what follows a zero inside is left out.
    pub(crate) fn text(&mut self, text: &str) -> Arg {
        let text = CString::new(text.split('\0').next().unwrap_or("")).unwrap_or_default();
        self.bytes(text.as_bytes_with_nul())
    }

    /// Writes the address of `target` into the blob, `offset` bytes after `place`.
    pub(crate) fn point(&mut self, place: Arg, offset: usize, target: Arg) {
        if let (Arg::Blob(place), Arg::Blob(target)) = (place, target) {
            self.relocations.push((place + offset, target));
        }
    }

    /// Adds a call.
    pub(crate) fn call<const N: usize>(&mut self, nr: i64, args: [Arg; N]) {
        self.push(nr, None, &args);
    }

    /// Adds a call and keeps what it returns.
    pub(crate) fn call_into<const N: usize>(&mut self, slot: usize, nr: i64, args: [Arg; N]) {
        debug_assert!(slot < SLOTS);
        self.push(nr, Some(slot), &args);
    }

    fn push(&mut self, nr: i64, save: Option<usize>, given: &[Arg]) {
        let mut args = [Arg::Value(0); 6];
        args[..given.len()].copy_from_slice(given);
        let label = self.labels.len().saturating_sub(1);
        self.steps.push(Step { nr, save, args, label });
    }

    /// Puts the addresses of a blob that will not move any more into it.
    pub(crate) fn seal(&mut self) {
        let base = self.blob.as_ptr() as u64;
        for (at, target) in &self.relocations {
            self.blob[*at..*at + 8].copy_from_slice(&(base + *target as u64).to_le_bytes());
        }
    }

    /// Runs the calls; the one that failed and its error number. Neither allocates nor touches thread-local data.
    ///
    /// # Safety
    /// The steps must be sealed, and running them must be what the process is for.
    pub(crate) unsafe fn run(&self) -> Result<(), (usize, i32)> {
        let mut slots = [0i64; SLOTS];
        let base = self.blob.as_ptr() as i64;
        let mut index = 0;
        while index < self.steps.len() {
            let step = &self.steps[index];
            let mut args = [0i64; 6];
            let mut i = 0;
            while i < 6 {
                args[i] = match step.args[i] {
                    Arg::Value(v) => v,
                    Arg::Blob(at) => base + at as i64,
                    Arg::Slot(slot) => slots[slot],
                };
                i += 1;
            }
            // SAFETY: pointers go into the sealed blob; what the calls do is what the caller asked for.
            let result = unsafe { sys::syscall(step.nr, args) };
            if result < 0 {
                return Err((index, -result as i32));
            }
            if let Some(slot) = step.save {
                slots[slot] = result;
            }
            index += 1;
        }
        Ok(())
    }

    /// The form the warm interpreter reads (zygote.py).
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for n in [self.steps.len(), self.relocations.len(), self.blob.len()] {
            out.extend_from_slice(&(n as u32).to_le_bytes());
        }
        for (at, target) in &self.relocations {
            out.extend_from_slice(&(*at as u32).to_le_bytes());
            out.extend_from_slice(&(*target as u32).to_le_bytes());
        }
        for step in &self.steps {
            let kind = |arg: &Arg| match arg {
                Arg::Value(_) => 0,
                Arg::Blob(_) => 1,
                Arg::Slot(_) => 2,
            };
            let kinds = step.args.iter().enumerate().fold(0, |k, (i, arg)| k | kind(arg) << (4 * i));
            let args = step.args.map(|arg| match arg {
                Arg::Value(v) => v,
                Arg::Blob(at) => at as i64,
                Arg::Slot(slot) => slot as i64,
            });
            let save = step.save.map_or(-1, |slot| slot as i64);
            for n in [step.nr, save, kinds].into_iter().chain(args) {
                out.extend_from_slice(&n.to_le_bytes());
            }
        }
        out.extend_from_slice(&self.blob);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_kept_and_failures_named() {
        let mut steps = Steps::default();
        steps.label("a directory");
        let path = steps.text("/");
        steps.call_into(1, libc::SYS_openat, [(-100).into(), path, libc::O_PATH.into()]);
        steps.call(libc::SYS_close, [Arg::Slot(1)]);
        steps.label("nothing");
        steps.call(libc::SYS_close, [(-1).into()]);
        steps.seal();
        // SAFETY: they open and close a directory.
        assert_eq!(unsafe { steps.run() }, Err((2, libc::EBADF)));
        assert_eq!(steps.label_of(2), "nothing");
        assert_eq!(steps.label_of(0), "a directory");
    }
}
