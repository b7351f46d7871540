//! Places for runs, and the warm interpreters that wait between them.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::groups::Group;
use crate::isolate::{self, File, Jail, Level};
use crate::language::{Language, Runtime};
use crate::launch::{Exit, Launch, Process, launch};
use crate::limits::Limits;
use crate::sys::{self, failed};
use crate::zygote::{self, Checker, Zygote};

/// Runs programs, so many at a time. Calls block until there is a place, which is the back-pressure; it may be shared
/// between threads.
#[derive(Debug)]
pub struct Pool {
    level: Level,
    warm: bool,
    workers: usize,
    places: Mutex<Places>,
    freed: Condvar,
}

#[derive(Debug)]
struct Places {
    free: usize,
    idle: HashMap<Limits, Vec<Zygote>>,
    /// The process the idle interpreters belong to: a fork of it must not talk to them.
    owner: u32,
}

impl Pool {
    /// A pool of `workers` places.
    ///
    /// # Errors
    /// When the kernel refuses a layer of the isolation; nothing is ever run with less than `level`.
    pub fn new(workers: usize, level: Level) -> Result<Pool, Error> {
        let places = Places { free: workers.max(1), idle: HashMap::new(), owner: std::process::id() };
        let warm = level == Level::Full;
        let pool =
            Pool { level, warm, workers: workers.max(1), places: Mutex::new(places), freed: Condvar::new() };
        crate::doctor::probe(level)?;
        Ok(pool)
    }

    /// A pool without warm interpreters: every run starts its interpreter anew.
    ///
    /// # Errors
    /// As [`Pool::new`].
    pub fn cold(workers: usize, level: Level) -> Result<Pool, Error> {
        Ok(Pool { warm: false, ..Pool::new(workers, level)? })
    }

    /// How well programs are shut in.
    pub fn level(&self) -> Level {
        self.level
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place.
    pub(crate) fn seat<'a>(
        &'a self,
        language: &'static Language,
        limits: &'a Limits,
    ) -> Result<Seat<'a>, Error> {
        let runtime = language.runtime()?;
        let mut places = self.lock();
        if places.owner != std::process::id() {
            // After a fork they serve the other process; forgetting them closes nothing of its. Nor are its runs here.
            std::mem::forget(std::mem::take(&mut places.idle));
            places.owner = std::process::id();
            places.free = self.workers;
        }
        while places.free == 0 {
            places = self.freed.wait(places).unwrap_or_else(PoisonError::into_inner);
        }
        places.free -= 1;
        let zygote = if *language == *Language::python() {
            places.idle.get_mut(limits).and_then(Vec::pop)
        } else {
            None
        };
        drop(places);
        // One that is spent or silent is dropped, and the next run starts another.
        let zygote = zygote.and_then(|mut zygote| zygote.is_healthy().then_some(zygote));
        Ok(Seat { pool: self, language, runtime, limits, zygote })
    }

    /// `work` for every number below `count`, on as many threads as there are places: results in order.
    pub fn map<R: Send>(&self, count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<R>>> = (0..count).map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(count) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(place) = results.get(number) else { break };
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(work(number));
                    }
                });
            }
        });
        results.into_iter().filter_map(|r| r.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// A place in use.
pub(crate) struct Seat<'a> {
    pool: &'a Pool,
    pub(crate) language: &'static Language,
    pub(crate) runtime: Runtime,
    pub(crate) limits: &'a Limits,
    zygote: Option<Zygote>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut places = self.pool.lock();
        places.free += 1;
        let mut surplus = None;
        if let Some(zygote) = self.zygote.take() {
            // One kind of limits is in use at a time, nearly always; others make room.
            if !places.idle.contains_key(self.limits) && places.idle.len() >= 4 {
                surplus = Some(std::mem::take(&mut places.idle));
            }
            places.idle.entry(self.limits.clone()).or_default().push(zygote);
        }
        drop(places);
        self.pool.freed.notify_one();
        drop(surplus);
    }
}

/// A running program.
#[derive(Debug)]
pub(crate) enum Child {
    /// A child of the warm interpreter.
    Warm { pid: i32, tether: Tether },
    /// A process of its own, the directory it works in at the restricted level, and its control group.
    Cold { process: Process, _work: Option<WorkDirectory>, _group: Option<Group> },
}

/// Kills what it holds when it is let go.
#[derive(Debug)]
pub(crate) struct Tether(OwnedFd);

impl Drop for Tether {
    fn drop(&mut self) {
        sys::kill(&self.0);
    }
}

impl Child {
    pub(crate) fn pidfd(&self) -> &OwnedFd {
        match self {
            Child::Warm { tether, .. } => &tether.0,
            Child::Cold { process, .. } => &process.pidfd,
        }
    }

    /// Whether it is the child that its warm interpreter knows by this number.
    pub(crate) fn is(&self, number: i32) -> bool {
        matches!(self, Child::Warm { pid, .. } if *pid == number)
    }

    pub(crate) fn kill(&self) {
        match self {
            Child::Warm { tether, .. } => sys::kill(&tether.0),
            Child::Cold { process, .. } => process.kill(),
        }
    }
}

/// What a program is given besides its descriptors.
#[derive(Default)]
pub(crate) struct Setting<'a> {
    pub(crate) files: &'a [File],
    pub(crate) visible: &'a [PathBuf],
}

impl<'a> Seat<'a> {
    /// Starts the interpreter's script, for a task that is sent over descriptor 3: warm where possible.
    pub(crate) fn script(&mut self, fds: [RawFd; 5]) -> Result<Child, Error> {
        if !self.pool.warm {
            let argv = zygote::command(&self.runtime, true);
            return self.execute(&argv, &fds, &Setting::default());
        }
        let zygote = match &mut self.zygote {
            Some(zygote) => zygote,
            none => none.insert(Zygote::start(
                &self.runtime,
                &jail(self.pool, self.language, self.limits, &self.runtime),
            )?),
        };
        match zygote.fork(fds) {
            Ok((pid, pidfd)) => Ok(Child::Warm { pid, tether: Tether(pidfd) }),
            Err(e) => {
                self.zygote = None;
                Err(e)
            }
        }
    }

    /// The process that ran the tests before, where it can run more.
    pub(crate) fn take_checker(&mut self) -> Option<Checker> {
        self.zygote.as_mut()?.checker.take()
    }

    /// Keeps a process that can run more tests; the caller's to end where it cannot be kept.
    pub(crate) fn keep_checker(&mut self, checker: Checker) -> Option<Checker> {
        match &mut self.zygote {
            Some(zygote) if self.pool.warm => zygote.checker.replace(checker),
            _ => Some(checker),
        }
    }

    /// Executes a program in a sandbox of its own.
    pub(crate) fn execute(
        &self,
        argv: &[String],
        fds: &[RawFd],
        setting: &Setting<'_>,
    ) -> Result<Child, Error> {
        self.execute_within(argv, fds, setting, self.limits)
    }

    /// The same under other limits.
    pub(crate) fn execute_within(
        &self,
        argv: &[String],
        fds: &[RawFd],
        setting: &Setting<'_>,
        limits: &Limits,
    ) -> Result<Child, Error> {
        let size: u64 = setting.files.iter().map(|f| f.bytes.len() as u64 + 4096).sum();
        if size > limits.disk {
            return Err(Error::BadTests(format!(
                "the files take {size} bytes, the work directory has {}",
                limits.disk
            )));
        }
        let work = match self.pool.level {
            Level::Full => None,
            Level::Restricted => Some(WorkDirectory::new(setting.files)?),
        };
        let visible: Vec<PathBuf> = self.runtime.visible.iter().chain(setting.visible).cloned().collect();
        let place = work.as_ref().map_or("/box".to_string(), |w| w.0.to_string_lossy().into_owned());
        let jail = Jail {
            files: setting.files,
            visible: &visible,
            work: &place,
            ..jail(self.pool, self.language, limits, &self.runtime)
        };
        let steps = isolate::cold(&jail);
        let argv: Vec<String> = argv.iter().map(|a| a.replace("/box", &place)).collect();
        let group = Group::of_program(limits)?;
        let process = launch(&Launch {
            steps: &steps,
            level: self.pool.level,
            group: group.as_ref(),
            argv: &argv,
            env: &zygote::environment(&self.runtime, &place),
            fds,
            tied: true,
        })?;
        Ok(Child::Cold { process, _work: work, _group: group })
    }

    /// Waits for the end of a program that is dead or dying.
    pub(crate) fn wait(&mut self, child: Child) -> Result<Exit, Error> {
        match child {
            Child::Cold { mut process, .. } => process.wait(),
            Child::Warm { pid, .. } => {
                let zygote =
                    self.zygote.as_mut().ok_or_else(|| Error::machinery("a run without its interpreter"))?;
                let exit = zygote.wait(pid);
                if exit.is_err() {
                    zygote.kill();
                    self.zygote = None;
                }
                exit
            }
        }
    }
}

fn jail<'a>(pool: &Pool, language: &Language, limits: &'a Limits, runtime: &'a Runtime) -> Jail<'a> {
    Jail {
        level: pool.level,
        limits,
        visible: &runtime.visible,
        files: &[],
        proc: language.proc,
        address_space: language.address_space,
        work: "/box",
    }
}

/// A directory of the host, for the level that has no mounts. Removed with what is in it.
#[derive(Debug)]
pub(crate) struct WorkDirectory(PathBuf);

impl WorkDirectory {
    fn new(files: &[File]) -> Result<WorkDirectory, Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let io = failed("making a work directory");
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let place = std::env::temp_dir().join(format!("meed-{}-{number}", std::process::id()));
        std::fs::create_dir(&place).map_err(&io)?;
        let directory = WorkDirectory(place);
        std::fs::create_dir(directory.0.join("tmp")).map_err(&io)?;
        for file in files {
            let path = directory.0.join(&file.path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(&io)?;
            }
            std::fs::write(&path, &file.bytes).map_err(&io)?;
            if file.executable {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).map_err(&io)?;
            }
        }
        if isolate::is_root() {
            give(&directory.0).map_err(&io)?;
        }
        Ok(directory)
    }
}

/// Gives a directory and all in it to the user programs run as.
fn give(place: &std::path::Path) -> std::io::Result<()> {
    std::os::unix::fs::lchown(place, Some(isolate::NOBODY), Some(isolate::NOBODY))?;
    if place.symlink_metadata()?.is_dir() {
        for entry in std::fs::read_dir(place)? {
            give(&entry?.path())?;
        }
    }
    Ok(())
}

impl Drop for WorkDirectory {
    fn drop(&mut self) {
        // Best effort: a program may have made a directory that its owner cannot search.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A descriptor of `/dev/null` that is always there.
pub(crate) fn null() -> Result<RawFd, Error> {
    static NULL: LazyLock<std::io::Result<OwnedFd>> = LazyLock::new(sys::null);
    match &*NULL {
        Ok(fd) => Ok(fd.as_raw_fd()),
        Err(e) => Err(Error::machinery(format!("opening /dev/null: {e}"))),
    }
}
