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

    def hurry(self):
        """Gives what follows the time that is left."""
        if self.lost:
            raise self.lost
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.lose("timeout")
        self.sock.settimeout(left)

    def next(self):
        try:
            message = receive_alone(self.sock)
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
        self.hurry()
        message = self.next()
        if message == {"loaded": True}:
            return None
        failed = message.get("failed")
        if type(failed) is not list or len(failed) != 6:
            self.lose("tampering", "a reply before any question")
        return failed

    def ask(self, request):
        self.hurry()
        request["id"] = identity = os.urandom(8).hex()
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
        sock = receive_socket(self.job)
        if sock is None:
            return False
        self.peer.sock = sock
        self.peer.start_case()
        return self.peer.load() is None


def receive_socket(job):
    """A process of the program, from the host; None: there is none."""
    header, fds, _, _ = socket.recv_fds(job, 4, 1)
    (size,) = struct.unpack("<I", header)
    parse(read_exactly(job, size))
    return local_socket(fds[0]) if fds else None


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
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if not hasattr(node, "body"):
        return False
    return any(isinstance(n, ast.Assert) and not isinstance(n.test, ast.Constant) for n in ast.walk(node))


class Compare(ast.NodeTransformer):
    """`assert a == b` remembers both sides."""

    def visit_Assert(self, node):
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            both = [test.left, test.comparators[0]]
            node.test = call("__meed_equal__", both, test)
        return node


def call(name, args, place):
    """A call of one of the names below, where `place` stands in the text."""
    name = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(name, args, []), place)


def case(number, body, place):
    """Statements as a case."""
    enter = call("__meed_case__", [ast.copy_location(ast.Constant(number), place)], place)
    return ast.copy_location(ast.With([ast.withitem(enter)], body), place)


def split(body, before, most):
    """Statements, with each that tests something as a case of its own, up to `most` of all; how many there are."""
    out, count = [], 0
    for node in body:
        if asserts(node):
            if before + count >= most:
                continue
            node = case(before + count, [Compare().visit(node)], node)
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
            keep = [n for n in target.body if isinstance(n, (ast.Global, ast.Nonlocal))]
            rest = [n for n in target.body if n not in keep] or [ast.copy_location(ast.Pass(), target.body[0])]
            target.body = [*keep, case(count, rest, target.body[0])]
            found = 1
        count += found
        trees.append(tree)
    return [(compile(t, "tests.py", "exec"), t) for t in trees], count


def count_only(task, job):
    try:
        send(job, {"count": plan(task)[1]})
    except (Exception, SystemExit) as error:
        send(job, {"bad": f"{type(error).__name__}: {short_text(str(error))}"})
    os._exit(0)


# Modules that tests may use without a process of their own, and what they must not use then.
TAME = set("math cmath random itertools functools collections re string typing copy operator statistics".split())
TAME |= set("fractions decimal heapq bisect datetime json".split())
WILD = {"setattr", "delattr", "exec", "eval", "globals", "vars", "open", "__import__", "__builtins__"}


def survey(trees):
    """Names the code uses and does not define, and whether it can leave nothing behind but its own names."""
    used, bound, tame = set(), set(), True
    nodes = list(trees)
    for node in nodes:  # It grows; `ast.walk` takes three times as long.
        kind = type(node)
        if kind is ast.Name:
            (used if type(node.ctx) is ast.Load else bound).add(node.id)
            continue
        if kind is ast.Constant or not isinstance(node, ast.AST):
            continue
        if kind is ast.Attribute:
            tame = tame and type(node.ctx) is ast.Load and not node.attr.startswith("__")
        elif kind in (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef):
            bound.add(node.name)
        elif kind is ast.arg:
            bound.add(node.arg)
        elif kind is ast.Import:
            bound.update((a.asname or a.name).split(".")[0] for a in node.names)
            tame = tame and all(a.name in TAME for a in node.names)
        elif kind is ast.ImportFrom:
            bound.update(a.asname or a.name for a in node.names)
            tame = tame and node.module in TAME
        elif kind is ast.ExceptHandler and node.name:
            bound.add(node.name)
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                nodes += value
            else:
                nodes.append(value)
    free = [name for name in sorted(used - bound) if not hasattr(builtins, name)]
    return free, tame and used.isdisjoint(WILD)


class Prepared:
    """The tests of a task, ready to run."""

    def __init__(self, task):
        self.task = task
        self.codes, self.count = plan(task)
        self.setup = [compile(text, "setup.py", "exec") for text in task.get("setup", [])]
        helpers = [ast.parse(text) for text in task.get("setup", [])]
        try:
            context = ast.parse(task.get("context", ""))
            self.context = compile(context, "context.py", "exec")
            helpers.append(context)
        except (Exception, SystemExit):
            self.context = None  # A prompt in prose defines nothing.
        self.names, tame = survey([t for _, t in self.codes])
        self.tame = tame and survey(helpers)[1]

    def space(self, report):
        """The names the tests run with."""
        space = {"__name__": "tests", "__meed_case__": report.case, "__meed_equal__": report.equal}
        for code in self.setup:
            exec(code, space)
        try:
            if self.context:
                exec(self.context, space)
        except (Exception, SystemExit):
            pass
        entry = self.task.get("entry")
        for name in self.names:
            if name in space:
                continue
            if name in sys.stdlib_module_names:
                space[name] = __import__(name)
            elif not entry:
                space[name] = Remote(report.peer, name, "function")
        if entry:
            space[entry] = Remote(report.peer, entry, "function")
        return space


def check(task, job):
    """Runs tests against programs in other processes, one grading after another as long as tests leave nothing behind."""
    prepared = None
    while task is not None:
        random.seed(0)
        tests = {k: v for k, v in task.items() if k != "wall"}
        end = {}
        try:
            if prepared is None or prepared.task != tests:
                gc.disable()  # Syntax trees hold no cycles.
                prepared = Prepared(tests)
                gc.enable()
        except (Exception, SystemExit) as error:
            end = {"bad": f"{type(error).__name__}: {short_text(str(error))}"}
        peer = Peer(receive_socket(job), task["wall"])
        end = end or grade(prepared, Report(job, peer))
        peer.sock.close()
        again = "bad" not in end and prepared.tame and is_light()
        send(job, {**end, "again": again})
        task = receive(job) if again else None
    os._exit(0)


def is_light():
    """Whether this process has used little yet: its limits are for one grading."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime < 0.3 and used.ru_maxrss < 100_000


def grade(prepared, report):
    """One program; what came of it besides the verdicts."""
    try:
        space = prepared.space(report)
    except (Exception, SystemExit) as error:
        return {"bad": f"{type(error).__name__}: {short_text(str(error))}"}
    send(report.job, {"count": prepared.count})
    # From here on the tests may look, but not change what reads the program's answers.
    try:
        failed = report.peer.load()
        if failed:
            return {"failed": failed}
        run_tests(prepared.codes, space, prepared.task.get("entry"))
    except Lost as lost:
        return {"stopped": [lost.outcome, lost.detail]}
    except Stop:
        return {"stopped": None}
    except Unsupported as error:
        return {"bad": str(error)}
    except (Exception, SystemExit) as error:
        return {"stopped": list(judge(error, None))}
    return {"done": True}


def run_tests(codes, space, entry):
    for code, _ in codes:
        exec(code, space)
    if entry and "check" in space:
        space["check"](space[entry])


MODES = {"serve": serve, "main": run_main, "compile": compile_only, "check": check, "count": count_only}
cold() if sys.argv[1:] == ["cold"] else main()
