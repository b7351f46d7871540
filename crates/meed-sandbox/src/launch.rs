//! Starting a program inside a sandbox from any process.
//!
//! The host may have many threads and gigabytes of memory, so it is neither forked nor asked to unshare anything. The
//! child is cloned with the host's memory shared (as `posix_spawn` does), on a stack of its own, straight into new
//! namespaces. Until it executes its program it makes bare system calls only: no allocation, no locks, no errno.

use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;

use libc::{c_int, c_void};

use crate::error::Error;
use crate::groups::Group;
use crate::isolate::{INSIDE, Level, NAMESPACES, NOBODY, is_root};
use crate::steps::Steps;
use crate::sys::{self, check, failed};

/// A program to start.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    pub(crate) steps: &'a Steps,
    pub(crate) level: Level,
    /// The control group it starts in, where there is one.
    pub(crate) group: Option<&'a Group>,
    /// The program, as a path inside, and its arguments, its own name first.
    pub(crate) argv: &'a [String],
    pub(crate) env: &'a [(String, String)],
    /// What it sees as descriptors 0, 1, 2, …
    pub(crate) fds: &'a [RawFd],
    /// Whether it dies with the thread that started it.
    pub(crate) tied: bool,
}

/// A process that was started.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) pidfd: OwnedFd,
    level: Level,
    reaped: bool,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Exit {
    /// The status as `wait` gives it.
    pub(crate) status: i32,
    /// Processor time in microseconds.
    pub(crate) cpu_us: u64,
    /// The largest resident memory of one process, in KiB.
    pub(crate) peak_kib: u64,
}

/// What the child reads: prepared before it exists.
struct Plan<'a> {
    steps: &'a Steps,
    path: *const libc::c_char,
    argv: *const *const libc::c_char,
    env: *const *const libc::c_char,
    fds: &'a [RawFd],
    go: RawFd,
    go_other_end: RawFd,
    report: RawFd,
    tied: bool,
}

/// Descriptors of the host are moved here first, so that placing them does not overwrite them.
const ABOVE: RawFd = 64;
const STACK: usize = 128 << 10;

/// Starts a program; returns once it runs.
pub(crate) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    let io = failed("starting a process");
    let fds: Vec<OwnedFd> = launch
        .fds
        .iter()
        .map(|fd| sys::duplicate_above(*fd, ABOVE))
        .collect::<Result<_, _>>()
        .map_err(&io)?;
    let raw: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    let above = |(a, b): (OwnedFd, OwnedFd)| {
        Ok((sys::duplicate_above(a.as_raw_fd(), ABOVE)?, sys::duplicate_above(b.as_raw_fd(), ABOVE)?))
    };
    let (go_read, go_write) = sys::pipe().and_then(above).map_err(&io)?;
    let (report_read, report_write) = sys::pipe().and_then(above).map_err(&io)?;
    let text = |t: &str| CString::new(t).map_err(|_| Error::machinery("a zero byte in a command line"));
    let argv: Vec<CString> = launch.argv.iter().map(|a| text(a)).collect::<Result<_, _>>()?;
    let env: Vec<CString> =
        launch.env.iter().map(|(k, v)| text(&format!("{k}={v}"))).collect::<Result<_, _>>()?;
    let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
        list.iter().map(|t| t.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (argv_pointers, env_pointers) = (pointers(&argv), pointers(&env));
    let plan = Plan {
        steps: launch.steps,
        path: argv_pointers[0],
        argv: argv_pointers.as_ptr(),
        env: env_pointers.as_ptr(),
        fds: &raw,
        go: go_read.as_raw_fd(),
        go_other_end: go_write.as_raw_fd(),
        report: report_write.as_raw_fd(),
        tied: launch.tied,
    };
    let mut stack = vec![0u128; STACK / 16];
    let dumpable = dumpable();
    let process = clone(&plan, &mut stack, launch.level)?;
    let started = start(&process, launch, go_write, report_write, report_read);
    restore_dumpable(dumpable);
    // From here on the child has memory of its own, or is gone.
    match started {
        Ok(None) => Ok(process),
        Ok(Some((index, errno))) if index >= 0 => {
            Err(Error::Refused { layer: launch.steps.label_of(index as usize).to_string(), errno })
        }
        Ok(Some((_, errno))) => Err(Error::Machinery {
            what: format!("executing {}", launch.argv[0]),
            source: Some(std::io::Error::from_raw_os_error(errno)),
        }),
        Err(e) => Err(e),
    }
}

/// Clones the child. It waits until its identity is mapped.
fn clone(plan: &Plan<'_>, stack: &mut [u128], level: Level) -> Result<Process, Error> {
    let namespaces = if level == Level::Full { NAMESPACES as c_int } else { 0 };
    let flags = libc::CLONE_VM | libc::CLONE_PIDFD | libc::SIGCHLD | namespaces;
    let mut pidfd: c_int = -1;
    let mut blocked = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: signals are blocked while the child shares this memory, so no handler of the host runs in it. The
    // plan, the stack and all they point to outlive the sharing: `start` waits for its end.
    let (pid, error) = unsafe {
        libc::sigfillset(blocked.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, blocked.as_ptr(), before.as_mut_ptr());
        let top = stack.as_mut_ptr().add(stack.len()).cast::<c_void>();
        let argument = std::ptr::from_ref(plan).cast_mut().cast::<c_void>();
        let pid = libc::clone(child, top, flags, argument, &mut pidfd as *mut c_int);
        let error = std::io::Error::last_os_error();
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        (pid, error)
    };
    if pid < 0 {
        let layer = "namespaces (user, mount, process, network, IPC, UTS)".to_string();
        return Err(Error::Refused { layer, errno: error.raw_os_error().unwrap_or(0) });
    }
    // SAFETY: the kernel just made this descriptor for us.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Process { pid, pidfd, level, reaped: false })
}

/// Puts the child into its group, maps its identity, lets it go, and waits until it has executed its program or says why it could not.
fn start(
    process: &Process,
    launch: &Launch<'_>,
    go: OwnedFd,
    report_write: OwnedFd,
    report: OwnedFd,
) -> Result<Option<(i32, i32)>, Error> {
    drop(report_write);
    let grouped = launch.group.map_or(Ok(()), |group| group.add(process.pid));
    let mapped = grouped.and_then(|()| match launch.level {
        Level::Full => map_identity(process.pid),
        Level::Restricted => Ok(()),
    });
    if mapped.is_ok() {
        // SAFETY: writes one byte of a constant.
        unsafe { libc::write(go.as_raw_fd(), b"g".as_ptr().cast(), 1) };
    } else {
        sys::kill(&process.pidfd);
    }
    let mut record = [0u8; 8];
    let mut have = 0;
    while have < record.len() {
        // SAFETY: reads into the rest of the record.
        let n = unsafe {
            libc::read(report.as_raw_fd(), record[have..].as_mut_ptr().cast(), record.len() - have)
        };
        match n {
            0 => break,
            n if n > 0 => have += n as usize,
            _ if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    mapped?;
    let number = |at: usize| i32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
    Ok((have == record.len()).then(|| (number(0), number(4))))
}

/// Who the user inside is outside: the host's user, or nobody when that is root.
fn map_identity(pid: i32) -> Result<(), Error> {
    // SAFETY: reads two numbers.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    let refused = |e: std::io::Error| Error::Refused {
        layer: "user namespace: mapping its user".into(),
        errno: e.raw_os_error().unwrap_or(0),
    };
    let write =
        |file: &str, text: String| std::fs::write(format!("/proc/{pid}/{file}"), text).map_err(refused);
    if is_root() {
        // Root is mapped for the mounts before the program; the program itself is nobody, without capabilities.
        write("uid_map", format!("0 0 1\n{INSIDE} {NOBODY} 1\n"))?;
        write("gid_map", format!("0 0 1\n{INSIDE} {NOBODY} 1\n"))
    } else {
        write("setgroups", "deny".into())?;
        write("uid_map", format!("{INSIDE} {uid} 1\n"))?;
        write("gid_map", format!("{INSIDE} {gid} 1\n"))
    }
}

/// Whether this process may be traced. Giving up root in a child that shares its memory clears it, so it is put back.
fn dumpable() -> c_int {
    static AT_START: OnceLock<c_int> = OnceLock::new();
    // SAFETY: reads a flag.
    *AT_START.get_or_init(|| unsafe { libc::prctl(libc::PR_GET_DUMPABLE) })
}

fn restore_dumpable(dumpable: c_int) {
    if dumpable == 1 && is_root() {
        // SAFETY: sets a flag to what it was.
        unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
    }
}

/// The child: bare system calls until it executes its program.
extern "C" fn child(plan: *mut c_void) -> c_int {
    // SAFETY: the host keeps the plan until the child is done with it; nothing here allocates or unwinds.
    unsafe {
        let plan = &*plan.cast_const().cast::<Plan<'_>>();
        let call = |nr: i64, args: [i64; 6]| sys::syscall(nr, args);
        let die_with_parent = [i64::from(libc::PR_SET_PDEATHSIG), i64::from(libc::SIGKILL), 0, 0, 0, 0];
        if plan.tied {
            call(libc::SYS_prctl, die_with_parent);
        }
        call(libc::SYS_close, [i64::from(plan.go_other_end), 0, 0, 0, 0, 0]);
        let mut byte = 0u8;
        let read = call(libc::SYS_read, [i64::from(plan.go), (&raw mut byte) as i64, 1, 0, 0, 0]);
        if read != 1 {
            exit(1);
        }
        let mut i = 0;
        while i < plan.fds.len() {
            call(libc::SYS_dup3, [i64::from(plan.fds[i]), i as i64, 0, 0, 0, 0]);
            i += 1;
        }
        let default = [0u64; 4];
        let mut signal = 1;
        while signal < 65 {
            call(libc::SYS_rt_sigaction, [signal, default.as_ptr() as i64, 0, 8, 0, 0]);
            signal += 1;
        }
        let none = 0u64;
        call(libc::SYS_rt_sigprocmask, [i64::from(libc::SIG_SETMASK), (&raw const none) as i64, 0, 8, 0, 0]);
        let first = plan.fds.len() as i64;
        call(libc::SYS_close_range, [first, i64::from(u32::MAX), libc::CLOSE_RANGE_CLOEXEC as i64, 0, 0, 0]);
        if let Err((index, errno)) = plan.steps.run() {
            report(plan.report, index as i32, errno);
        }
        if plan.tied {
            // Changing the user has cleared it; the host may have died meanwhile.
            call(libc::SYS_prctl, die_with_parent);
            let mut ready = libc::pollfd { fd: plan.go, events: libc::POLLIN, revents: 0 };
            call(libc::SYS_poll, [(&raw mut ready) as i64, 1, 0, 0, 0, 0]);
            if ready.revents & libc::POLLHUP != 0 {
                exit(1);
            }
        }
        let error = call(libc::SYS_execve, [plan.path as i64, plan.argv as i64, plan.env as i64, 0, 0, 0]);
        report(plan.report, -1, -error as i32)
    }
}

/// Says what failed and ends.
unsafe fn report(fd: RawFd, index: i32, errno: i32) -> ! {
    let record = [index.to_le_bytes(), errno.to_le_bytes()];
    // SAFETY: writes eight bytes of the own stack.
    unsafe {
        sys::syscall(libc::SYS_write, [i64::from(fd), record.as_ptr() as i64, 8, 0, 0, 0]);
        exit(1)
    }
}

unsafe fn exit(status: i64) -> ! {
    // SAFETY: ends the process.
    unsafe { sys::syscall(libc::SYS_exit_group, [status, 0, 0, 0, 0, 0]) };
    loop {
        std::hint::spin_loop();
    }
}

impl Process {
    /// Kills it and everything it started.
    pub(crate) fn kill(&self) {
        if self.level == Level::Restricted && !self.reaped {
            // SAFETY: the process leads its own group until it is reaped; the filter keeps its children in it.
            unsafe { libc::kill(-self.pid, libc::SIGKILL) };
        }
        sys::kill(&self.pidfd);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> Result<Exit, Error> {
        let mut status = 0;
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: both out-parameters outlive the call.
        let result = loop {
            let result = unsafe { libc::wait4(self.pid, &mut status, 0, usage.as_mut_ptr()) };
            if check(result).is_ok()
                || std::io::Error::last_os_error().kind() != std::io::ErrorKind::Interrupted
            {
                break check(result);
            }
        };
        self.reaped = true;
        if self.level == Level::Restricted {
            // SAFETY: whatever is left of the group; its number is not reused while a member lives.
            unsafe { libc::kill(-self.pid, libc::SIGKILL) };
        }
        result.map_err(failed("waiting for a process"))?;
        // SAFETY: zeroed, and filled by the kernel.
        let usage = unsafe { usage.assume_init() };
        let micros = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
        Ok(Exit {
            status,
            cpu_us: micros(usage.ru_utime) + micros(usage.ru_stime),
            peak_kib: usage.ru_maxrss as u64,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            let _ = self.wait();
        }
    }
}
