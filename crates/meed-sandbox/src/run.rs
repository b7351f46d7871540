//! Running whole programs.

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::channel::Channel;
use crate::error::Error;
use crate::isolate::{File, NOBODY, is_root};
use crate::language::{Language, java_class};
use crate::launch::Exit;
use crate::limits::Limits;
use crate::outcome::{Outcome, shorten};
use crate::pool::{Child, Pool, Seat, Setting, null};
use crate::sys::{self, failed};
use crate::watch::{Output, Pipes, Stop, watch};

/// A program to run.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// What it is written in.
    pub language: &'static Language,
    /// Its text.
    pub source: &'a str,
}

/// What a run gave.
#[derive(Debug, Clone)]
pub struct Run {
    /// `None` when it ended by itself with status 0; what went wrong otherwise.
    pub failure: Option<Outcome>,
    /// Its exit status, when it exited.
    pub status: Option<i32>,
    /// What it wrote, up to the limit.
    pub stdout: Vec<u8>,
    /// What it complained, up to the limit.
    pub stderr: Vec<u8>,
    /// How long it took.
    pub wall: Duration,
    /// Processor time of all its processes that were waited for.
    pub cpu: Duration,
}

/// A program that can be run again and again.
pub(crate) enum Prepared<'a> {
    /// A script for the interpreter in the pool.
    Python(&'a str),
    /// Files and a command.
    Command { files: Vec<File>, argv: Vec<String> },
}

impl Pool {
    /// Runs a program once, compiling it first where its language asks for that.
    ///
    /// # Errors
    /// When the machinery fails; what the program does wrong is in the result.
    pub fn run(&self, program: &Program<'_>, stdin: &[u8], limits: &Limits) -> Result<Run, Error> {
        let mut seat = self.seat(program.language, limits)?;
        match prepare(&mut seat, program.source)? {
            Ok(prepared) => run_once(&mut seat, &prepared, stdin, limits.wall),
            Err(failed) => Ok(failed),
        }
    }

    /// Runs a command with files in its work directory, for instance a test suite over a patched tree.
    ///
    /// # Errors
    /// When the machinery fails.
    pub fn command(
        &self,
        language: &'static Language,
        files: &[File],
        argv: &[String],
        stdin: &[u8],
        limits: &Limits,
    ) -> Result<Run, Error> {
        let mut seat = self.seat(language, limits)?;
        let prepared = Prepared::Command { files: files.to_vec(), argv: argv.to_vec() };
        run_once(&mut seat, &prepared, stdin, limits.wall)
    }

    /// Whether a program is one: it parses and, where its language has a compiler, compiles.
    ///
    /// # Errors
    /// When the machinery fails.
    pub fn compile(&self, program: &Program<'_>, limits: &Limits) -> Result<Outcome, Error> {
        let mut seat = self.seat(program.language, limits)?;
        match program.language.name {
            "python" => compile_python(&mut seat, program.source),
            "bash" => parse_with(&mut seat, program, &["{tool}", "-n", "{file}"]),
            "javascript" => parse_with(&mut seat, program, &["{tool}", "--check", "{file}"]),
            _ => Ok(match prepare(&mut seat, program.source)? {
                Ok(_) => Outcome::Passed,
                Err(run) => run.failure.unwrap_or(Outcome::Passed),
            }),
        }
    }
}

fn parse_with(seat: &mut Seat<'_>, program: &Program<'_>, command: &[&str]) -> Result<Outcome, Error> {
    let file = program.language.file_for(program.source);
    let argv = fill(seat, command, &file, program.source);
    let run = run_once(
        seat,
        &Prepared::Command { files: vec![source_file(&file, program.source)], argv },
        b"",
        seat.limits.wall,
    )?;
    Ok(match run.failure {
        None => Outcome::Passed,
        Some(Outcome::Exception { .. }) => {
            Outcome::CompileError { message: shorten(String::from_utf8_lossy(&run.stderr).trim(), 500) }
        }
        Some(other) => other,
    })
}

fn compile_python(seat: &mut Seat<'_>, source: &str) -> Result<Outcome, Error> {
    let deadline = Instant::now() + seat.limits.wall;
    let (mut job, theirs) = Channel::pair()?;
    let child = seat.script([null()?, null()?, null()?, theirs.as_raw_fd(), null()?])?;
    drop(theirs);
    let _ = job.send(&json!({"mode": "compile", "source": source}), deadline);
    let reply = job.receive(deadline);
    child.kill();
    let exit = seat.wait(child)?;
    match reply {
        Ok(reply) if reply["compiled"] == true => Ok(Outcome::Passed),
        Ok(reply) => match failed_to_load(&reply) {
            Some(outcome) => outcome,
            None => Err(Error::machinery("the interpreter says what it should not")),
        },
        Err(crate::channel::Silence::Late) => Ok(Outcome::Timeout),
        Err(_) => Ok(classify(&exit, None, b"", seat.language, seat.limits).unwrap_or(Outcome::Timeout)),
    }
}

/// What a message says went wrong before the program ran.
pub(crate) fn failed_to_load(message: &serde_json::Value) -> Option<Result<Outcome, Error>> {
    if let Some(refused) = message["refused"].as_array() {
        let number = |i: usize| refused.get(i).and_then(serde_json::Value::as_i64).unwrap_or(0);
        let layer = format!("step {} of a run in the warm interpreter", number(0));
        return Some(Err(Error::Refused { layer, errno: number(1) as i32 }));
    }
    let failed = message["failed"].as_array()?;
    let text = |i: usize| failed.get(i).and_then(serde_json::Value::as_str).unwrap_or("");
    let line = failed.get(4).and_then(serde_json::Value::as_i64).map(|n| format!(" (line {n})"));
    let message = shorten(&format!("{}: {}{}", text(1), text(3), line.unwrap_or_default()), 500);
    Some(Ok(match (text(0), text(1)) {
        ("compile", _) => Outcome::CompileError { message },
        (_, "MemoryError") => Outcome::OutOfMemory,
        (_, "PermissionError") => Outcome::Forbidden { what: message },
        _ => Outcome::Exception { message },
    }))
}

/// Compiles where there is something to compile. The inner error is the failed compilation.
pub(crate) fn prepare<'p>(seat: &mut Seat<'_>, source: &'p str) -> Result<Result<Prepared<'p>, Run>, Error> {
    let language = seat.language;
    if language.name == "python" {
        return Ok(Ok(Prepared::Python(source)));
    }
    let file = language.file_for(source);
    let run = fill(seat, language.run, &file, source);
    let Some(compile) = language.compile else {
        return Ok(Ok(Prepared::Command { files: vec![source_file(&file, source)], argv: run }));
    };
    let compile = fill(seat, compile, &file, source);
    Ok(compile_files(seat, &file, source, &compile)?.map(|files| Prepared::Command { files, argv: run }))
}

fn source_file(path: &str, source: &str) -> File {
    File { path: path.into(), bytes: source.as_bytes().to_vec(), executable: false, protected: false }
}

fn fill(seat: &Seat<'_>, command: &[&str], file: &str, source: &str) -> Vec<String> {
    let tool = &seat.runtime.tool;
    let directory = tool.parent().unwrap_or(tool);
    let memory = (seat.limits.memory >> 21).max(16).to_string();
    let fill = |part: &&str| {
        part.replace("{tool}", &tool.to_string_lossy())
            .replace("{dir}", &directory.to_string_lossy())
            .replace("{file}", file)
            .replace("{memory}", &memory)
            .replace("{class}", java_class(source))
    };
    command.iter().map(fill).collect()
}

/// Writes what a compiler left in `out` to descriptor 3: a line with size and name, then the bytes.
const EXPORT: &str =
    r#"mkdir out && "$@" && cd out && for f in *; do stat -c '%s %n' "$f" && cat "$f" || exit 1; done >&3"#;

/// What compiled programs may take.
const PROGRAM_LIMIT: u64 = 128 << 20;

fn compile_files(
    seat: &mut Seat<'_>,
    file: &str,
    source: &str,
    command: &[String],
) -> Result<Result<Vec<File>, Run>, Error> {
    let limits = seat.limits.for_compiling();
    let mut argv: Vec<String> = ["/bin/sh", "-c", EXPORT, "sh"].map(String::from).into();
    argv.extend_from_slice(command);
    let files = [source_file(file, source)];
    let (run, export) = run_with_export(seat, &argv, &files, b"", &limits, PROGRAM_LIMIT)?;
    match run.failure {
        None => Ok(Ok(exported(&export)?)),
        Some(Outcome::Exception { .. }) => {
            let message = shorten(String::from_utf8_lossy(&run.stderr).trim(), 1000);
            Ok(Err(Run { failure: Some(Outcome::CompileError { message }), ..run }))
        }
        Some(_) => Ok(Err(run)),
    }
}

/// Runs a command with one output more, on descriptor 3, and something to read on descriptor 4.
pub(crate) fn run_with_export(
    seat: &mut Seat<'_>,
    argv: &[String],
    files: &[File],
    told: &[u8],
    limits: &Limits,
    export_limit: u64,
) -> Result<(Run, Vec<u8>), Error> {
    let io = failed("making a pipe");
    let (export, their_export) = sys::pipe().map_err(&io)?;
    let export = Output::new(export, export_limit)?;
    let (their_told, tell) = sys::pipe().map_err(&io)?;
    // What is told is short: it fits into the pipe before anybody reads.
    sys::set_nonblocking(&tell).map_err(&io)?;
    std::fs::File::from(tell).write_all(told).map_err(&io)?;
    let started = Instant::now();
    let mut std = Std::new()?;
    let fds = [&std.stdin, &std.stdout, &std.stderr, &their_export, &their_told].map(AsRawFd::as_raw_fd);
    let child = seat.execute_within(argv, &fds, &Setting { files, visible: &[] }, limits)?;
    drop((their_export, their_told));
    let mut pipes = std.pipes(b"", limits)?;
    drop(std);
    pipes.outputs.push(export);
    let run = finish(seat, child, &mut pipes, started, started + limits.wall, limits)?;
    Ok((run, std::mem::take(&mut pipes.outputs[2].bytes)))
}

fn exported(mut bytes: &[u8]) -> Result<Vec<File>, Error> {
    let bad = || Error::machinery("a compiler left something unreadable");
    let mut files = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|b| *b == b'\n').ok_or_else(bad)?;
        let (size, name) =
            std::str::from_utf8(&bytes[..end]).ok().and_then(|line| line.split_once(' ')).ok_or_else(bad)?;
        let size: usize = size.parse().map_err(|_| bad())?;
        let content = bytes.get(end + 1..).and_then(|rest| rest.get(..size)).ok_or_else(bad)?;
        if name.is_empty() || name.contains('/') {
            return Err(bad());
        }
        files.push(File { path: name.into(), bytes: content.to_vec(), executable: true, protected: false });
        bytes = &bytes[end + 1 + size..];
    }
    Ok(files)
}

/// The three standard descriptors: the program's ends until it has them.
struct Std {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
    ours: Option<[OwnedFd; 3]>,
}

impl Std {
    fn new() -> Result<Std, Error> {
        let io = failed("making a pipe");
        let (stdin, to_stdin) = sys::pipe().map_err(&io)?;
        let (from_stdout, stdout) = sys::pipe().map_err(&io)?;
        let (from_stderr, stderr) = sys::pipe().map_err(&io)?;
        if is_root() {
            // So that the program, who is nobody, may open `/dev/stdin` and the like.
            for end in [&stdin, &stdout, &stderr] {
                std::os::unix::fs::fchown(end, Some(NOBODY), Some(NOBODY)).map_err(&io)?;
            }
        }
        Ok(Std { stdin, stdout, stderr, ours: Some([to_stdin, from_stdout, from_stderr]) })
    }

    /// The host's ends; the program's are closed by dropping this.
    fn pipes<'a>(&mut self, input: &'a [u8], limits: &Limits) -> Result<Pipes<'a>, Error> {
        let [stdin, stdout, stderr] =
            self.ours.take().ok_or_else(|| Error::machinery("the pipes of a run are taken twice"))?;
        let outputs = vec![Output::new(stdout, limits.output)?, Output::new(stderr, limits.output)?];
        Pipes::new(stdin, input, outputs)
    }
}

/// Runs a prepared program once.
pub(crate) fn run_once(
    seat: &mut Seat<'_>,
    prepared: &Prepared<'_>,
    stdin: &[u8],
    wall: Duration,
) -> Result<Run, Error> {
    let started = Instant::now();
    let deadline = started + wall;
    let limits = seat.limits;
    let mut std = Std::new()?;
    let fds: [RawFd; 3] = [std.stdin.as_raw_fd(), std.stdout.as_raw_fd(), std.stderr.as_raw_fd()];
    let (child, job) = match prepared {
        Prepared::Command { files, argv } => {
            (seat.execute(argv, &fds, &Setting { files, visible: &[] })?, None)
        }
        Prepared::Python(source) => {
            let (mut job, theirs) = Channel::pair()?;
            let child = seat.script([fds[0], fds[1], fds[2], theirs.as_raw_fd(), null()?])?;
            drop(theirs);
            let _ = job.send(&json!({"mode": "main", "source": source}), deadline);
            (child, Some(job))
        }
    };
    let mut pipes = std.pipes(stdin, limits)?;
    drop(std);
    let mut run = finish(seat, child, &mut pipes, started, deadline, limits)?;
    // The script says over its channel why it did not start the program; the program itself has no such channel.
    if let Some(mut job) = job.filter(|_| run.failure.is_some())
        && let Ok(message) = job.receive(Instant::now() + Duration::from_millis(100))
        && let Some(outcome) = failed_to_load(&message)
    {
        run.failure = Some(outcome?);
    }
    Ok(run)
}

/// Watches a program to its end.
fn finish(
    seat: &mut Seat<'_>,
    child: Child,
    pipes: &mut Pipes<'_>,
    started: Instant,
    deadline: Instant,
    limits: &Limits,
) -> Result<Run, Error> {
    let stop = watch(child.pidfd(), pipes, deadline, limits.memory);
    child.kill();
    let exit = seat.wait(child)?;
    let stop = stop?;
    let mut outputs = pipes.outputs.iter_mut().map(|o| std::mem::take(&mut o.bytes));
    let (stdout, stderr) = (outputs.next().unwrap_or_default(), outputs.next().unwrap_or_default());
    if let Some(bytes) = outputs.next() {
        drop(outputs);
        pipes.outputs[2].bytes = bytes;
    }
    let failure = classify(&exit, stop, &stderr, seat.language, limits);
    let status = libc::WIFEXITED(exit.status).then(|| libc::WEXITSTATUS(exit.status));
    let cpu = Duration::from_micros(exit.cpu_us);
    Ok(Run { failure, status, stdout, stderr, wall: started.elapsed(), cpu })
}

/// What an end means; `None` for a good one.
pub(crate) fn classify(
    exit: &Exit,
    stop: Option<Stop>,
    stderr: &[u8],
    language: &Language,
    limits: &Limits,
) -> Option<Outcome> {
    match stop {
        Some(Stop::Time) => return Some(Outcome::Timeout),
        Some(Stop::Memory) => return Some(Outcome::OutOfMemory),
        Some(Stop::Output) => return Some(Outcome::OutputLimit),
        None => {}
    }
    let complaint = String::from_utf8_lossy(&stderr[stderr.len().saturating_sub(4096)..]);
    let last = shorten(complaint.trim().lines().last().unwrap_or(""), 300);
    let out_of_memory = language.out_of_memory.iter().any(|mark| complaint.contains(mark));
    let signal = if libc::WIFSIGNALED(exit.status) { libc::WTERMSIG(exit.status) } else { 0 };
    // The kernel ends a run by the ticks it has counted, which on a busy machine are more than what it reports.
    let used_up = exit.cpu_us * 2 >= limits.cpu.as_micros() as u64;
    Some(match (signal, libc::WEXITSTATUS(exit.status)) {
        (0, 0) => return None,
        // A shell or interpreter reports a child's signal as 128 + its number.
        (libc::SIGSYS, _) | (0, 159) => Outcome::Forbidden { what: "a system call".into() },
        (libc::SIGXFSZ, _) | (0, 153) => Outcome::OutputLimit,
        (libc::SIGKILL | libc::SIGXCPU, _) | (0, 137 | 152) if used_up => Outcome::Timeout,
        (libc::SIGKILL, _) => Outcome::OutOfMemory,
        _ if out_of_memory => Outcome::OutOfMemory,
        (0, _) if is_forbidden(&last) => Outcome::Forbidden { what: last },
        (0, status) if last.is_empty() => Outcome::exception(format!("exit status {status}")),
        (0, _) => Outcome::exception(last),
        (signal, _) => Outcome::exception(format!("killed by signal {signal}")),
    })
}

/// Whether a complaint is about something the sandbox does not allow.
fn is_forbidden(complaint: &str) -> bool {
    ["PermissionError", "Permission denied", "Operation not permitted", "Read-only file system"]
        .iter()
        .any(|mark| complaint.contains(mark))
}
