//! Python assertions, run in a process of their own that asks the program's process.

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::remote::Remote;
use super::{Asserts, PROCESSES, end_of_all};
use crate::channel::{Channel, Silence};
use crate::error::Error;
use crate::language::Language;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::pool::{Child, Pool, Seat, null};
use crate::run::{Program, failed_to_load};
use crate::sys::{self, failed};
use crate::watch::{MemoryWatch, Stop, millis_until};
use crate::zygote::Checker;

pub(super) fn run(
    pool: &Pool,
    program: &Program<'_>,
    asserts: &Asserts,
    limits: &Limits,
) -> Result<Vec<Outcome>, Error> {
    if *program.language != *Language::python() {
        return Err(Error::BadTests(format!(
            "assertions are for Python, the program is {}",
            program.language.name
        )));
    }
    let mut seat = pool.seat(program.language, limits)?;
    let mut grading = Grading::start(&mut seat, program.source, asserts)?;
    let result = grading.follow();
    let finished = grading.finish();
    let outcomes = result?;
    finished?;
    Ok(outcomes)
}

/// How many cases the tests hold, by their text.
pub(super) fn count(pool: &Pool, asserts: &Asserts) -> Result<usize, Error> {
    let limits = Limits::default();
    let mut seat = pool.seat(Language::python(), &limits)?;
    let (mut job, theirs) = Channel::pair()?;
    let nowhere = null()?;
    let child = seat.script([nowhere, nowhere, nowhere, theirs.as_raw_fd(), nowhere])?;
    drop(theirs);
    let deadline = end_of_all(&limits);
    let task = json!({"mode": "count", "tests": asserts.tests, "entry": asserts.entry_point, "first": asserts.first});
    let _ = job.send(&task, deadline);
    let reply = job.receive(deadline);
    child.kill();
    seat.wait(child)?;
    let reply = reply.map_err(|_| Error::machinery("the tests could not be counted"))?;
    match (reply["count"].as_u64(), reply["bad"].as_str()) {
        (Some(count), _) => Ok(count as usize),
        (_, Some(bad)) => Err(Error::BadTests(bad.into())),
        _ => Err(failed_to_load(&reply)
            .and_then(Result::err)
            .unwrap_or(Error::machinery("the tests could not be counted"))),
    }
}

/// One program and its tests, in work.
struct Grading<'s, 'a> {
    seat: &'s mut Seat<'a>,
    source: &'s str,
    end: Instant,
    /// How long the tests may be silent.
    patience: Duration,
    job: Channel,
    checker: Option<Child>,
    /// Whether the tests' process said that it can run others.
    again: bool,
    checker_memory: MemoryWatch,
    remote: Option<Remote>,
    processes: usize,
    outcomes: Vec<Option<Outcome>>,
    last: Outcome,
}

/// What a message of the tests leads to.
enum Next {
    More,
    End,
}

impl<'s, 'a> Grading<'s, 'a> {
    fn start(seat: &'s mut Seat<'a>, source: &'s str, asserts: &Asserts) -> Result<Self, Error> {
        let end = end_of_all(seat.limits);
        let (ours, theirs) = peers()?;
        let remote = Remote::start(seat, source, theirs, end)?;
        let (checker, mut job) = match seat.take_checker() {
            Some(Checker { child, job }) => (child, job),
            None => start_checker(seat)?,
        };
        let wall = seat.limits.wall.as_secs_f64();
        let task = json!({
            "mode": "check", "wall": wall, "setup": asserts.setup, "context": asserts.context,
            "tests": asserts.tests, "entry": asserts.entry_point, "first": asserts.first,
        });
        // If it is gone already, its silence says so.
        let _ = job.send(&task, end);
        let _ = job.send_fd(Some(ours.as_raw_fd()));
        drop(ours);
        let checker_memory = MemoryWatch::new(checker.pidfd(), seat.limits.memory);
        let patience = seat.limits.wall * 2 + Duration::from_secs(1);
        Ok(Grading {
            seat,
            source,
            end,
            patience,
            job,
            checker: Some(checker),
            again: false,
            checker_memory,
            remote: Some(remote),
            processes: 1,
            outcomes: Vec::new(),
            last: Outcome::exception("the program exited"),
        })
    }

    /// Listens to the tests until they are through.
    fn follow(&mut self) -> Result<Vec<Outcome>, Error> {
        let mut deadline = self.end.min(Instant::now() + self.patience);
        loop {
            match self.wait(deadline) {
                Err(Silence::Late) => {
                    self.last = Outcome::Timeout;
                    break;
                }
                Err(Silence::Closed) => {
                    // The tests ran out of memory or worse on what the program gave them, or were killed.
                    if self.outcomes.is_empty() {
                        return Err(Error::machinery("the tests ended before they began"));
                    }
                    self.last = Outcome::exception("the tests did not survive what the program gave them");
                    break;
                }
                Err(Silence::Malformed(what)) => return Err(Error::machinery(what)),
                Ok(message) => {
                    if let Next::End = self.take(&message)? {
                        break;
                    }
                    deadline = self.end.min(Instant::now() + self.patience);
                }
            }
        }
        let last = &self.last;
        Ok(self.outcomes.drain(..).map(|o| o.unwrap_or_else(|| last.clone())).collect())
    }

    /// The next message of the tests, with an eye on memory.
    fn wait(&mut self, deadline: Instant) -> Result<Value, Silence> {
        loop {
            let mut until = deadline.min(self.checker_memory.next());
            if let Some(remote) = &mut self.remote {
                if remote.memory.exceeded() {
                    remote.stop(Stop::Memory);
                }
                until = until.min(remote.memory.next());
            }
            if self.checker_memory.exceeded() {
                self.kill_checker();
            }
            let mut fds = [libc::pollfd { fd: self.job.fd(), events: libc::POLLIN, revents: 0 }];
            sys::poll(&mut fds, millis_until(until)).map_err(|_| Silence::Closed)?;
            if fds[0].revents != 0 {
                return self.job.receive(deadline);
            }
            if Instant::now() >= deadline {
                return Err(Silence::Late);
            }
        }
    }

    fn kill_checker(&mut self) {
        if let Some(checker) = &self.checker {
            checker.kill();
        }
    }

    fn take(&mut self, message: &Value) -> Result<Next, Error> {
        self.again = message["again"] == true;
        if let Some(bad) = message["bad"].as_str() {
            return Err(Error::BadTests(bad.into()));
        }
        if let Some(count) = message["count"].as_u64() {
            self.outcomes = vec![None; count as usize];
            return Ok(Next::More);
        }
        if let Some(failed) = failed_to_load(message) {
            self.last = failed?;
            return Ok(Next::End);
        }
        if let Some(case) = message["case"].as_u64() {
            let (outcome, detail) = (text(&message["outcome"]), text(&message["detail"]));
            self.last = self.outcome(&outcome, detail)?;
            if let Some(place) = self.outcomes.get_mut(case as usize) {
                *place = Some(self.last.clone());
            }
            return Ok(Next::More);
        }
        if message["fresh"] == true {
            return self.renew().map(|()| Next::More);
        }
        if let Some(stopped) = message.get("stopped") {
            if let Some(outcome) = stopped.get(0) {
                self.last = self.outcome(&text(outcome), text(&stopped[1]))?;
            }
            return Ok(Next::End);
        }
        if message["done"] == true {
            self.last = Outcome::exception("the test was not reached");
            return Ok(Next::End);
        }
        Err(Error::machinery("the tests say what they should not"))
    }

    fn outcome(&mut self, name: &str, detail: String) -> Result<Outcome, Error> {
        Ok(match name {
            "passed" => Outcome::Passed,
            "wrong" => Outcome::WrongAnswer { diff: detail },
            "memory" => Outcome::OutOfMemory,
            "forbidden" => Outcome::Forbidden { what: detail },
            "tampering" => Outcome::Tampering { what: detail },
            "timeout" => {
                if let Some(remote) = &mut self.remote {
                    remote.stop(Stop::Time);
                }
                Outcome::Timeout
            }
            "lost" => match self.remote.take() {
                Some(remote) => remote.end(self.seat)?,
                None => self.last.clone(),
            },
            _ => Outcome::Exception { message: detail },
        })
    }

    /// A new process of the program for the tests that are left, while there may be one.
    fn renew(&mut self) -> Result<(), Error> {
        if let Some(remote) = self.remote.take() {
            remote.child.kill();
            self.seat.wait(remote.child)?;
        }
        let io = failed("handing over a process of the program");
        if self.processes == PROCESSES || Instant::now() >= self.end {
            return self.job.send_fd(None).map_err(&io);
        }
        self.processes += 1;
        let (ours, theirs) = peers()?;
        self.remote = Some(Remote::start(self.seat, self.source, theirs, self.end)?);
        self.job.send_fd(Some(ours.as_raw_fd())).map_err(&io)
    }

    /// Ends the program, and the tests unless they can run on.
    fn finish(mut self) -> Result<(), Error> {
        let again = self.again;
        let left = match self.checker.take() {
            Some(child) if again => self.seat.keep_checker(Checker { child, job: self.job }).map(|c| c.child),
            other => other,
        };
        let children = [left, self.remote.take().map(|r| r.child)];
        for child in children.iter().flatten() {
            child.kill();
        }
        for child in children.into_iter().flatten() {
            self.seat.wait(child)?;
        }
        Ok(())
    }
}

/// A process for tests, and the channel on which it is told which and answers.
fn start_checker(seat: &mut Seat<'_>) -> Result<(Child, Channel), Error> {
    let (job, theirs) = Channel::pair()?;
    let nowhere = null()?;
    let child = seat.script([nowhere, nowhere, nowhere, theirs.as_raw_fd(), nowhere])?;
    Ok((child, job))
}

/// The channel between the tests and the program. The host has no end of it.
fn peers() -> Result<(OwnedFd, OwnedFd), Error> {
    let (a, b) = UnixStream::pair().map_err(failed("making a channel"))?;
    Ok((a.into(), b.into()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}
