# A warm interpreter that forks itself into a fresh sandbox for each run.
#
# It runs nothing but this file: programs run only in its children, after the steps below have shut them in. It holds
# no test and no expected result, so a child that looks through its memory finds none.

import ast, bisect, builtins, cmath, collections, contextlib, copy, ctypes, dataclasses, datetime, decimal, enum  # noqa
import fractions, functools, gc, heapq, io, itertools, json, math, mmap, operator, os, random, re, resource  # noqa
import select, signal, socket, statistics, string, struct, sys, textwrap, threading, time, traceback, types, typing  # noqa

CONTROL, HOST = 3, 4
CLONE_PIDFD, SYS_CLONE, SYS_MPROTECT = 0x1000, 56, 10


class Steps:
    """System calls prepared by the host as machine code (steps.rs), and the data they point to."""

    def __init__(self, data):
        count, size = struct.unpack_from("<II", data)
        self.memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.memory[:] = data[8 + 8 * count :]
        for i in range(count):
            at, target = struct.unpack_from("<II", data, 8 + 8 * i)
            struct.pack_into("<Q", self.memory, at, base + target)
        if syscall(SYS_MPROTECT, base, size, mmap.PROT_READ | mmap.PROT_EXEC, 0, 0, 0):
            raise OSError("the steps cannot be made executable")
        # Called with the interpreter's lock: there is nothing else to run.
        self.run = ctypes.PYFUNCTYPE(ctypes.c_int)(base)


syscall = ctypes.PyDLL(None, use_errno=True).syscall
syscall.argtypes, syscall.restype = [ctypes.c_long] * 7, ctypes.c_long


def fork(flags):
    """Forks into new namespaces: (0, None) in the child, (pid, pidfd) in the parent.

    Python's own work around a fork is left out: it mends locks of other threads, of which there are none here, and
    costs as much as the fork.
    """
    pidfd = ctypes.c_int(-1)
    pid = syscall(SYS_CLONE, flags | CLONE_PIDFD | signal.SIGCHLD, 0, ctypes.addressof(pidfd), 0, 0, 0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone")
    return pid, pidfd.value if pid else None


def run_child(steps, fds):
    for target, fd in enumerate(fds):
        os.dup2(fd, target, inheritable=True)
    failed = steps.run()
    job = local_socket(3)
    if failed:
        send(job, {"refused": [(failed >> 16) - 1, failed & 0xFFFF]})
        os._exit(70)
    task = receive(job)
    if task is None:
        os._exit(71)
    MODES[task["mode"]](task, job)
    os._exit(72)


def cold():
    """One task, in a process that is shut in already."""
    del sys.path[0]
    job = local_socket(3)
    task = receive(job)
    if task is not None:
        random.seed(0)
        MODES[task["mode"]](task, job)
    os._exit(72)


def main():
    del sys.path[0]
    control = socket.socket(fileno=CONTROL)
    setup = control.recv(1 << 20)
    (flags,) = struct.unpack_from("<Q", setup)
    steps = Steps(setup[8:])
    rehearse()
    random.seed(0)
    gc.collect()
    gc.freeze()
    children = {}
    poll = select.poll()
    for fd in (CONTROL, HOST):
        poll.register(fd, select.POLLIN)
    control.send(b"ready")
    while True:
        for fd, _ in poll.poll():
            if fd == HOST:
                os._exit(0)
            if fd == CONTROL:
                request, fds, _, _ = socket.recv_fds(control, 64, 8)
                if not request:
                    os._exit(0)
                try:
                    pid, pidfd = fork(flags)
                except OSError as error:
                    control.send(struct.pack("<qq", -1, error.errno))
                    pid, pidfd = -1, None
                if pid == 0:
                    try:
                        run_child(steps, fds)
                    finally:
                        os._exit(73)
                for received in fds:
                    os.close(received)
                if pidfd is not None:
                    children[pidfd] = pid
                    poll.register(pidfd, select.POLLIN)
                    socket.send_fds(control, [struct.pack("<qq", 0, pid)], [pidfd])
            elif fd in children:
                pid = children.pop(fd)
                poll.unregister(fd)
                os.close(fd)
                _, status, usage = os.wait4(pid, 0)
                micros = int((usage.ru_utime + usage.ru_stime) * 1e6)
                control.send(struct.pack("<qqqqq", 1, pid, status, micros, usage.ru_maxrss))
