//! The warm interpreter, from the host's side.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use crate::channel::Channel;
use crate::error::Error;
use crate::groups::Group;
use crate::isolate::{self, Jail, NAMESPACES_OF_A_RUN};
use crate::language::Runtime;
use crate::launch::{Exit, Launch, Process, launch};
use crate::pool::Child;
use crate::sys::{self, failed};
use crate::watch::millis_until;

/// What runs in the interpreter, warm or cold.
pub(crate) const SCRIPT: &str = concat!(
    include_str!("python/zygote.py"),
    "\n",
    include_str!("python/wire.py"),
    "\n",
    include_str!("python/candidate.py"),
    "\n",
    include_str!("python/checker.py"),
);

/// How long starting it, or one answer of it, may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many runs one serves.
const RUNS: usize = 2000;

/// A warm interpreter in a sandbox of its own, which forks a fresh sandbox per run.
#[derive(Debug)]
pub(crate) struct Zygote {
    control: OwnedFd,
    runs: usize,
    ended: Vec<(i32, Exit)>,
    broken: bool,
    /// The process that ran the tests of the last grading and can run more.
    pub(crate) checker: Option<Checker>,
    // Dropped after the rest: closing `control` ends it by itself, killing it makes sure. Then its group is empty.
    process: Process,
    _group: Option<Group>,
}

/// A process that runs tests, waiting for the next ones.
#[derive(Debug)]
pub(crate) struct Checker {
    pub(crate) child: Child,
    pub(crate) job: Channel,
}

/// The environment of every program.
pub(crate) fn environment(runtime: &Runtime, work: &str) -> Vec<(String, String)> {
    let tools = runtime.tool.parent().map(|d| d.to_string_lossy().into_owned()).unwrap_or_default();
    [
        ("PATH", format!("{tools}:/usr/local/bin:/usr/bin:/bin")),
        ("HOME", work.into()),
        ("TMPDIR", format!("{work}/tmp")),
        ("LANG", "C.UTF-8".into()),
        ("PYTHONHASHSEED", "0".into()),
        // Functions are found when the interpreter starts, not again in each of its children.
        ("LD_BIND_NOW", "1".into()),
        ("OPENBLAS_NUM_THREADS", "1".into()),
        ("OMP_NUM_THREADS", "1".into()),
        ("GOCACHE", format!("{work}/tmp")),
    ]
    .map(|(k, v)| (k.to_string(), v))
    .into()
}

/// How the interpreter is called.
pub(crate) fn command(runtime: &Runtime, cold: bool) -> Vec<String> {
    let mut argv = vec![runtime.tool.to_string_lossy().into_owned()];
    argv.extend(["-s", "-X", "utf8", "-c", SCRIPT].map(String::from));
    argv.extend(cold.then(|| "cold".to_string()));
    argv
}

impl Zygote {
    /// Starts one whose runs are shut in as `jail` says.
    pub(crate) fn start(runtime: &Runtime, jail: &Jail<'_>) -> Result<Zygote, Error> {
        let io = failed("starting a warm interpreter");
        let steps = isolate::zygote(jail);
        let (control, theirs) = sys::socket_pair(libc::SOCK_SEQPACKET).map_err(&io)?;
        let (errors, their_errors) = sys::pipe().map_err(&io)?;
        let (null, host) = (sys::null().map_err(&io)?, sys::own_pidfd().map_err(&io)?);
        let group = Group::of_interpreter(jail.limits)?;
        let process = launch(&Launch {
            steps: &steps,
            level: jail.level,
            group: group.as_ref(),
            argv: &command(runtime, false),
            env: &environment(runtime, jail.work),
            fds: &[&null, &null, &their_errors, &theirs, &host].map(AsRawFd::as_raw_fd),
            tied: false,
        })?;
        drop((theirs, their_errors));
        let mut zygote = Zygote {
            control,
            runs: 0,
            ended: Vec::new(),
            broken: false,
            checker: None,
            process,
            _group: group,
        };
        let mut setup = NAMESPACES_OF_A_RUN.to_le_bytes().to_vec();
        setup.extend_from_slice(&isolate::warm(jail).to_code());
        let greeted = sys::send_with(&zygote.control, &setup, &[])
            .map_err(failed("starting a warm interpreter"))
            .and_then(|()| zygote.expect_ready());
        greeted.map_err(|e| zygote.explain(&errors, e))?;
        Ok(zygote)
    }

    /// What it wrote before it died says more than that it died.
    fn explain(&self, errors: &OwnedFd, error: Error) -> Error {
        self.process.kill();
        let mut text = vec![0u8; 8192];
        // SAFETY: reads into the buffer; the writer is dead, so it does not block.
        let n = unsafe { libc::read(errors.as_raw_fd(), text.as_mut_ptr().cast(), text.len()) };
        text.truncate(usize::try_from(n).unwrap_or(0));
        match String::from_utf8_lossy(&text).trim().lines().last() {
            Some(last) => Error::machinery(format!("starting a warm interpreter: {last}")),
            None => error,
        }
    }

    fn expect_ready(&mut self) -> Result<(), Error> {
        match self.message()? {
            (message, _) if message == b"ready" => Ok(()),
            _ => Err(self.lost("it does not answer")),
        }
    }

    fn lost(&mut self, why: &str) -> Error {
        self.broken = true;
        Error::machinery(format!("the warm interpreter is lost: {why}"))
    }

    /// The next message, in time.
    fn message(&mut self) -> Result<(Vec<u8>, Option<OwnedFd>), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut fds = [libc::pollfd { fd: self.control.as_raw_fd(), events: libc::POLLIN, revents: 0 }];
            let waited = sys::poll(&mut fds, millis_until(deadline));
            if waited.is_err() || (fds[0].revents == 0 && Instant::now() >= deadline) {
                return Err(self.lost("it does not answer in time"));
            }
            if fds[0].revents != 0 {
                break;
            }
        }
        let mut buffer = [0u8; 64];
        match sys::receive_with(&self.control, &mut buffer) {
            Ok((n, fd)) if n > 0 => Ok((buffer[..n].to_vec(), fd)),
            _ => Err(self.lost("it has ended")),
        }
    }

    /// Whether it can serve on.
    pub(crate) fn is_healthy(&mut self) -> bool {
        if self.broken || self.runs >= RUNS {
            return false;
        }
        // Ends of earlier runs may be waiting; a dead interpreter has closed its side.
        loop {
            let mut fds = [libc::pollfd { fd: self.control.as_raw_fd(), events: libc::POLLIN, revents: 0 }];
            if sys::poll(&mut fds, 0).is_err() {
                return false;
            }
            if fds[0].revents == 0 {
                break;
            }
            let noted = self.message().and_then(|(message, _)| self.note_end(&message));
            if noted.is_err() {
                return false;
            }
        }
        let ended = |checker: &Checker| self.ended.iter().any(|(pid, _)| checker.child.is(*pid));
        if self.checker.as_ref().is_some_and(ended) {
            self.checker = None;
        }
        self.ended.clear();
        true
    }

    /// Forks a child into a fresh sandbox, with these descriptors as 0 to 4: its number there, and a handle.
    pub(crate) fn fork(&mut self, fds: [RawFd; 5]) -> Result<(i32, OwnedFd), Error> {
        self.runs += 1;
        sys::send_with(&self.control, b"fork", &fds).map_err(|_| self.lost("it has ended"))?;
        loop {
            let (message, fd) = self.message()?;
            match (number(&message, 0), number(&message, 1), fd) {
                (Some(0), Some(pid), Some(fd)) => return Ok((pid as i32, fd)),
                (Some(-1), Some(errno), _) => {
                    self.broken = true;
                    let layer = "namespaces of a run in the warm interpreter".into();
                    return Err(Error::Refused { layer, errno: errno as i32 });
                }
                _ => self.note_end(&message)?,
            }
        }
    }

    /// How the child ended; it must be dead or dying.
    pub(crate) fn wait(&mut self, pid: i32) -> Result<Exit, Error> {
        loop {
            if let Some(at) = self.ended.iter().position(|(p, _)| *p == pid) {
                return Ok(self.ended.swap_remove(at).1);
            }
            let (message, _) = self.message()?;
            self.note_end(&message)?;
        }
    }

    fn note_end(&mut self, message: &[u8]) -> Result<(), Error> {
        let numbers: Vec<i64> = (0..5).filter_map(|i| number(message, i)).collect();
        let [1, pid, status, cpu, peak] = numbers[..] else {
            return Err(self.lost("it says what it should not"));
        };
        let exit = Exit { status: status as i32, cpu_us: cpu as u64, peak_kib: peak as u64 };
        self.ended.push((pid as i32, exit));
        Ok(())
    }

    /// Kills it and all its runs.
    pub(crate) fn kill(&mut self) {
        self.broken = true;
        self.process.kill();
    }
}

fn number(message: &[u8], at: usize) -> Option<i64> {
    Some(i64::from_le_bytes(message.get(at * 8..at * 8 + 8)?.try_into().ok()?))
}
