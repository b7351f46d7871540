//! Control groups (version 2), where a part of the hierarchy is delegated to this process: the kernel then bounds memory
//! and processes of a run for all its processes together, at every moment.

use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::isolate::is_root;
use crate::limits::Limits;

const CONTROLLERS: [&str; 2] = ["memory", "pids"];
/// Where the host itself goes: a group that is divided holds no processes of its own.
const HOST: &str = "meed-host";
/// Bytes for what the kernel counts besides the memory of processes: page tables, pipes, files that are mapped.
const OVERHEAD: u64 = 64 << 20;

/// The group that is this process's to divide, or why there is none. Changes nothing.
pub(crate) fn find() -> Result<PathBuf, String> {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let own = own(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
        .ok_or("the unified hierarchy is not mounted")?;
    let place = if own.ends_with(HOST) { own.parent().unwrap_or(&own).to_path_buf() } else { own };
    if !names(&place, "cgroup.controllers") {
        return Err(format!("{} has no controllers for memory and processes", place.display()));
    }
    if !is_delegated(&place) {
        return Err(format!("{} is not delegated to this user", place.display()));
    }
    if must_move(&place) && !is_alone(&place) {
        return Err(format!(
            "other processes share {}; `systemd-run --user --scope -p Delegate=yes meed …` starts one alone",
            place.display()
        ));
    }
    Ok(place)
}

/// The own group as a directory, from `/proc/self/cgroup` and `/proc/self/mountinfo`.
fn own(groups: &str, mounts: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, place) = (fields.next()?, fields.next()?);
        let below = Path::new(path).strip_prefix(root).ok()?;
        kind.starts_with("cgroup2 ").then(|| Path::new(place).join(below))
    })
}

/// Whether a file of a group names all controllers.
fn names(place: &Path, file: &str) -> bool {
    let text = fs::read_to_string(place.join(file)).unwrap_or_default();
    CONTROLLERS.iter().all(|name| text.split_whitespace().any(|word| word == *name))
}

/// An ordinary user has what it may write. Root could write everywhere: it has what the service manager marks as delegated,
/// and the top of what it sees.
fn is_delegated(place: &Path) -> bool {
    if !["", "cgroup.procs", "cgroup.subtree_control"].iter().all(|file| is_writable(&place.join(file))) {
        return false;
    }
    let top = place.parent().is_none_or(|above| !above.join("cgroup.procs").exists());
    let marked = |name| attribute(place, name).as_deref() == Some(b"1");
    !is_root() || top || marked(c"user.delegate") || marked(c"trusted.delegate")
}

fn is_writable(place: &Path) -> bool {
    let Ok(path) = CString::new(place.as_os_str().as_encoded_bytes()) else { return false };
    // SAFETY: the path ends with a zero.
    unsafe { libc::access(path.as_ptr(), libc::W_OK) == 0 }
}

/// An extended attribute, of a few bytes.
fn attribute(place: &Path, name: &CStr) -> Option<Vec<u8>> {
    let path = CString::new(place.as_os_str().as_encoded_bytes()).ok()?;
    let mut value = vec![0u8; 8];
    // SAFETY: both names end with a zero, and the buffer's own length is passed.
    let n = unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), value.as_mut_ptr().cast(), value.len()) };
    value.truncate(usize::try_from(n).ok()?);
    Some(value)
}

/// Whether the host must leave a group before it can be divided. The hierarchy's root may be divided as it is.
fn must_move(place: &Path) -> bool {
    !names(place, "cgroup.subtree_control") && place.join("cgroup.type").exists()
}

fn is_alone(place: &Path) -> bool {
    let me = std::process::id().to_string();
    fs::read_to_string(place.join("cgroup.procs")).is_ok_and(|pids| pids.lines().all(|pid| pid == me))
}

/// Makes groups possible below the delegated one.
fn divide() -> Result<PathBuf, String> {
    let place = find()?;
    let failed = |what: &str| {
        let what = format!("{what} in {}", place.display());
        move |e: io::Error| format!("{what}: {e}")
    };
    if must_move(&place) {
        let host = place.join(HOST);
        fs::create_dir_all(&host).map_err(failed("making a group for the host"))?;
        fs::write(host.join("cgroup.procs"), "0").map_err(failed("moving the host"))?;
    }
    let all: Vec<String> = CONTROLLERS.iter().map(|name| format!("+{name}")).collect();
    fs::write(place.join("cgroup.subtree_control"), all.join(" ")).map_err(failed("enabling controllers"))?;
    // One that is not empty belongs to somebody.
    let gone = |host: u32| !Path::new(&format!("/proc/{host}")).exists();
    groups(&place, gone).for_each(|group| drop(fs::remove_dir(group)));
    // SAFETY: the function takes nothing.
    unsafe { libc::atexit(leave) };
    Ok(place)
}

/// The groups below a place that hosts made, by the numbers of their processes.
fn groups(place: &Path, of: impl Fn(u32) -> bool) -> impl Iterator<Item = PathBuf> {
    let host =
        |path: &Path| path.file_name()?.to_str()?.strip_prefix("meed-")?.split('-').next()?.parse().ok();
    let all = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    all.filter(move |path| host(path).is_some_and(&of))
}

/// The delegated group, once it can hold others.
static DIVIDED: LazyLock<Result<PathBuf, String>> = LazyLock::new(divide);

/// Pools may live as long as their process: their groups end with it.
extern "C" fn leave() {
    if let Ok(place) = &*DIVIDED {
        groups(place, |host| host == std::process::id()).for_each(|group| drop(Group(group)));
    }
}

/// A group for the processes of a run. They are killed, and it is removed, when it is let go.
#[derive(Debug)]
pub(crate) struct Group(PathBuf);

impl Group {
    /// For one program; `None` where groups are not to be had.
    pub(crate) fn of_program(limits: &Limits) -> Result<Option<Group>, Error> {
        Group::make(limits.memory + limits.disk + OVERHEAD, limits.processes + 1, true)
    }

    /// For a warm interpreter and its two runs, the program's and the tests'.
    pub(crate) fn of_interpreter(limits: &Limits) -> Result<Option<Group>, Error> {
        Group::make(2 * (limits.memory + limits.disk + OVERHEAD), 2 * limits.processes + 3, false)
    }

    /// `as_one`: when memory runs out all processes end, else the largest.
    fn make(memory: u64, processes: u64, as_one: bool) -> Result<Option<Group>, Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Ok(place) = &*DIVIDED else { return Ok(None) };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let group = place.join(format!("meed-{}-{number}", std::process::id()));
        fs::create_dir(&group).map_err(refused("making one"))?;
        let group = Group(group);
        group.write("memory.max", memory)?;
        group.write("memory.oom.group", u64::from(as_one))?;
        group.write("pids.max", processes)?;
        if group.0.join("memory.swap.max").exists() {
            group.write("memory.swap.max", 0)?;
        }
        Ok(Some(group))
    }

    fn write(&self, file: &str, value: u64) -> Result<(), Error> {
        fs::write(self.0.join(file), value.to_string()).map_err(refused(file))
    }

    /// Puts a process into it, and all it will start.
    pub(crate) fn add(&self, pid: i32) -> Result<(), Error> {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).map_err(refused("adding a process"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("cgroup.kill"), "1");
        // The last of its processes may be dying.
        for _ in 0..100 {
            match fs::remove_dir(&self.0) {
                Err(e) if e.raw_os_error() == Some(libc::EBUSY) => {
                    std::thread::sleep(Duration::from_millis(5))
                }
                _ => break,
            }
        }
    }
}

fn refused(what: &str) -> impl Fn(io::Error) -> Error {
    move |e| Error::Refused { layer: format!("control group: {what}"), errno: e.raw_os_error().unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group() {
        let unified = "0::/user.slice/user-1000.slice/app.scope\n";
        let mounts = "24 1 0:22 / /proc rw - proc proc rw\n31 25 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";
        let place = own(unified, mounts).unwrap();
        assert_eq!(place, Path::new("/sys/fs/cgroup/user.slice/user-1000.slice/app.scope"));
        // A container that shows a part of the hierarchy.
        let part = "40 30 0:27 /user.slice /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        assert_eq!(own(unified, part).unwrap(), Path::new("/sys/fs/cgroup/user-1000.slice/app.scope"));
        assert_eq!(own("0::/\n", mounts).unwrap(), Path::new("/sys/fs/cgroup/"));
        assert_eq!(own("4:memory:/x\n", mounts), None);
        assert_eq!(own(unified, "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"), None);
    }

    #[test]
    fn controllers_and_processes() {
        let place = std::env::temp_dir().join(format!("meed-groups-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("cgroup.controllers"), "cpuset cpu io memory hugetlb pids\n").unwrap();
        fs::write(place.join("cgroup.subtree_control"), "memory\n").unwrap();
        fs::write(place.join("cgroup.type"), "domain\n").unwrap();
        assert!(names(&place, "cgroup.controllers") && must_move(&place));
        fs::write(place.join("cgroup.procs"), format!("{}\n", std::process::id())).unwrap();
        assert!(is_alone(&place));
        fs::write(place.join("cgroup.procs"), format!("1\n{}\n", std::process::id())).unwrap();
        assert!(!is_alone(&place));
        fs::write(place.join("cgroup.subtree_control"), "pids memory\n").unwrap();
        assert!(!must_move(&place));
        for name in ["meed-7-0", "meed-71-2", HOST, "meed-x", "7-0"] {
            fs::create_dir(place.join(name)).unwrap();
        }
        assert_eq!(groups(&place, |host| host == 7).collect::<Vec<_>>(), [place.join("meed-7-0")]);
        fs::remove_dir_all(&place).unwrap();
    }
}
