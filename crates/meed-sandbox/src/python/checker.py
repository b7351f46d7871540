# The tests' side: runs the task's tests against a program that lives in another process.


class Lost(BaseException):
    """The program is gone, late, or does not keep to the protocol. Tests cannot catch it as an Exception."""

    def __init__(self, outcome, detail=""):
        self.outcome, self.detail = outcome, detail


class Remote:
    """An object of the program. It equals nothing but itself: what it claims is not evidence."""

    __slots__ = ("_peer", "_on", "_kind")

    def __init__(self, peer, on, kind):
        self._peer, self._on, self._kind = peer, on, kind

    def __call__(self, *args, **named):
        return self._peer.call(self._on, None, args, named)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._peer.ask({"op": "get", "on": self._on, "attribute": name})
        if type(value) is Remote and value._kind in ("method", "builtin_function_or_method", "function"):
            return Method(self._peer, self._on, name)
        return value

    def __iter__(self):
        return iter(self._peer.ask({"op": "list", "on": self._on}))

    def __len__(self):
        return self._peer.ask({"op": "len", "on": self._on})

    def __getitem__(self, key):
        return self._peer.ask({"op": "item", "on": self._on, "args": [encode(key, opaque)]})

    def __str__(self):
        return str(self._peer.ask({"op": "text", "on": self._on}))

    def __repr__(self):
        return f"<{self._kind} object of the program>"

    def __eq__(self, other):
        return type(other) is Remote and other._on == self._on and other._peer is self._peer

    def __hash__(self):
        return hash(self._on)


class Method:
    __slots__ = ("_peer", "_on", "_name")

    def __init__(self, peer, on, name):
        self._peer, self._on, self._name = peer, on, name

    def __call__(self, *args, **named):
        return self._peer.call(self._on, self._name, args, named)


def opaque(value):
    """What has no plain form: only the program's own objects may go back to it."""
    if type(value) is Remote and type(value._on) is int:
        return {"h": [value._on, value._kind]}
    raise Unsupported(f"a test hands the program a {type(value).__name__}, which is not plain data")


class Unsupported(BaseException):
    """A test that cannot be asked across processes."""


class Peer:
    """The program, as it is reached."""

    def __init__(self, sock, wall):
        self.sock, self.wall, self.deadline = sock, wall, time.monotonic() + wall
        self.lost = None

    def lose(self, outcome, detail=""):
        """Remembered, so that a test with a bare `except` cannot swallow it."""
        self.lost = Lost(outcome, detail)
        raise self.lost from None

    def start_case(self):
        self.deadline = time.monotonic() + self.wall

    def next(self):
        if self.lost:
            raise self.lost
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.lose("timeout")
        self.sock.settimeout(left)
        try:
            message = receive(self.sock)
        except TimeoutError:
            self.lose("timeout")
        except OSError:
            message = None
        except Malformed as error:
            self.lose("tampering", str(error))
        if message is None:
            self.lose("lost")
        return message

    def load(self):
        """None once the program is loaded, else what it raised."""
        message = self.next()
        if message == {"loaded": True}:
            return None
        failed = message.get("failed")
        if type(failed) is not list or len(failed) != 6:
            self.lose("tampering", "a reply before any question")
        return failed

    def ask(self, request):
        if self.lost:
            raise self.lost
        request["id"] = identity = os.urandom(8).hex()
        self.sock.settimeout(max(0.001, self.deadline - time.monotonic()))
        try:
            send(self.sock, request)
        except TimeoutError:
            self.lose("timeout")
        except OSError:
            self.lose("lost")
        reply = self.next()
        if reply.get("id") != identity:
            self.lose("tampering", "a reply to no question")
        if "raised" in reply:
            error = raised(reply["raised"])
            if error is None:
                self.lose("tampering", "an exception that is none")
            raise error
        self.changed = reply.get("changed", {})
        try:
            return decode(reply.get("value"), lambda on, kind: Remote(self, on, kind))
        except Malformed as error:
            self.lose("tampering", str(error))

    def call(self, on, attribute, args, named):
        request = {"op": "call", "on": on, "args": [encode(a, opaque) for a in args]}
        request["named"] = {k: encode(v, opaque) for k, v in named.items()}
        if attribute:
            request["attribute"] = attribute
        result = self.ask(request)
        if type(self.changed) is dict:
            for i, new in self.changed.items():
                self.write_back(args, i, new)
        return result

    def write_back(self, args, i, new):
        """An argument the program changed in place."""
        try:
            old, new = args[int(i)], decode(new, lambda on, kind: Remote(self, on, kind))
        except (Malformed, ValueError, IndexError):
            self.lose("tampering", "an argument that was not given")
        if type(old) is not type(new):
            self.lose("tampering", "an argument changed its type")
        if type(old) is list:
            old[:] = new
        elif type(old) in (dict, set):
            old.clear()
            old.update(new)


def raised(description):
    """The exception the program raised, as one the tests can expect; exits become exceptions. None: not one."""
    if type(description) is not list or len(description) != 5:
        return None
    name, kinds, text, line, number = description
    message = f"{text}" if line is None else f"{text} (line {line})"
    for kind in kinds if type(kinds) is list else ():
        found = getattr(builtins, kind, None) if type(kind) is str else None
        if isinstance(found, type) and issubclass(found, Exception):
            try:
                error = found(text)
                break
            except TypeError:
                continue
    else:
        error = Exception(text)
    error.program = f"{name}: {message}" if text else f"{name}"
    error.number = number
    return error


class Report:
    """Where verdicts go: to the host, on a channel the program does not have."""

    def __init__(self, job, peer):
        self.job, self.peer, self.pair = job, peer, None

    def verdict(self, case, outcome, detail=""):
        send(self.job, {"case": case, "outcome": outcome, "detail": detail[:1000]})

    def case(self, number):
        return Case(self, number)

    def equal(self, left, right):
        result = left == right
        self.pair = None if result else (left, right)
        return result

    def fresh(self):
        """Asks for a new process of the program; the host may say no."""
        self.peer.sock.close()
        self.peer.lost = None
        send(self.job, {"fresh": True})
        header, fds, _, _ = socket.recv_fds(self.job, 4, 1)
        (size,) = struct.unpack("<I", header)
        parse(read_exactly(self.job, size))
        if not fds:
            return False
        self.peer.sock = socket.socket(fileno=fds[0])
        self.peer.start_case()
        return self.peer.load() is None


class Stop(BaseException):
    """No more tests."""


class Case:
    """One test, as a context."""

    def __init__(self, report, number):
        self.report, self.number = report, number

    def __enter__(self):
        self.report.pair = None
        self.report.peer.start_case()

    def __exit__(self, kind, error, _):
        report = self.report
        error = report.peer.lost or error
        if error is None:
            report.verdict(self.number, "passed")
        elif isinstance(error, Lost):
            report.verdict(self.number, error.outcome, error.detail)
            try:
                if not report.fresh():
                    raise Stop
            except Lost:
                raise Stop from None
        elif isinstance(error, (Unsupported, Stop)):
            return False
        else:
            report.verdict(self.number, *judge(error, report.pair))
        return True


def judge(error, pair):
    if hasattr(error, "program"):
        if isinstance(error, MemoryError):
            return "memory", error.program
        if isinstance(error, PermissionError) or getattr(error, "number", None) in (1, 13, 30):
            return "forbidden", error.program
        return "raised", error.program
    if isinstance(error, AssertionError):
        if pair is not None:
            return "wrong", f"got {short(pair[0])}, expected {short(pair[1])}"
        return "wrong", short_text(str(error)) or "assertion failed"
    return "raised", f"in the test: {type(error).__name__}: {short_text(str(error))}"


def short(value):
    try:
        return short_text(repr(value))
    except Exception as error:
        return f"<{type(error).__name__}>"


def short_text(text, limit=200):
    return text if len(text) <= limit else text[: limit // 2] + " … " + text[-limit // 2 :]


def asserts(node):
    """Whether a statement tests something: `assert True` does not."""
    return any(isinstance(n, ast.Assert) and not isinstance(n.test, ast.Constant) for n in ast.walk(node))


class Compare(ast.NodeTransformer):
    """`assert a == b` remembers both sides."""

    def visit_Assert(self, node):
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            both = [test.left, test.comparators[0]]
            node.test = ast.Call(ast.Name("__meed_equal__", ast.Load()), both, [])
        return node


def split(body, before, most):
    """Statements, with each that tests something as a case of its own, up to `most` of all; how many there are."""
    out, count = [], 0
    for node in body:
        if asserts(node):
            if before + count >= most:
                continue
            number = ast.Constant(before + count)
            enter = ast.Call(ast.Name("__meed_case__", ast.Load()), [number], [])
            node = ast.With([ast.withitem(enter)], [Compare().visit(node)])
            count += 1
        out.append(node)
    return out, count


def plan(task):
    """The tests as code objects to execute in order, and how many cases they hold."""
    trees, count, most = [], 0, task.get("first") or math.inf
    for text in task["tests"]:
        if count >= most:
            break
        tree = ast.parse(text)
        target = tree
        if task.get("entry"):
            checks = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "check"]
            if checks:
                target = checks[-1]
        target.body, found = split(target.body, count, most)
        if found == 0 and target.body:
            enter = ast.Call(ast.Name("__meed_case__", ast.Load()), [ast.Constant(count)], [])
            if target is tree:
                target.body = [ast.With([ast.withitem(enter)], target.body)]
            else:
                keep = [n for n in target.body if isinstance(n, (ast.Global, ast.Nonlocal))]
                rest = [n for n in target.body if n not in keep]
                target.body = keep + [ast.With([ast.withitem(enter)], rest or [ast.Pass()])]
            found = 1
        count += found
        trees.append(tree)
    return [(compile(ast.fix_missing_locations(t), "tests.py", "exec"), t) for t in trees], count


def count_only(task, job):
    try:
        send(job, {"count": plan(task)[1]})
    except (Exception, SystemExit) as error:
        send(job, {"bad": f"{type(error).__name__}: {short_text(str(error))}"})
    os._exit(0)


def free_names(trees, known):
    """Names the tests use and do not define."""
    used, bound = [], set(known)
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (used.append(node.id) if isinstance(node.ctx, ast.Load) else bound.add(node.id))
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                bound.update((a.asname or a.name).split(".")[0] for a in node.names)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                bound.add(node.name)
    return [n for n in dict.fromkeys(used) if n not in bound and not hasattr(builtins, n)]


def check(task, job):
    """Runs tests against the program behind file descriptor 4."""
    peer = Peer(socket.socket(fileno=4), task["wall"])
    report = Report(job, peer)
    space = {"__name__": "tests", "__meed_case__": report.case, "__meed_equal__": report.equal}
    try:
        codes, count = plan(task)
        for setup in task.get("setup", []):
            exec(compile(setup, "setup.py", "exec"), space)
    except (Exception, SystemExit) as error:
        send(job, {"bad": f"{type(error).__name__}: {short_text(str(error))}"})
        os._exit(0)
    try:
        exec(compile(task.get("context", ""), "context.py", "exec"), space)
    except (Exception, SystemExit):
        pass  # A prompt in prose defines nothing.
    send(job, {"count": count})
    entry = task.get("entry")
    names = free_names([t for _, t in codes], space)
    for name in names:
        if name in sys.stdlib_module_names:
            space[name] = __import__(name)
        elif not entry:
            space[name] = Remote(peer, name, "function")
    if entry:
        space[entry] = Remote(peer, entry, "function")
    # From here on the tests may look, but not change what reads the program's answers.
    try:
        failed = peer.load()
        if failed:
            send(job, {"failed": failed})
            os._exit(0)
        run_tests(codes, space, entry)
    except Lost as lost:
        send(job, {"stopped": [lost.outcome, lost.detail]})
    except Stop:
        send(job, {"stopped": None})
    except Unsupported as error:
        send(job, {"bad": str(error)})
    except (Exception, SystemExit) as error:
        send(job, {"stopped": list(judge(error, None))})
    else:
        send(job, {"done": True})
    os._exit(0)


def run_tests(codes, space, entry):
    for code, _ in codes:
        exec(code, space)
    if entry and "check" in space:
        space["check"](space[entry])


MODES = {"serve": serve, "main": run_main, "compile": compile_only, "check": check, "count": count_only}
cold() if sys.argv[1:] == ["cold"] else main()
