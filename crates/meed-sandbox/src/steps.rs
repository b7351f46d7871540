//! System calls as data.
//!
//! What shuts a program in is a list of system calls: mounts, limits, Landlock rules, capabilities, the filter. The
//! list is made in one place and run by a loop of a few lines in the child of a thread of any process (where nothing may
//! allocate), and as machine code in a child of the warm interpreter (where nothing but Python runs). So both are shut
//! in the same way.

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

    /// The form the warm interpreter runs (zygote.py): machine code and the data it points to, with the places where
    /// addresses are to be put first. The code returns 0, or the number of the call that failed, counted from 1, above 16
    /// bits with its error number. As code it costs a child microseconds; as a list that Python goes through, it would be
    /// a good part of a run.
    pub(crate) fn to_code(&self) -> Vec<u8> {
        let mut code = Code::default();
        for (index, step) in self.steps.iter().enumerate() {
            code.step(index, step);
        }
        let (code, code_relocations) = code.finish();
        let shift = code.len();
        let relocations: Vec<(usize, usize)> = code_relocations
            .into_iter()
            .map(|(at, target)| (at, target + shift))
            .chain(self.relocations.iter().map(|(at, target)| (at + shift, target + shift)))
            .collect();
        let mut out = Vec::new();
        for n in [relocations.len(), shift + self.blob.len()] {
            out.extend_from_slice(&(n as u32).to_le_bytes());
        }
        for (at, target) in relocations {
            out.extend_from_slice(&(at as u32).to_le_bytes());
            out.extend_from_slice(&(target as u32).to_le_bytes());
        }
        out.extend_from_slice(&code);
        out.extend_from_slice(&self.blob);
        out
    }
}

/// Machine code for x86-64 in the making.
#[derive(Default)]
struct Code {
    bytes: Vec<u8>,
    /// Places that hold an address in the blob.
    relocations: Vec<(usize, usize)>,
}

impl Code {
    /// One system call: its arguments into the registers the kernel reads, then back with the error if it failed.
    fn step(&mut self, index: usize, step: &Step) {
        if index == 0 {
            // sub rsp, 8 * SLOTS
            self.bytes.extend_from_slice(&[0x48, 0x83, 0xec, 8 * SLOTS as u8]);
        }
        // The first two bytes of `mov register, imm64`, and of `mov register, [rsp + imm8]` with what follows them.
        const REGISTERS: [([u8; 2], [u8; 4]); 6] = [
            ([0x48, 0xbf], [0x48, 0x8b, 0x7c, 0x24]), // rdi
            ([0x48, 0xbe], [0x48, 0x8b, 0x74, 0x24]), // rsi
            ([0x48, 0xba], [0x48, 0x8b, 0x54, 0x24]), // rdx
            ([0x49, 0xba], [0x4c, 0x8b, 0x54, 0x24]), // r10
            ([0x49, 0xb8], [0x4c, 0x8b, 0x44, 0x24]), // r8
            ([0x49, 0xb9], [0x4c, 0x8b, 0x4c, 0x24]), // r9
        ];
        for (arg, (immediate, from_stack)) in step.args.iter().zip(REGISTERS) {
            match arg {
                Arg::Value(value) => {
                    self.bytes.extend_from_slice(&immediate);
                    self.bytes.extend_from_slice(&value.to_le_bytes());
                }
                Arg::Blob(target) => {
                    self.bytes.extend_from_slice(&immediate);
                    self.relocations.push((self.bytes.len(), *target));
                    self.bytes.extend_from_slice(&[0; 8]);
                }
                Arg::Slot(slot) => {
                    self.bytes.extend_from_slice(&from_stack);
                    self.bytes.push(8 * *slot as u8);
                }
            }
        }
        // mov eax, number; syscall; test rax, rax
        self.bytes.push(0xb8);
        self.bytes.extend_from_slice(&(step.nr as u32).to_le_bytes());
        self.bytes.extend_from_slice(&[0x0f, 0x05, 0x48, 0x85, 0xc0]);
        // jns over what returns: neg eax; or eax, (index + 1) << 16; add rsp, 8 * SLOTS; ret
        let mut fail = vec![0xf7, 0xd8, 0x0d];
        fail.extend_from_slice(&((index as u32 + 1) << 16).to_le_bytes());
        fail.extend_from_slice(&[0x48, 0x83, 0xc4, 8 * SLOTS as u8, 0xc3]);
        self.bytes.extend_from_slice(&[0x79, fail.len() as u8]);
        self.bytes.extend_from_slice(&fail);
        if let Some(slot) = step.save {
            // mov [rsp + imm8], rax
            self.bytes.extend_from_slice(&[0x48, 0x89, 0x44, 0x24, 8 * slot as u8]);
        }
    }

    /// Returns 0; what follows is aligned.
    fn finish(mut self) -> (Vec<u8>, Vec<(usize, usize)>) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(&[0x48, 0x83, 0xec, 8 * SLOTS as u8]);
        }
        // xor eax, eax; add rsp, 8 * SLOTS; ret
        self.bytes.extend_from_slice(&[0x31, 0xc0, 0x48, 0x83, 0xc4, 8 * SLOTS as u8, 0xc3]);
        self.bytes.resize(self.bytes.len().next_multiple_of(64), 0xcc);
        (self.bytes, self.relocations)
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

    #[test]
    fn machine_code_does_the_same() {
        let mut steps = Steps::default();
        steps.label("a directory");
        let path = steps.text("/");
        steps.call_into(1, libc::SYS_openat, [(-100).into(), path, libc::O_PATH.into()]);
        steps.call(libc::SYS_close, [Arg::Slot(1)]);
        let good = run_code(&steps.to_code());
        steps.call(libc::SYS_close, [(-1).into()]);
        assert_eq!((good, run_code(&steps.to_code())), (0, 3 << 16 | libc::EBADF));
        assert_eq!(run_code(&Steps::default().to_code()), 0);
    }

    /// As zygote.py does it.
    fn run_code(data: &[u8]) -> i32 {
        let number = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().unwrap()) as usize;
        let (relocations, size) = (number(0), number(4));
        let mut image = data[8 + 8 * relocations..].to_vec();
        assert_eq!(image.len(), size);
        // SAFETY: a fresh mapping of the right size is filled, made executable and called; the code makes the calls above.
        unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let base =
                libc::mmap(std::ptr::null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
            assert_ne!(base, libc::MAP_FAILED);
            for i in 0..relocations {
                let (at, target) = (number(8 + 8 * i), number(12 + 8 * i));
                image[at..at + 8].copy_from_slice(&(base as u64 + target as u64).to_le_bytes());
            }
            std::ptr::copy_nonoverlapping(image.as_ptr(), base.cast(), size);
            libc::mprotect(base, size, libc::PROT_READ | libc::PROT_EXEC);
            let result = std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> i32>(base)();
            libc::munmap(base, size);
            result
        }
    }
}
