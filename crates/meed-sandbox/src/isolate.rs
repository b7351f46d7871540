//! What shuts a program in, layer by layer, as system calls.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libc::c_long;

use crate::limits::Limits;
use crate::seccomp;
use crate::steps::{Arg, Steps};

/// How well programs are shut in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// Everything: namespaces, a root of its own, no network, limits, Landlock, the system call filter.
    #[default]
    Full,
    /// Without namespaces, for hosts that refuse them: the filter, Landlock, limits, a process group that is killed.
    /// Programs see the host's process numbers and share its limit of processes; they must be asked for by the
    /// person who runs them.
    Restricted,
}

/// A file put into the work directory before a program starts.
#[derive(Debug, Clone)]
pub struct File {
    /// Its place below the work directory.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Whether it may be executed.
    pub executable: bool,
    /// Whether the program must not change it, which is a mount of its own: for a few files or directories.
    pub protected: bool,
}

/// Everything that decides what a sandbox looks like inside.
#[derive(Debug, Clone)]
pub(crate) struct Jail<'a> {
    pub(crate) level: Level,
    pub(crate) limits: &'a Limits,
    /// Host directories and files to see, read-only, at their own places.
    pub(crate) visible: &'a [PathBuf],
    pub(crate) files: &'a [File],
    /// Whether the runtime needs `/proc`.
    pub(crate) proc: bool,
    /// Whether the runtime bears a limit of its address space.
    pub(crate) address_space: bool,
    /// The work directory: `/box`, or the host's directory at the restricted level.
    pub(crate) work: &'a str,
}

/// The namespaces of a run.
pub(crate) const NAMESPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS) as u64;

/// The user inside.
pub(crate) const INSIDE: u32 = 1000;
/// Who that is outside when the host is root: nobody.
pub(crate) const NOBODY: u32 = 65534;

const AT_CWD: i64 = libc::AT_FDCWD as i64;
const AT_RECURSIVE: i64 = 0x8000;
const ATTR_RDONLY: u64 = 1;
const ATTR_NOSUID: u64 = 2;
const ATTR_NODEV: u64 = 4;
const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
const ETC: [&str; 4] = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/nsswitch.conf"];

/// For a program that is executed: everything, from the host's view to the filter.
pub(crate) fn cold(jail: &Jail<'_>) -> Steps {
    let mut steps = Steps::default();
    match jail.level {
        Level::Full => {
            root(&mut steps, jail);
            become_inside(&mut steps);
            work(&mut steps, jail);
            if jail.proc {
                steps.label("process namespace: mounting /proc");
                let (what, place) = (steps.text("proc"), steps.text("/proc"));
                mount(
                    &mut steps,
                    what,
                    place,
                    what,
                    libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
                    None,
                );
            }
            freeze(&mut steps);
        }
        Level::Restricted => {
            if is_root() {
                steps.label("ordinary user: giving up root");
                give_up_root(&mut steps, NOBODY);
            }
        }
    }
    let enter = steps.text(jail.work);
    steps.label("work directory");
    steps.call(libc::SYS_chdir, [enter]);
    steps.call(libc::SYS_setsid, [] as [Arg; 0]);
    landlock(&mut steps, jail);
    let others = if jail.level == Level::Restricted { processes_of_the_host() } else { 0 };
    limits(&mut steps, jail, others);
    seal(&mut steps, jail.level);
    steps.seal();
    steps
}

/// For the warm interpreter: a root of its own, and the one capability that making sandboxes inside it takes.
pub(crate) fn zygote(jail: &Jail<'_>) -> Steps {
    let mut steps = Steps::default();
    root(&mut steps, jail);
    become_inside(&mut steps);
    steps.label("process namespace: mounting /proc for the warm interpreter");
    let (what, place) = (steps.text("proc"), steps.text("/proc"));
    mount(&mut steps, what, place, what, libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC, None);
    freeze(&mut steps);
    steps.label("capabilities of the warm interpreter");
    capset(&mut steps, u64::MAX >> (63 - last_capability()));
    let raise = [libc::PR_CAP_AMBIENT.into(), libc::PR_CAP_AMBIENT_RAISE.into(), SYS_ADMIN.into()];
    steps.call(libc::SYS_prctl, raise);
    drop_bounding_set(&mut steps);
    rlimit(&mut steps, libc::RLIMIT_CORE, 0);
    rlimit(&mut steps, libc::RLIMIT_STACK, STACK);
    no_new_privileges(&mut steps);
    steps.seal();
    steps
}

/// The namespaces a run has of its own. The others it shares with its warm interpreter, which serves one grading at a
/// time: nothing outlives a run in them, for every process of a run dies with it, and the filter refuses the calls that
/// would leave something there.
pub(crate) const NAMESPACES_OF_A_RUN: u64 =
    (libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWIPC) as u64;

/// Processes beside a run that count towards its limit: the warm interpreter, and the tests.
const BESIDE: u64 = 2;

/// For a child of the warm interpreter, which already sees only the root made above, as the user made above.
pub(crate) fn warm(jail: &Jail<'_>) -> Steps {
    let mut steps = Steps::default();
    steps.label("open files of the warm interpreter");
    steps.call(libc::SYS_close_range, [5.into(), i64::from(u32::MAX).into(), 0.into()]);
    work(&mut steps, jail);
    steps.label("process namespace: mounting /proc");
    // The run's own processes and nothing of the kernel.
    let (what, place, options) = (steps.text("proc"), steps.text("/proc"), steps.text("subset=pid"));
    mount(&mut steps, what, place, what, libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC, Some(options));
    let enter = steps.text(jail.work);
    steps.call(libc::SYS_chdir, [enter]);
    steps.call(libc::SYS_setsid, [] as [Arg; 0]);
    landlock(&mut steps, jail);
    limits(&mut steps, jail, BESIDE);
    steps.label("capabilities");
    capset(&mut steps, 0);
    filter(&mut steps, jail.level);
    steps
}

/// A root directory of bind mounts, read-only, instead of the host's.
fn root(steps: &mut Steps, jail: &Jail<'_>) {
    steps.label("mount namespace: a root of its own");
    let (none, slash, tmpfs, tmp) =
        (steps.text("none"), steps.text("/"), steps.text("tmpfs"), steps.text("/tmp"));
    mount(steps, none, slash, none, libc::MS_REC | libc::MS_PRIVATE, None);
    let options = steps.text("size=4m,nr_inodes=4096,mode=0755");
    mount(steps, tmpfs, tmp, tmpfs, libc::MS_NOSUID | libc::MS_NODEV, Some(options));
    let old = steps.text("/tmp/old");
    steps.call(libc::SYS_mkdirat, [AT_CWD.into(), old, 0o755.into()]);
    steps.call(libc::SYS_pivot_root, [tmp, old]);
    steps.call(libc::SYS_chdir, [slash]);
    let mut made = BTreeSet::from([PathBuf::from("/")]);
    for place in ["/proc", "/box", "/dev", "/etc", "/var"] {
        directory(steps, &mut made, Path::new(place));
    }
    for (link, target) in [("/tmp", "/box/tmp"), ("/var/tmp", "/box/tmp"), ("/dev/shm", "/box/tmp")] {
        symlink(steps, target, link);
    }
    for (link, target) in [("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0")] {
        symlink(steps, target, link);
    }
    for place in SYSTEM {
        if let Ok(target) = std::fs::read_link(place) {
            symlink(steps, &target.to_string_lossy(), place);
        } else if Path::new(place).is_dir() {
            bind(steps, &mut made, Path::new(place), true);
        }
    }
    for device in DEVICES.iter().filter(|d| Path::new(d).exists()) {
        bind(steps, &mut made, Path::new(device), false);
    }
    for place in ETC.iter().map(Path::new).filter(|p| p.exists()) {
        bind(steps, &mut made, place, true);
    }
    write_file(
        steps,
        "/etc/passwd",
        b"user:x:1000:1000::/box:/bin/sh\n",
        libc::O_WRONLY | libc::O_CREAT,
        0o644,
    );
    for place in jail.visible {
        let inside_system = SYSTEM.iter().any(|s| place.starts_with(s));
        if !inside_system && !made.iter().any(|m| m == place) && place.exists() {
            steps.label(format!("mount namespace: showing {}", place.display()));
            bind(steps, &mut made, place, true);
        }
    }
}

/// Leaves the host's root behind and makes the new one read-only.
fn freeze(steps: &mut Steps) {
    steps.label("mount namespace: leaving the host's root");
    let (old, slash) = (steps.text("/old"), steps.text("/"));
    steps.call(libc::SYS_umount2, [old, libc::MNT_DETACH.into()]);
    steps.call(libc::SYS_unlinkat, [AT_CWD.into(), old, libc::AT_REMOVEDIR.into()]);
    restrict(steps, slash, false, ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV);
}

/// The user inside the user namespace, keeping capabilities for the mounts that follow.
fn become_inside(steps: &mut Steps) {
    steps.label("user namespace: becoming its user");
    steps.call(libc::SYS_prctl, [libc::PR_SET_SECUREBITS.into(), (NOROOT | NO_SETUID_FIXUP).into()]);
    if is_root() {
        give_up_root(steps, INSIDE);
    }
}

fn give_up_root(steps: &mut Steps, id: u32) {
    let id = Arg::Value(i64::from(id));
    steps.call(libc::SYS_setgroups, [0.into(), 0.into()]);
    steps.call(libc::SYS_setresgid, [id, id, id]);
    steps.call(libc::SYS_setresuid, [id, id, id]);
}

/// The work directory: memory, bounded.
fn work(steps: &mut Steps, jail: &Jail<'_>) {
    steps.label("work directory");
    let options = format!("size={},nr_inodes=16384,mode=0755,uid={INSIDE},gid={INSIDE}", jail.limits.disk);
    let (tmpfs, place, options) = (steps.text("tmpfs"), steps.text("/box"), steps.text(&options));
    mount(steps, tmpfs, place, tmpfs, libc::MS_NOSUID | libc::MS_NODEV, Some(options));
    let tmp = steps.text("/box/tmp");
    steps.call(libc::SYS_mkdirat, [AT_CWD.into(), tmp, 0o777.into()]);
    let mut made = BTreeSet::from([PathBuf::from("/box"), PathBuf::from("/box/tmp")]);
    for file in jail.files {
        let place = Path::new("/box").join(&file.path);
        if let Some(parent) = place.parent() {
            directory(steps, &mut made, parent);
        }
        let mode = if file.executable { 0o755 } else { 0o644 };
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
        write_file(steps, &place.to_string_lossy(), &file.bytes, flags, mode);
        if file.protected {
            let place = steps.text(&place.to_string_lossy());
            steps.call(libc::SYS_mount, [place, place, 0.into(), libc::MS_BIND.into(), 0.into()]);
            restrict(steps, place, false, ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV);
        }
    }
}

/// The limits; `others` are processes of the same user that are not the program's.
fn limits(steps: &mut Steps, jail: &Jail<'_>, others: u64) {
    steps.label("limits");
    let limits = jail.limits;
    rlimit(steps, libc::RLIMIT_CPU, limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0));
    rlimit(steps, libc::RLIMIT_NPROC, limits.processes + others);
    rlimit(steps, libc::RLIMIT_NOFILE, limits.open_files);
    rlimit(steps, libc::RLIMIT_FSIZE, limits.file_size);
    rlimit(steps, libc::RLIMIT_STACK, STACK.min(limits.memory));
    rlimit(steps, libc::RLIMIT_CORE, 0);
    rlimit(steps, libc::RLIMIT_MEMLOCK, 0);
    rlimit(steps, libc::RLIMIT_MSGQUEUE, 0);
    if jail.address_space {
        rlimit(steps, libc::RLIMIT_AS, limits.memory);
    }
}

/// Bytes of the stack; deep recursion is ordinary in contest programs.
const STACK: u64 = 64 << 20;

fn rlimit(steps: &mut Steps, resource: libc::__rlimit_resource_t, value: u64) {
    let both = [value.to_le_bytes(), value.to_le_bytes()].concat();
    let both = steps.bytes(&both);
    steps.call(libc::SYS_prlimit64, [0.into(), i64::from(resource).into(), both, 0.into()]);
}

fn processes_of_the_host() -> u64 {
    std::fs::read_dir("/proc").map_or(4096, |entries| {
        entries.flatten().filter(|e| e.file_name().as_encoded_bytes()[0].is_ascii_digit()).count() as u64 * 4
    })
}

const READ: u64 = 1 | 4 | 8;
const WRITE_FILE: u64 = 2;

/// The version of Landlock the kernel has; 0 for none.
pub(crate) fn landlock_version() -> u32 {
    static VERSION: OnceLock<u32> = OnceLock::new();
    *VERSION.get_or_init(|| {
        // SAFETY: a null attribute with size 0 and flag 1 asks for the version.
        let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0usize, 0usize, 1u32) };
        u32::try_from(version).unwrap_or(0)
    })
}

/// Landlock, where the kernel has it: writes below the work directory only, nothing outside the sandbox reached.
fn landlock(steps: &mut Steps, jail: &Jail<'_>) {
    let version = landlock_version();
    if version == 0 {
        return;
    }
    steps.label("Landlock");
    let files = match version {
        1 => (1u64 << 13) - 1,
        2 => (1 << 14) - 1,
        3 | 4 => (1 << 15) - 1,
        _ => (1 << 16) - 1,
    };
    let mut attributes = files.to_le_bytes().to_vec();
    if version >= 4 {
        attributes.extend_from_slice(&3u64.to_le_bytes());
    }
    if version >= 6 {
        attributes.extend_from_slice(&3u64.to_le_bytes());
    }
    let size = attributes.len() as i64;
    let attributes = steps.bytes(&attributes);
    steps.call_into(0, libc::SYS_landlock_create_ruleset, [attributes, size.into(), 0.into()]);
    let work = files & !(1 << 6 | 1 << 11);
    match jail.level {
        Level::Full => {
            allow(steps, "/", READ);
            allow(steps, jail.work, work);
        }
        Level::Restricted => {
            let system = SYSTEM.iter().chain(&DEVICES).chain(&ETC).map(Path::new);
            for place in system.chain(jail.visible.iter().map(PathBuf::as_path)).filter(|p| p.exists()) {
                steps.label(format!("Landlock: showing {}", place.display()));
                allow(steps, &place.to_string_lossy(), if place.is_dir() { READ } else { 1 | 4 });
            }
            if jail.proc {
                allow(steps, "/proc", READ);
            }
            allow(steps, jail.work, work);
        }
    }
    allow(steps, "/dev/null", WRITE_FILE | 4);
    no_new_privileges(steps);
    steps.call(libc::SYS_landlock_restrict_self, [Arg::Slot(0), 0.into()]);
    steps.call(libc::SYS_close, [Arg::Slot(0)]);
}

/// The descriptor a path stands under while its rule is made: rules hold it in memory, so it must be known.
const RULE_FD: i32 = 101;

fn allow(steps: &mut Steps, path: &str, access: u64) {
    let path = steps.text(path);
    steps.call_into(1, libc::SYS_openat, [AT_CWD.into(), path, (libc::O_PATH | libc::O_CLOEXEC).into()]);
    steps.call(libc::SYS_dup3, [Arg::Slot(1), RULE_FD.into(), libc::O_CLOEXEC.into()]);
    let rule = [&access.to_le_bytes()[..], &RULE_FD.to_le_bytes()].concat();
    let rule = steps.bytes(&rule);
    steps.call(libc::SYS_landlock_add_rule, [Arg::Slot(0), 1.into(), rule, 0.into()]);
    steps.call(libc::SYS_close, [RULE_FD.into()]);
    steps.call(libc::SYS_close, [Arg::Slot(1)]);
}

const SYS_ADMIN: i64 = 21;
const NOROOT: i64 = 1;
const NO_SETUID_FIXUP: i64 = 1 << 2;

fn last_capability() -> i64 {
    static LAST: OnceLock<i64> = OnceLock::new();
    *LAST.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/sys/kernel/cap_last_cap").unwrap_or_default();
        text.trim().parse().unwrap_or(40)
    })
}

fn capset(steps: &mut Steps, set: u64) {
    let header = [0x2008_0522u32.to_le_bytes(), 0u32.to_le_bytes()].concat();
    let (low, high) = (set as u32, (set >> 32) as u32);
    let sets: Vec<u8> = [low, low, low, high, high, high].iter().flat_map(|n| n.to_le_bytes()).collect();
    let (header, sets) = (steps.bytes(&header), steps.bytes(&sets));
    steps.call(libc::SYS_capset, [header, sets]);
}

fn no_new_privileges(steps: &mut Steps) {
    steps.call(libc::SYS_prctl, [libc::PR_SET_NO_NEW_PRIVS.into(), 1.into(), 0.into(), 0.into(), 0.into()]);
}

fn drop_bounding_set(steps: &mut Steps) {
    for capability in 0..=last_capability() {
        steps.call(libc::SYS_prctl, [libc::PR_CAPBSET_DROP.into(), capability.into()]);
    }
}

/// No capabilities, no way to new ones, and the filter last.
fn seal(steps: &mut Steps, level: Level) {
    steps.label("capabilities");
    if level == Level::Full {
        drop_bounding_set(steps);
    }
    capset(steps, 0);
    steps.label("no new privileges");
    no_new_privileges(steps);
    filter(steps, level);
}

fn filter(steps: &mut Steps, level: Level) {
    steps.label("system call filter (seccomp)");
    let filter = seccomp::filter(level);
    let length = (filter.len() / 8) as u64;
    let code = steps.bytes(&filter);
    let program = steps.bytes(&[length.to_le_bytes(), [0; 8]].concat());
    steps.point(program, 8, code);
    steps.call(libc::SYS_prctl, [libc::PR_SET_SECCOMP.into(), 2.into(), program]);
}

/// Whether the host's user is root.
pub(crate) fn is_root() -> bool {
    // SAFETY: reads a number.
    unsafe { libc::geteuid() == 0 }
}

fn mount(steps: &mut Steps, what: Arg, place: Arg, kind: Arg, flags: u64, options: Option<Arg>) {
    let options = options.unwrap_or(Arg::Value(0));
    steps.call(libc::SYS_mount as c_long, [what, place, kind, flags.into(), options]);
}

/// Makes `place` and what is above it.
fn directory(steps: &mut Steps, made: &mut BTreeSet<PathBuf>, place: &Path) {
    if made.contains(place) {
        return;
    }
    if let Some(parent) = place.parent() {
        directory(steps, made, parent);
    }
    let path = steps.text(&place.to_string_lossy());
    steps.call(libc::SYS_mkdirat, [AT_CWD.into(), path, 0o755.into()]);
    made.insert(place.to_path_buf());
}

/// Shows a host directory or file at its own place.
fn bind(steps: &mut Steps, made: &mut BTreeSet<PathBuf>, place: &Path, read_only: bool) {
    if place.is_dir() {
        directory(steps, made, place);
    } else {
        if let Some(parent) = place.parent() {
            directory(steps, made, parent);
        }
        write_file(steps, &place.to_string_lossy(), b"", libc::O_WRONLY | libc::O_CREAT, 0o644);
        made.insert(place.to_path_buf());
    }
    let source = steps.text(&format!("/old{}", place.display()));
    let target = steps.text(&place.to_string_lossy());
    steps.call(libc::SYS_mount, [source, target, 0.into(), (libc::MS_BIND | libc::MS_REC).into(), 0.into()]);
    if read_only {
        restrict(steps, target, true, ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV);
    }
}

fn restrict(steps: &mut Steps, place: Arg, recursive: bool, attributes: u64) {
    let attributes: Vec<u8> = [attributes, 0, 0, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
    let attributes = steps.bytes(&attributes);
    let flags = if recursive { AT_RECURSIVE } else { 0 };
    steps.call(libc::SYS_mount_setattr, [AT_CWD.into(), place, flags.into(), attributes, 32.into()]);
}

fn symlink(steps: &mut Steps, target: &str, link: &str) {
    let (target, link) = (steps.text(target), steps.text(link));
    steps.call(libc::SYS_symlinkat, [target, AT_CWD.into(), link]);
}

fn write_file(steps: &mut Steps, path: &str, bytes: &[u8], flags: i32, mode: i32) {
    let path = steps.text(path);
    steps.call_into(
        3,
        libc::SYS_openat,
        [AT_CWD.into(), path, (flags | libc::O_CLOEXEC).into(), mode.into()],
    );
    if !bytes.is_empty() {
        let content = steps.bytes(bytes);
        steps.call(libc::SYS_write, [Arg::Slot(3), content, (bytes.len() as i64).into()]);
    }
    steps.call(libc::SYS_close, [Arg::Slot(3)]);
}
