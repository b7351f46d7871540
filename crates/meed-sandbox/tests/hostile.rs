//! Programs that attack the machine. Each is contained, and the machine is as it was afterwards.

mod common;

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use common::{POOL, are_gone_except, descendants, patient, python, run, stdout};
use meed_sandbox::{Language, Limits, Outcome, Program, Run};

/// Runs something, and looks whether the machine is as before and the next program runs well.
fn contained(source: &str) -> Run {
    contained_within(source, 20)
}

/// The same with so many seconds, for what has no end of its own.
fn contained_within(source: &str, seconds: u64) -> Run {
    run("pass");
    let before = descendants(std::process::id());
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let limits = Limits::default().with_wall(Duration::from_secs(seconds));
    let result = POOL.run(&python(source), b"", &limits).unwrap();
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo").unwrap(), mounts, "{source}");
    let new = descendants(std::process::id()).difference(&before).copied().collect();
    // Other tests of this file run beside this one, so new processes may be theirs: they must go as well.
    assert!(are_gone_except(&new, is_warm), "{source}: {new:?}");
    assert_eq!(stdout(&run("print(6 * 7)")), "42\n", "{source}");
    result
}

/// Warm interpreters stay: one process namespace below this one, their runs are two.
fn is_warm(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .any(|line| line.strip_prefix("NSpid:").is_some_and(|ids| ids.split_whitespace().count() == 2))
}

fn failure(run: &Run) -> &'static str {
    run.failure.as_ref().map_or("none", Outcome::name)
}

#[test]
fn a_fork_bomb() {
    let run = contained_within(
        "import os, time\nn = 0\ntry:\n    while True:\n        if os.fork() == 0:\n            while True: time.sleep(1)\n        n += 1\nexcept BlockingIOError:\n    print(n, flush=True)\n    while True: pass",
        12,
    );
    assert_eq!(failure(&run), "timeout");
    let processes: u64 = stdout(&run).trim().parse().unwrap();
    assert!((1..=64).contains(&processes), "{processes}");
    let shell = POOL
        .run(
            &Program { language: Language::named("bash").unwrap(), source: ":(){ :|:& };:\nsleep 60" },
            b"",
            &Limits::default().with_wall(Duration::from_secs(3)),
        )
        .unwrap();
    assert!(shell.failure.is_some());
}

#[test]
fn memory_bombs() {
    assert_eq!(
        failure(&contained_within("x = [b'x' * (1 << 20)]\nwhile True: x.append(x[-1] * 2)", 30)),
        "out_of_memory"
    );
    // Each process stays below the limit, together they do not.
    let many = "import os, time\nfor _ in range(16):\n    if os.fork() == 0:\n        x = bytearray(200 << 20)\n        for i in range(0, len(x), 4096): x[i] = 1\n        time.sleep(60)\ntime.sleep(60)";
    assert_eq!(failure(&contained_within(many, 30)), "out_of_memory");
}

#[test]
fn disk_bombs() {
    let big = contained(
        "f = open('big', 'wb')\ntry:\n    while True: f.write(b'x' * (1 << 20)); f.flush()\nexcept OSError as e:\n    import os; print(e.errno, os.path.getsize('big') >> 20)",
    );
    assert!(stdout(&big).ends_with(" 32\n"), "{big:?}");
    let many = contained(
        "n = 0\ntry:\n    while True:\n        open(f'f{n}', 'wb').write(b'x' * (1 << 20)); n += 1\nexcept OSError as e: print(e.errno, n)",
    );
    let text = stdout(&many);
    let files: u64 = text.split(' ').nth(1).unwrap().trim().parse().unwrap();
    assert!(text.starts_with("28 ") && files <= 64, "{text}");
    let inodes = contained(
        "import os\nn = 0\ntry:\n    while True: os.mkdir(str(n)); n += 1\nexcept OSError as e: print(n)",
    );
    assert!(stdout(&inodes).trim().parse::<u64>().unwrap() < 17_000);
    for place in ["/tmp", "/dev/shm", "/var/tmp"] {
        let other = contained(&format!("import shutil\nprint(shutil.disk_usage('{place}').total >> 20)"));
        assert_eq!(stdout(&other), "64\n", "{place}");
    }
}

#[test]
fn no_network() {
    for source in [
        "import socket; socket.create_connection(('127.0.0.1', 22), 1)",
        "import socket; socket.socket(socket.AF_INET6)",
        "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "import socket; socket.socket(socket.AF_VSOCK)",
    ] {
        assert_eq!(failure(&contained(source)), "forbidden", "{source}");
    }
}

#[test]
fn no_socket_of_the_host() {
    let name = format!("meed-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let run = contained(&format!("import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('\\0{name}')"));
    assert!(run.failure.is_some(), "{run:?}");
}

#[test]
fn no_file_of_the_host() {
    let secret = std::env::temp_dir().join(format!("meed-secret-{}", std::process::id()));
    std::fs::write(&secret, "secret").unwrap();
    let path = secret.to_str().unwrap();
    for source in [
        format!("print(open('{path}').read())"),
        "print(open('/etc/shadow').read())".into(),
        "print(open('/root/.bashrc').read())".into(),
        "import os; print(os.listdir('/home'))".into(),
        "print(open('/proc/1/environ').read()[:0] + open('/proc/1/root/etc/shadow').read())".into(),
        "print(open('/proc/sys/kernel/hostname').read())".into(),
        "print(open('/proc/kallsyms').read())".into(),
        "import os; os.symlink('/etc/shadow', 'x'); print(open('x').read())".into(),
        "import os; os.symlink('/', 'r'); print(open('r/../../etc/shadow').read())".into(),
        format!("import os; print(open('/proc/self/root{path}').read())"),
        format!("import os\nos.chroot('/box')\nprint(open('..{path}').read())"),
        "open('/usr/lib/x', 'w')".into(),
        "open('/etc/passwd', 'a')".into(),
        "import os; os.remove('/etc/passwd')".into(),
        "open('/x', 'w')".into(),
        "import os; os.mknod('dev', 0o60600, os.makedev(254, 0))".into(),
        "import os; print(os.readlink('/old'), os.listdir('/old'))".into(),
    ] {
        assert!(contained(&source).failure.is_some(), "{source}");
    }
    std::fs::remove_file(&secret).unwrap();
    let listing = contained("import os; print(sorted(os.listdir('/')))");
    assert!(!stdout(&listing).contains("old"), "{}", stdout(&listing));
}

#[test]
fn nothing_of_the_host_is_inherited() {
    let environment = contained("import os; print(sorted(os.environ))");
    assert!(!stdout(&environment).contains("CARGO"), "{}", stdout(&environment));
    let open = contained(
        "import os\nn = []\nfor fd in range(1024):\n    try: os.fstat(fd); n.append(fd)\n    except OSError: pass\nprint(n)",
    );
    assert_eq!(stdout(&open), "[0, 1, 2]\n");
    let who = contained("import os; print(os.getuid(), os.getgid(), os.getpid(), os.getppid(), os.getcwd())");
    assert_eq!(stdout(&who), "1000 1000 1 0 /box\n");
    let caps = contained(
        "print([l for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNewPrivs', 'Seccomp:'))])",
    );
    let caps = stdout(&caps);
    assert_eq!(caps.matches("0000000000000000").count(), 5, "{caps}");
    assert!(caps.contains("NoNewPrivs:\\t1") && caps.contains("Seccomp:\\t2"), "{caps}");
}

#[test]
fn runs_do_not_see_each_other() {
    contained("open('/tmp/mark', 'w').write('x'); open('/box/mark', 'w').write('x')");
    let later = contained("import os; print(os.listdir('/tmp'), os.listdir('/box'))");
    assert_eq!(stdout(&later), "[] ['tmp']\n");
    // Side by side: neither sees or reaches the other's processes, sockets or semaphores.
    let spy = "import os, socket, time\ns = socket.socket(socket.AF_UNIX)\ns.bind('\\0same')\nother = []\nfor p in range(2, 40):\n    try: os.kill(p, 0); other.append(p)\n    except ProcessLookupError: pass\ntime.sleep(0.3)\nprint(other)";
    for run in POOL.map(2, |_| run(spy)) {
        assert_eq!(stdout(&run), "[]\n", "{run:?}");
    }
}

#[test]
fn forbidden_calls_end_the_program() {
    for call in [
        "ptrace(0, 0, 0, 0)",
        "unshare(0x10000000)",
        "setns(0, 0)",
        "mount(b'none', b'/box', b'tmpfs', 0, 0)",
        "umount2(b'/box', 2)",
        "syscall(165, 0, 0, 0, 0, 0)",
        "syscall(155, b'/box', b'/box')",
        "syscall(321, 0, 0, 0)",
        "syscall(250, 0, 0, 0, 0)",
        "syscall(298, 0, 0, 0, 0, 0)",
        "syscall(310, 1, 0, 0, 0, 0, 0)",
        "syscall(323, 0)",
        "syscall(304, 0, 0, 0)",
        "syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
        "syscall(0x40000000 + 39)",
        "syscall(0x40000000 + 520, 0, 0, 0)",
        "setuid(0)",
        "shmget(0, 1 << 30, 0o1600)",
    ] {
        let run = contained(&format!("import ctypes\nctypes.CDLL(None).{call}\nprint('alive')"));
        assert_eq!(failure(&run), "forbidden", "{call}: {run:?}");
        assert_eq!(stdout(&run), "", "{call}");
    }
    for call in ["syscall(425, 1, 0)", "syscall(435, 0, 0)", "syscall(319, b'x', 0)"] {
        let run = contained(&format!(
            "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nprint(l.{call}, ctypes.get_errno())"
        ));
        assert_eq!(stdout(&run), "-1 38\n", "{call}: {run:?}");
    }
}

#[test]
fn calls_of_the_32_bit_abi_end_the_program() {
    // mov eax, 20 (getpid); int 0x80; ret
    let run = contained(
        "import ctypes, mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))\nf = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\nf()\nprint('alive')",
    );
    assert!(run.failure.is_some(), "{run:?}");
    assert_eq!(stdout(&run), "");
}

#[test]
fn signals_reach_nobody_else() {
    let run = contained(
        "import os, signal\nfor p in [os.getppid(), 2, 3, 100, 1000]:\n    try: os.kill(p, signal.SIGKILL) if p else None\n    except ProcessLookupError: pass\nprint('ok')",
    );
    assert_eq!(stdout(&run), "ok\n");
    contained("import os, signal\nos.kill(-1, signal.SIGKILL)");
    assert!(
        contained_within("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass", 2)
            .failure
            .is_some()
    );
}

#[test]
fn endless_output() {
    assert_eq!(failure(&contained("while True: print('x' * 10000)")), "output_limit");
    assert_eq!(failure(&contained("import sys\nwhile True: sys.stderr.write('x' * 10000)")), "output_limit");
    let run = contained_within("import os\nos.close(1); os.close(2)\nwhile True: pass", 2);
    assert_eq!(failure(&run), "timeout");
}

#[test]
fn what_ignores_signals_is_killed_at_the_deadline() {
    let run = contained_within(
        "import signal, threading, time\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nfor _ in range(8): threading.Thread(target=lambda: [time.sleep(0.001) for _ in iter(int, 1)]).start()\nwhile True: pass",
        2,
    );
    assert_eq!(failure(&run), "timeout");
}

#[test]
fn daemons_die_with_the_run() {
    let run = contained(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.close(0); os.close(1); os.close(2)\n        time.sleep(1000)\n    os._exit(0)\nprint('done')",
    );
    assert_eq!(stdout(&run), "done\n");
}

#[test]
fn deep_recursion_and_crashes_touch_nobody() {
    contained("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()");
    contained("import ctypes\nctypes.memset(0, 0, 1 << 30)");
    contained("import os\nos.abort()");
    contained("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\nopen('x', 'w')");
    let raised = contained("import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))");
    assert!(raised.failure.is_some());
}

#[test]
fn programs_cannot_become_root() {
    for source in [
        "import subprocess; r = subprocess.run(['su', '-c', 'id'], stdin=subprocess.DEVNULL); assert r.returncode == 0",
        "import subprocess; r = subprocess.run(['mount', '-t', 'tmpfs', 'x', '/box']); assert r.returncode == 0",
        "import subprocess; r = subprocess.run(['unshare', '-Ur', 'true']); assert r.returncode == 0",
    ] {
        assert!(contained(source).failure.is_some(), "{source}");
    }
}

#[test]
fn descriptors_and_processor_time_are_bounded() {
    let files =
        contained("n = []\ntry:\n    while True: n.append(open('/dev/null'))\nexcept OSError: print(len(n))");
    assert!(stdout(&files).trim().parse::<u64>().unwrap() < 128);
    let limits = Limits { cpu: Duration::from_secs(1), wall: Duration::from_secs(60), ..Limits::default() };
    let run = POOL.run(&python("while True: pass"), b"", &limits).unwrap();
    assert_eq!(failure(&run), "timeout");
    assert!(run.cpu < Duration::from_secs(5), "{:?}", run.cpu);
    let unread = POOL.run(&python("print('unread')"), &vec![b'x'; 10 << 20], &patient()).unwrap();
    assert_eq!((failure(&unread), stdout(&unread).as_str()), ("none", "unread\n"));
}
