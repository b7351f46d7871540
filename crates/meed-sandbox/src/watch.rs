//! Watching a run: its output, its time, its memory.

use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::sys::{self, failed};

/// Why a run was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Time,
    Memory,
    Output,
}

/// How often memory is looked at.
const TICK: Duration = Duration::from_millis(20);

/// The resident memory of a process and all below it, in bytes. What they share counts for each of them, unless
/// `shared_once`, which takes longer.
fn tree_memory(pid: i32, shared_once: bool) -> u64 {
    let mut total = 0;
    let mut waiting = vec![pid];
    let mut seen = 0;
    while let Some(pid) = waiting.pop() {
        seen += 1;
        if seen > 10_000 {
            break;
        }
        let share = if shared_once { proportional(pid) } else { None };
        total += share.unwrap_or_else(|| resident(pid));
        let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for thread in threads.flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().filter_map(|n| n.parse::<i32>().ok()));
        }
    }
    total
}

/// The resident memory of a process in bytes; 0 for one that is gone.
fn resident(pid: i32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    statm.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// The same with every shared page divided by how many share it.
fn proportional(pid: i32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// A watch over the memory of one run.
pub(crate) struct MemoryWatch {
    pid: Option<i32>,
    limit: u64,
    next: Instant,
}

impl MemoryWatch {
    /// Of the process behind `pidfd` and all below it.
    pub(crate) fn new(pidfd: &OwnedFd, limit: u64) -> Self {
        MemoryWatch { pid: sys::pid_of(pidfd), limit, next: Instant::now() + TICK }
    }

    /// Whether it uses more than it may. Looks only now and then.
    pub(crate) fn exceeded(&mut self) -> bool {
        let now = Instant::now();
        if now < self.next {
            return false;
        }
        self.next = now + TICK;
        let over = |shared_once| self.pid.is_some_and(|pid| tree_memory(pid, shared_once) > self.limit);
        over(false) && over(true)
    }

    /// When to look again.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }
}

/// Milliseconds until `until`, rounded up, for `poll`.
pub(crate) fn millis_until(until: Instant) -> i32 {
    let left = until.saturating_duration_since(Instant::now());
    i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}

/// The pipes of a run, from the host's side.
pub(crate) struct Pipes<'a> {
    pub(crate) stdin: Option<(OwnedFd, &'a [u8])>,
    pub(crate) outputs: Vec<Output>,
}

/// An output that is read, up to a limit.
pub(crate) struct Output {
    fd: Option<OwnedFd>,
    limit: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Output {
    pub(crate) fn new(fd: OwnedFd, limit: u64) -> Result<Output, Error> {
        sys::set_nonblocking(&fd).map_err(failed("preparing a pipe"))?;
        Ok(Output { fd: Some(fd), limit, bytes: Vec::new() })
    }

    /// Reads what is there; whether more came than may come.
    fn read(&mut self) -> bool {
        let Some(fd) = &self.fd else { return false };
        let mut buffer = [0u8; 16384];
        loop {
            // SAFETY: reads into the buffer.
            let n = unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
            if n > 0 {
                let room = (self.limit as usize).saturating_sub(self.bytes.len()).min(n as usize);
                self.bytes.extend_from_slice(&buffer[..room]);
                if room < n as usize {
                    return true;
                }
                continue;
            }
            if n == 0 {
                self.fd = None;
            }
            return false;
        }
    }
}

impl<'a> Pipes<'a> {
    pub(crate) fn new(stdin: OwnedFd, input: &'a [u8], outputs: Vec<Output>) -> Result<Self, Error> {
        sys::set_nonblocking(&stdin).map_err(failed("preparing a pipe"))?;
        Ok(Pipes { stdin: Some((stdin, input)), outputs })
    }

    fn write(&mut self) {
        let Some((fd, rest)) = &mut self.stdin else { return };
        while !rest.is_empty() {
            // SAFETY: writes from the slice. SIGPIPE is dealt with by the caller's thread mask.
            let n = unsafe { libc::write(fd.as_raw_fd(), rest.as_ptr().cast(), rest.len()) };
            match n {
                n if n > 0 => *rest = &rest[n as usize..],
                _ => {
                    let error = std::io::Error::last_os_error();
                    if error.kind() == std::io::ErrorKind::WouldBlock {
                        return;
                    }
                    break;
                }
            }
        }
        self.stdin = None;
    }
}

/// Moves data until the process behind `pidfd` has ended and its output is read, or a limit is passed. The caller
/// kills it in that case.
pub(crate) fn watch(
    pidfd: &OwnedFd,
    pipes: &mut Pipes<'_>,
    deadline: Instant,
    memory: u64,
) -> Result<Option<Stop>, Error> {
    let mut memory = MemoryWatch::new(pidfd, memory);
    let mut ended = false;
    let _quiet = NoSigpipe::new();
    loop {
        if pipes.stdin.as_ref().is_some_and(|(_, rest)| rest.is_empty()) {
            pipes.stdin = None;
        }
        let mut fds = vec![pollfd(pidfd.as_raw_fd(), libc::POLLIN)];
        if ended {
            fds[0].fd = -1;
        }
        fds.push(pollfd(pipes.stdin.as_ref().map_or(-1, |(fd, _)| fd.as_raw_fd()), libc::POLLOUT));
        for output in &pipes.outputs {
            fds.push(pollfd(output.fd.as_ref().map_or(-1, AsRawFd::as_raw_fd), libc::POLLIN));
        }
        let until = if ended { deadline } else { deadline.min(memory.next()) };
        sys::poll(&mut fds, millis_until(until)).map_err(failed("waiting for a program"))?;
        ended |= fds[0].revents != 0;
        if fds[1].revents != 0 {
            pipes.write();
        }
        for (output, fd) in pipes.outputs.iter_mut().zip(&fds[2..]) {
            if fd.revents != 0 && output.read() {
                return Ok(Some(Stop::Output));
            }
        }
        if ended && pipes.outputs.iter().all(|o| o.fd.is_none()) {
            return Ok(None);
        }
        if Instant::now() >= deadline {
            return Ok(Some(Stop::Time));
        }
        if !ended && memory.exceeded() {
            return Ok(Some(Stop::Memory));
        }
    }
}

fn pollfd(fd: i32, events: i16) -> libc::pollfd {
    libc::pollfd { fd, events, revents: 0 }
}

/// While it lives, writing into a closed pipe is an error and not a signal, whatever the host has set.
pub(crate) struct NoSigpipe {
    before: libc::sigset_t,
}

impl NoSigpipe {
    pub(crate) fn new() -> Self {
        // SAFETY: sets are initialised by the calls that fill them.
        unsafe {
            let mut pipe = std::mem::zeroed();
            let mut before = std::mem::zeroed();
            libc::sigemptyset(&mut pipe);
            libc::sigaddset(&mut pipe, libc::SIGPIPE);
            libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, &mut before);
            NoSigpipe { before }
        }
    }
}

impl Drop for NoSigpipe {
    fn drop(&mut self) {
        // SAFETY: the mask is one the thread had. A pending SIGPIPE of our own is taken first.
        unsafe {
            if libc::sigismember(&self.before, libc::SIGPIPE) == 0 {
                let mut pipe = std::mem::zeroed();
                libc::sigemptyset(&mut pipe);
                libc::sigaddset(&mut pipe, libc::SIGPIPE);
                let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
                while libc::sigtimedwait(&pipe, std::ptr::null_mut(), &now) > 0 {}
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut());
        }
    }
}
