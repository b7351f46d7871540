//! Which system calls a program may make.
//!
//! What is not on the list of ordinary calls fails with "not permitted", and what only an attack needs ends the
//! process, which makes the attempt visible. Calls of foreign ABIs (32-bit, x32) end it too.
//!
//! The filter is one program for the kernel's packet filter machine: a binary search over the numbers of calls. The
//! kernel tries every number when the filter is put on, so its depth decides what that costs.

use std::collections::BTreeMap;

use crate::isolate::Level;

/// Ordinary calls.
#[rustfmt::skip]
const ALLOWED: &[i64] = &[
    // Files.
    libc::SYS_read, libc::SYS_write, libc::SYS_open, libc::SYS_close, libc::SYS_stat, libc::SYS_fstat, libc::SYS_lstat,
    libc::SYS_lseek, libc::SYS_pread64, libc::SYS_pwrite64, libc::SYS_readv, libc::SYS_writev, libc::SYS_preadv,
    libc::SYS_pwritev, libc::SYS_preadv2, libc::SYS_pwritev2, libc::SYS_access, libc::SYS_faccessat,
    libc::SYS_faccessat2, libc::SYS_openat, libc::SYS_openat2, libc::SYS_creat, libc::SYS_newfstatat, libc::SYS_statx,
    libc::SYS_statfs, libc::SYS_fstatfs, libc::SYS_getdents, libc::SYS_getdents64, libc::SYS_getcwd, libc::SYS_chdir,
    libc::SYS_fchdir, libc::SYS_rename, libc::SYS_renameat, libc::SYS_renameat2, libc::SYS_mkdir, libc::SYS_mkdirat,
    libc::SYS_rmdir, libc::SYS_unlink, libc::SYS_unlinkat, libc::SYS_link, libc::SYS_linkat, libc::SYS_symlink,
    libc::SYS_symlinkat, libc::SYS_readlink, libc::SYS_readlinkat, libc::SYS_chmod, libc::SYS_fchmod,
    libc::SYS_fchmodat, libc::SYS_chown, libc::SYS_fchown, libc::SYS_lchown, libc::SYS_fchownat, libc::SYS_umask,
    libc::SYS_truncate, libc::SYS_ftruncate, libc::SYS_fallocate, libc::SYS_fsync, libc::SYS_fdatasync,
    libc::SYS_sync_file_range, libc::SYS_fadvise64, libc::SYS_readahead, libc::SYS_sendfile, libc::SYS_copy_file_range,
    libc::SYS_flock, libc::SYS_fcntl, libc::SYS_ioctl, libc::SYS_dup, libc::SYS_dup2, libc::SYS_dup3, libc::SYS_pipe,
    libc::SYS_pipe2, libc::SYS_mknod, libc::SYS_mknodat, libc::SYS_utime, libc::SYS_utimes, libc::SYS_utimensat,
    libc::SYS_futimesat, libc::SYS_getxattr, libc::SYS_lgetxattr, libc::SYS_fgetxattr, libc::SYS_listxattr,
    libc::SYS_llistxattr, libc::SYS_flistxattr, libc::SYS_close_range, libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch, libc::SYS_inotify_rm_watch,
    // Waiting.
    libc::SYS_poll, libc::SYS_ppoll, libc::SYS_select, libc::SYS_pselect6, libc::SYS_epoll_create,
    libc::SYS_epoll_create1, libc::SYS_epoll_ctl, libc::SYS_epoll_wait, libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2,
    libc::SYS_eventfd, libc::SYS_eventfd2, libc::SYS_signalfd, libc::SYS_signalfd4, libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime, libc::SYS_timerfd_gettime, libc::SYS_futex, libc::SYS_pause, libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep, libc::SYS_restart_syscall,
    // Memory.
    libc::SYS_mmap, libc::SYS_munmap, libc::SYS_mprotect, libc::SYS_mremap, libc::SYS_madvise, libc::SYS_brk,
    libc::SYS_msync, libc::SYS_mincore, libc::SYS_mlock, libc::SYS_mlock2, libc::SYS_munlock, libc::SYS_mlockall,
    libc::SYS_munlockall, libc::SYS_membarrier, libc::SYS_pkey_alloc, libc::SYS_pkey_free, libc::SYS_pkey_mprotect,
    libc::SYS_get_mempolicy, libc::SYS_set_mempolicy, libc::SYS_mbind,
    // Processes, threads and signals.
    libc::SYS_fork, libc::SYS_vfork, libc::SYS_execve, libc::SYS_execveat, libc::SYS_exit, libc::SYS_exit_group,
    libc::SYS_wait4, libc::SYS_waitid, libc::SYS_getpid, libc::SYS_getppid, libc::SYS_gettid, libc::SYS_getpgid,
    libc::SYS_getpgrp, libc::SYS_getsid, libc::SYS_set_tid_address, libc::SYS_set_robust_list,
    libc::SYS_get_robust_list, libc::SYS_rseq, libc::SYS_arch_prctl, libc::SYS_prctl, libc::SYS_tgkill,
    libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn, libc::SYS_rt_sigpending,
    libc::SYS_rt_sigsuspend, libc::SYS_rt_sigtimedwait, libc::SYS_sigaltstack, libc::SYS_alarm, libc::SYS_setitimer,
    libc::SYS_getitimer, libc::SYS_timer_create, libc::SYS_timer_settime, libc::SYS_timer_gettime,
    libc::SYS_timer_getoverrun, libc::SYS_timer_delete, libc::SYS_pidfd_open, libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity, libc::SYS_sched_setaffinity, libc::SYS_sched_getparam, libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max, libc::SYS_sched_get_priority_min, libc::SYS_sched_rr_get_interval,
    libc::SYS_getpriority, libc::SYS_setpriority, libc::SYS_getcpu,
    // Who and where.
    libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid, libc::SYS_getegid, libc::SYS_getresuid,
    libc::SYS_getresgid, libc::SYS_getgroups, libc::SYS_uname, libc::SYS_sysinfo, libc::SYS_times, libc::SYS_time,
    libc::SYS_gettimeofday, libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_getrusage, libc::SYS_getrlimit,
    libc::SYS_setrlimit, libc::SYS_prlimit64, libc::SYS_getrandom, libc::SYS_capget,
    // Sockets within the sandbox; `socket` itself is below.
    libc::SYS_socketpair, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4, libc::SYS_connect,
    libc::SYS_sendto, libc::SYS_recvfrom, libc::SYS_sendmsg, libc::SYS_recvmsg, libc::SYS_sendmmsg,
    libc::SYS_recvmmsg, libc::SYS_shutdown, libc::SYS_getsockname, libc::SYS_getpeername, libc::SYS_setsockopt,
    libc::SYS_getsockopt,
];

/// Signals and sessions, where they stay in a process namespace of the run.
const SIGNALS: &[i64] = &[
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setsid,
    libc::SYS_setpgid,
];

/// Calls a program has no reason to make.
#[rustfmt::skip]
const DEADLY: &[i64] = &[
    libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd, libc::SYS_kcmp, libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot,
    libc::SYS_move_mount, libc::SYS_open_tree, libc::SYS_fsopen, libc::SYS_fsmount, libc::SYS_fsconfig,
    libc::SYS_fspick, libc::SYS_mount_setattr, libc::SYS_unshare, libc::SYS_setns, libc::SYS_bpf,
    libc::SYS_perf_event_open, libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key, libc::SYS_init_module,
    libc::SYS_finit_module, libc::SYS_delete_module, libc::SYS_kexec_load, libc::SYS_kexec_file_load,
    libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_acct,
    libc::SYS_quotactl, libc::SYS_userfaultfd, libc::SYS_open_by_handle_at, libc::SYS_settimeofday,
    libc::SYS_clock_settime, libc::SYS_sethostname, libc::SYS_setdomainname, libc::SYS_syslog, libc::SYS_vhangup,
    libc::SYS_fanotify_init, libc::SYS_modify_ldt, libc::SYS_setuid, libc::SYS_setgid, libc::SYS_setreuid,
    libc::SYS_setregid, libc::SYS_setresuid, libc::SYS_setresgid, libc::SYS_setgroups, libc::SYS_capset,
    libc::SYS_shmget, libc::SYS_memfd_secret,
];

/// Calls glibc tries first and does without: they look absent rather than forbidden.
const ABSENT: &[i64] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_memfd_create,
];

/// The bits of `clone` that make namespaces.
const NAMESPACES: u32 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;
/// Numbers from here on are x32 calls.
const X32: u32 = 0x4000_0000;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Allow,
    /// Fails with an error number.
    Fail(i32),
    Kill,
    /// `socket`: only local ones.
    Socket,
    /// `clone`: no namespaces.
    Clone,
}

/// The filter, as the kernel reads it: eight bytes an instruction.
pub(crate) fn filter(level: Level) -> Vec<u8> {
    let mut program = vec![
        instruction(LOAD, 0, 0, ARCHITECTURE),
        instruction(EQUAL, 1, 0, X86_64),
        give(libc::SECCOMP_RET_KILL_PROCESS),
        instruction(LOAD, 0, 0, NUMBER),
    ];
    program.extend(search(&ranges(&verdicts(level))));
    program.concat()
}

fn verdicts(level: Level) -> BTreeMap<u32, Verdict> {
    let mut verdicts = BTreeMap::new();
    let mut add = |calls: &[i64], verdict| verdicts.extend(calls.iter().map(|nr| (*nr as u32, verdict)));
    add(ALLOWED, Verdict::Allow);
    if level == Level::Full {
        add(SIGNALS, Verdict::Allow);
    }
    add(ABSENT, Verdict::Fail(libc::ENOSYS));
    add(DEADLY, Verdict::Kill);
    add(&[libc::SYS_socket], Verdict::Socket);
    add(&[libc::SYS_clone], Verdict::Clone);
    verdicts
}

/// Every number from 0 on: where each stretch of one verdict begins, and which it is.
fn ranges(verdicts: &BTreeMap<u32, Verdict>) -> Vec<(u32, Verdict)> {
    let last = verdicts.keys().next_back().copied().unwrap_or(0);
    let other = Verdict::Fail(libc::EPERM);
    let mut out: Vec<(u32, Verdict)> = Vec::new();
    let each = (0..=last + 1).map(|nr| (nr, verdicts.get(&nr).copied().unwrap_or(other)));
    // The architecture is the same for x32, so only the number tells.
    for (nr, verdict) in each.chain([(X32, Verdict::Kill)]) {
        if out.last().is_none_or(|(_, before)| *before != verdict) {
            out.push((nr, verdict));
        }
    }
    out
}

type Instruction = [u8; 8];

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
/// Places in what a filter looks at (`struct seccomp_data`).
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;
/// `AUDIT_ARCH_X86_64`.
const X86_64: u32 = 0xc000_003e;

fn instruction(code: u32, jump_true: u8, jump_false: u8, k: u32) -> Instruction {
    let mut out = [0; 8];
    out[..2].copy_from_slice(&(code as u16).to_le_bytes());
    out[2..4].copy_from_slice(&[jump_true, jump_false]);
    out[4..].copy_from_slice(&k.to_le_bytes());
    out
}

fn give(action: u32) -> Instruction {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, action)
}

/// Halves the ranges until one is left.
fn search(ranges: &[(u32, Verdict)]) -> Vec<Instruction> {
    if let [(_, verdict)] = ranges {
        return decide(*verdict);
    }
    let (below, above) = ranges.split_at(ranges.len() / 2);
    let lower = search(below);
    // A conditional jump goes 255 instructions far at most, which the lists stay well below.
    let over =
        u8::try_from(lower.len()).unwrap_or_else(|_| unreachable!("the system call filter is too long"));
    let mut out = vec![instruction(AT_LEAST, over, 0, above[0].0)];
    out.extend(lower);
    out.extend(search(above));
    out
}

fn decide(verdict: Verdict) -> Vec<Instruction> {
    let fail = |errno: i32| give(libc::SECCOMP_RET_ERRNO | errno as u32);
    match verdict {
        Verdict::Allow => vec![give(libc::SECCOMP_RET_ALLOW)],
        Verdict::Fail(errno) => vec![fail(errno)],
        Verdict::Kill => vec![give(libc::SECCOMP_RET_KILL_PROCESS)],
        // The kernel takes the lower half of both arguments only.
        Verdict::Socket => vec![
            instruction(LOAD, 0, 0, FIRST_ARGUMENT),
            instruction(EQUAL, 0, 1, libc::AF_UNIX as u32),
            give(libc::SECCOMP_RET_ALLOW),
            fail(libc::EPERM),
        ],
        Verdict::Clone => vec![
            instruction(LOAD, 0, 0, FIRST_ARGUMENT),
            instruction(ANY_BIT, 0, 1, NAMESPACES),
            give(libc::SECCOMP_RET_KILL_PROCESS),
            give(libc::SECCOMP_RET_ALLOW),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a filter, for a call with its first argument.
    fn run(filter: &[u8], arch: u32, nr: u32, argument: u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let [a, b, jump_true, jump_false, k @ ..] = *filter.as_chunks::<8>().0.get(at).unwrap();
            let (code, k) = (u32::from(u16::from_le_bytes([a, b])), u32::from_le_bytes(k));
            let jump = |holds: bool| usize::from(if holds { jump_true } else { jump_false });
            at += 1;
            match code {
                LOAD => {
                    loaded = [(NUMBER, nr), (ARCHITECTURE, arch), (FIRST_ARGUMENT, argument)]
                        .into_iter()
                        .find_map(|(place, value)| (place == k).then_some(value))
                        .unwrap()
                }
                EQUAL => at += jump(loaded == k),
                AT_LEAST => at += jump(loaded >= k),
                ANY_BIT => at += jump(loaded & k != 0),
                _ => return k,
            }
        }
    }

    #[test]
    fn every_call_gets_its_verdict() {
        for level in [Level::Full, Level::Restricted] {
            let (filter, verdicts) = (filter(level), verdicts(level));
            assert_eq!(verdicts.len() as i64, {
                let signals = if level == Level::Full { SIGNALS.len() } else { 0 };
                (ALLOWED.len() + signals + ABSENT.len() + DEADLY.len() + 2) as i64
            });
            for nr in 0..1000 {
                let expected = match verdicts.get(&nr) {
                    None => libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
                    Some(Verdict::Fail(errno)) => libc::SECCOMP_RET_ERRNO | *errno as u32,
                    Some(Verdict::Kill) => libc::SECCOMP_RET_KILL_PROCESS,
                    Some(Verdict::Socket) => libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
                    Some(Verdict::Allow | Verdict::Clone) => libc::SECCOMP_RET_ALLOW,
                };
                assert_eq!(run(&filter, X86_64, nr, 0), expected, "{nr}");
                assert_eq!(run(&filter, 0x4000_0003, nr, 0), libc::SECCOMP_RET_KILL_PROCESS, "{nr}");
                assert_eq!(run(&filter, X86_64, X32 + nr, 0), libc::SECCOMP_RET_KILL_PROCESS, "{nr}");
            }
            assert_eq!(run(&filter, X86_64, u32::MAX, 0), libc::SECCOMP_RET_KILL_PROCESS);
        }
    }

    #[test]
    fn arguments_decide_about_sockets_and_clones() {
        let filter = filter(Level::Full);
        let socket = |family: i32| run(&filter, X86_64, libc::SYS_socket as u32, family as u32);
        assert_eq!(socket(libc::AF_UNIX), libc::SECCOMP_RET_ALLOW);
        assert_eq!(socket(libc::AF_INET), libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
        let clone = |flags: i32| run(&filter, X86_64, libc::SYS_clone as u32, flags as u32);
        assert_eq!(clone(libc::CLONE_VM | libc::CLONE_THREAD), libc::SECCOMP_RET_ALLOW);
        assert_eq!(clone(libc::CLONE_NEWUSER | libc::SIGCHLD), libc::SECCOMP_RET_KILL_PROCESS);
    }
}
