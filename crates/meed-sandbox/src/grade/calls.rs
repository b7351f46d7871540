//! Calls of a function with plain arguments: the host itself asks and compares.

use std::time::Instant;

use serde_json::{Value, json};

use super::remote::Remote;
use super::value::{decode, encode, equal};
use super::{Calls, PROCESSES, end_of_all};
use crate::channel::{Channel, Silence};
use crate::error::Error;
use crate::language::Language;
use crate::limits::Limits;
use crate::outcome::{Outcome, shorten};
use crate::pool::{Pool, Seat};
use crate::run::{Program, failed_to_load};
use crate::sys;
use crate::watch::{Stop, millis_until};

pub(super) fn run(
    pool: &Pool,
    program: &Program<'_>,
    calls: &Calls,
    limits: &Limits,
) -> Result<Vec<Outcome>, Error> {
    if *program.language != *Language::python() {
        return Err(Error::BadTests(format!(
            "calls are for Python, the program is {}",
            program.language.name
        )));
    }
    let mut seat = pool.seat(program.language, limits)?;
    let end = end_of_all(limits);
    let mut outcomes = Vec::with_capacity(calls.cases.len());
    let mut processes = 0;
    let mut partner: Option<Partner> = None;
    for (number, (arguments, expected)) in calls.cases.iter().enumerate() {
        let outcome = if partner.is_none() && (processes == PROCESSES || Instant::now() >= end) {
            outcomes.last().cloned().unwrap_or(Outcome::Timeout)
        } else {
            let mut current = match partner.take() {
                Some(partner) => partner,
                None => {
                    processes += 1;
                    match Partner::start(&mut seat, program.source, end)? {
                        Ok(partner) => partner,
                        Err(outcome) => {
                            outcomes.resize(calls.cases.len(), outcome);
                            return Ok(outcomes);
                        }
                    }
                }
            };
            match current.ask(calls, number, arguments, expected, limits) {
                Ok(outcome) => {
                    partner = Some(current);
                    outcome
                }
                Err(silence) => current.end(&mut seat, &silence)?,
            }
        };
        outcomes.push(outcome);
    }
    if let Some(partner) = partner {
        partner.remote.child.kill();
        seat.wait(partner.remote.child)?;
    }
    Ok(outcomes)
}

/// The program's process and the channel to it.
struct Partner {
    remote: Remote,
    channel: Channel,
}

impl Partner {
    /// Starts it; the inner error is what it raised instead.
    fn start(seat: &mut Seat<'_>, source: &str, end: Instant) -> Result<Result<Partner, Outcome>, Error> {
        let (channel, theirs) = Channel::pair()?;
        let remote = Remote::start(seat, source, theirs, end)?;
        let mut partner = Partner { remote, channel };
        let deadline = Instant::now() + seat.limits.wall;
        Ok(match partner.receive(deadline) {
            Ok(message) if message["loaded"] == true => Ok(partner),
            Ok(message) => {
                partner.remote.child.kill();
                seat.wait(partner.remote.child)?;
                match failed_to_load(&message) {
                    Some(outcome) => Err(outcome?),
                    None => Err(Outcome::tampering("a reply before any question")),
                }
            }
            Err(silence) => Err(partner.end(seat, &silence)?),
        })
    }

    /// The next message, with an eye on memory.
    fn receive(&mut self, deadline: Instant) -> Result<Value, Silence> {
        loop {
            let mut fds = [libc::pollfd { fd: self.channel.fd(), events: libc::POLLIN, revents: 0 }];
            let until = deadline.min(self.remote.memory.next());
            sys::poll(&mut fds, millis_until(until)).map_err(|_| Silence::Closed)?;
            if fds[0].revents != 0 {
                return self.channel.receive(deadline);
            }
            if Instant::now() >= deadline {
                return Err(Silence::Late);
            }
            if self.remote.memory.exceeded() {
                self.remote.stop(Stop::Memory);
            }
        }
    }

    /// Asks for one call and judges what comes.
    fn ask(
        &mut self,
        calls: &Calls,
        number: usize,
        arguments: &[Value],
        expected: &Value,
        limits: &Limits,
    ) -> Result<Outcome, Silence> {
        let deadline = Instant::now() + limits.wall;
        // A reply must name its question, and a question is not known before it is asked.
        let id = format!("{number}-{}", random());
        let args: Vec<Value> = arguments.iter().map(encode).collect();
        let request = json!({"id": id, "op": "call", "on": calls.function, "args": args});
        self.channel.send(&request, deadline)?;
        let reply = self.receive(deadline)?;
        if reply["id"] != id.as_str() {
            return Err(Silence::Malformed("a reply to no question"));
        }
        if let Some(raised) = reply.get("raised") {
            return Ok(raised_outcome(raised));
        }
        let got = decode(&reply["value"]);
        let alone = expected.as_array().filter(|list| calls.wrapped && list.len() == 1).map(|list| &list[0]);
        let fits = |got: &Value| {
            equal(got, expected, calls.tolerance) || alone.is_some_and(|e| equal(got, e, calls.tolerance))
        };
        if got.as_ref().is_some_and(fits) {
            return Ok(Outcome::Passed);
        }
        let got = got.unwrap_or_else(|| reply["value"].clone());
        let (got, expected) = (shorten(&got.to_string(), 200), shorten(&expected.to_string(), 200));
        Ok(Outcome::WrongAnswer { diff: format!("got {got}, expected {expected}") })
    }

    fn end(mut self, seat: &mut Seat<'_>, silence: &Silence) -> Result<Outcome, Error> {
        match silence {
            Silence::Late => self.remote.stop(Stop::Time),
            Silence::Malformed(what) => {
                self.remote.child.kill();
                seat.wait(self.remote.child)?;
                return Ok(Outcome::tampering(*what));
            }
            Silence::Closed => {}
        }
        self.remote.end(seat)
    }
}

fn raised_outcome(raised: &Value) -> Outcome {
    let text = |i: usize| raised.get(i).and_then(Value::as_str).unwrap_or("");
    let message = shorten(&format!("{}: {}", text(0), text(2)), 500);
    match (text(0), raised.get(4).and_then(Value::as_i64)) {
        ("MemoryError", _) => Outcome::OutOfMemory,
        ("PermissionError", _) | (_, Some(1 | 13 | 30)) => Outcome::Forbidden { what: message },
        _ => Outcome::Exception { message },
    }
}

/// Eight bytes nobody can guess.
pub(super) fn random() -> String {
    let mut bytes = [0u8; 8];
    // SAFETY: fills the buffer.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    u64::from_le_bytes(bytes).to_string()
}
