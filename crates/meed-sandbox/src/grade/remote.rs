//! A process of the graded program that answers calls, and why it does not.

use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Instant;

use serde_json::json;

use crate::channel::Channel;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::pool::{Child, Seat, null};
use crate::run::{classify, failed_to_load};
use crate::watch::{MemoryWatch, Stop};

/// The program, loaded and waiting.
pub(super) struct Remote {
    pub(super) child: Child,
    pub(super) memory: MemoryWatch,
    job: Channel,
    /// Why it was killed, if it was.
    pub(super) stop: Option<Stop>,
}

impl Remote {
    /// Starts it, with its end of the channel on which it answers.
    pub(super) fn start(
        seat: &mut Seat<'_>,
        source: &str,
        peer: OwnedFd,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let (mut job, theirs) = Channel::pair()?;
        let nowhere = null()?;
        let child = seat.script([nowhere, nowhere, nowhere, theirs.as_raw_fd(), peer.as_raw_fd()])?;
        drop((theirs, peer));
        let memory = MemoryWatch::new(child.pidfd(), seat.limits.memory);
        // A program that dies while it is sent is noticed by its silence.
        let _ = job.send(&json!({"mode": "serve", "source": source}), deadline);
        Ok(Remote { child, memory, job, stop: None })
    }

    /// Kills it for a reason.
    pub(super) fn stop(&mut self, why: Stop) {
        self.stop.get_or_insert(why);
        self.child.kill();
    }

    /// What its end means, for a program that should not have ended.
    pub(super) fn end(mut self, seat: &mut Seat<'_>) -> Result<Outcome, Error> {
        // Without a reason to kill it, it has closed its channel and is about to end, or never will.
        if self.stop.is_none() {
            let mut fds =
                [libc::pollfd { fd: self.child.pidfd().as_raw_fd(), events: libc::POLLIN, revents: 0 }];
            let _ = crate::sys::poll(&mut fds, 1000);
        }
        self.child.kill();
        let refused = self.job.receive(Instant::now() + std::time::Duration::from_millis(1));
        let exit = seat.wait(self.child)?;
        if let Some(Err(e)) = refused.ok().and_then(|message| failed_to_load(&message)) {
            return Err(e);
        }
        let outcome = classify(&exit, self.stop, b"", seat.language, seat.limits);
        Ok(outcome.unwrap_or_else(|| Outcome::exception("the program exited during a call")))
    }
}
