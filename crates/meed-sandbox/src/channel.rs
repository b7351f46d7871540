//! Length-prefixed JSON over a socket, as wire.py speaks it.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::Error;
use crate::sys::{self, failed};
use crate::watch::NoSigpipe;

const FRAME_LIMIT: usize = 32 << 20;

/// One end of a channel.
#[derive(Debug)]
pub(crate) struct Channel(UnixStream);

/// Why nothing came.
#[derive(Debug)]
pub(crate) enum Silence {
    /// The other side is gone.
    Closed,
    /// It took too long.
    Late,
    /// It does not keep to the protocol.
    Malformed(&'static str),
}

impl Channel {
    /// Both ends: the own one, and the one to give away.
    pub(crate) fn pair() -> Result<(Channel, OwnedFd), Error> {
        let (own, other) = UnixStream::pair().map_err(failed("making a channel"))?;
        Ok((Channel(own), other.into()))
    }

    pub(crate) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Sends a message. An error means that the other side is gone.
    pub(crate) fn send(&mut self, message: &Value, deadline: Instant) -> Result<(), Silence> {
        let body = message.to_string();
        let mut frame = (body.len() as u32).to_le_bytes().to_vec();
        frame.extend_from_slice(body.as_bytes());
        let _quiet = NoSigpipe::new();
        let mut rest = &frame[..];
        while !rest.is_empty() {
            self.0.set_write_timeout(Some(left(deadline)?)).map_err(|_| Silence::Closed)?;
            match self.0.write(rest) {
                Ok(0) => return Err(Silence::Closed),
                Ok(n) => rest = &rest[n..],
                Err(e) => retry(&e)?,
            }
        }
        Ok(())
    }

    /// Sends an empty message with a descriptor, or without one.
    pub(crate) fn send_fd(&mut self, fd: Option<RawFd>) -> io::Result<()> {
        let frame = [&2u32.to_le_bytes()[..], b"{}"].concat();
        sys::send_with(&self.0.try_clone()?.into(), &frame, fd.as_slice())
    }

    /// Receives a message.
    pub(crate) fn receive(&mut self, deadline: Instant) -> Result<Value, Silence> {
        let mut header = [0u8; 4];
        self.read(&mut header, deadline)?;
        let size = u32::from_le_bytes(header) as usize;
        if size > FRAME_LIMIT {
            return Err(Silence::Malformed("a frame is too large"));
        }
        // Grown as data comes: a header alone does not cost memory.
        let mut body = Vec::new();
        while body.len() < size {
            let from = body.len();
            body.resize(size.min(from + (1 << 16)), 0);
            self.read(&mut body[from..], deadline)?;
        }
        match serde_json::from_slice(&body) {
            Ok(message @ Value::Object(_)) => Ok(message),
            _ => Err(Silence::Malformed("a frame is not a JSON object")),
        }
    }

    fn read(&mut self, mut buffer: &mut [u8], deadline: Instant) -> Result<(), Silence> {
        while !buffer.is_empty() {
            self.0.set_read_timeout(Some(left(deadline)?)).map_err(|_| Silence::Closed)?;
            match self.0.read(buffer) {
                Ok(0) => return Err(Silence::Closed),
                Ok(n) => buffer = &mut buffer[n..],
                Err(e) => retry(&e)?,
            }
        }
        Ok(())
    }
}

fn left(deadline: Instant) -> Result<Duration, Silence> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Silence::Late) } else { Ok(left) }
}

fn retry(error: &io::Error) -> Result<(), Silence> {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Ok(()),
        _ => Err(Silence::Closed),
    }
}
