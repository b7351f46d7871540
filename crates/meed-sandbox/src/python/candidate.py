# The graded program's side. Everything here may be changed by the program: nothing here decides anything.


def describe(error, source="solution.py"):
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == source:
            line = number
    if isinstance(error, SyntaxError):
        line = error.lineno
    kinds = [k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins"]
    try:
        text = str(error)[:500]
    except BaseException:
        text = ""
    return [type(error).__name__[:100], kinds[:10], text, line, getattr(error, "errno", None)]


def load(source, name, filename):
    """The program as a module; a list that says what it raised otherwise."""
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return ["compile", *describe(error, filename)]
    module = types.ModuleType(name)
    module.__file__ = "/box/" + filename
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        return ["load", *describe(error, filename)]
    return module


class Objects:
    """What calls returned and cannot cross: kept here under a number."""

    def __init__(self):
        self.kept = []

    def keep(self, value):
        if len(self.kept) >= 100_000:
            raise ValueError("too many objects")
        self.kept.append(value)
        return {"h": [len(self.kept) - 1, type(value).__name__[:100]]}

    def get(self, number, _kind=None):
        return self.kept[number]


def resolve(module, path, objects):
    """The thing a request names: a number, or a name of the module; a method of `Solution` where no function is."""
    if type(path) is int:
        return objects.get(path)
    if path in module.__dict__:
        return module.__dict__[path]
    holder = module.__dict__.get("Solution")
    if isinstance(holder, type) and hasattr(holder, path):
        return getattr(holder(), path)
    raise NameError(f"name {path!r} is not defined")


def perform(module, request, objects):
    target = resolve(module, request["on"], objects)
    op = request["op"]
    if op == "call":
        before = request["args"]
        args = [decode(a, objects.get) for a in before]
        named = {k: decode(v, objects.get) for k, v in request.get("named", {}).items()}
        if request.get("attribute"):
            target = getattr(target, request["attribute"])
        result = encode(target(*args, **named), objects.keep)
        changed = {}
        for i, (old, new) in enumerate(zip(before, args)):
            if type(new) in (list, dict, set):
                now = encode(new, objects.keep)
                if now != old:
                    changed[str(i)] = now
        return {"value": result, "changed": changed}
    if op == "get":
        return {"value": encode(getattr(target, request["attribute"]), objects.keep)}
    if op == "list":
        return {"value": encode(list(itertools.islice(target, 1_000_000)), objects.keep)}
    if op == "len":
        return {"value": encode(len(target), objects.keep)}
    if op == "item":
        return {"value": encode(target[decode(request["args"][0], objects.get)], objects.keep)}
    return {"value": str(target)[:100_000]}


def serve(task, job):
    """Loads the program and answers calls to it until the peer is gone."""
    job.close()
    peer = local_socket(4)
    module = load(task["source"], "solution", "solution.py")
    if isinstance(module, list):
        send(peer, {"failed": module})
        os._exit(1)
    send(peer, {"loaded": True})
    objects = Objects()
    while answer(module, peer, objects):
        pass
    os._exit(0)


def answer(module, peer, objects):
    """Answers one question; whether there was one."""
    request = receive(peer)
    if request is None:
        return False
    try:
        reply = perform(module, request, objects)
        reply["id"] = request["id"]
        send(peer, reply)
    except BaseException as error:
        send(peer, {"id": request["id"], "raised": describe(error)})
    return True


def rehearse():
    """Does what every run will do, so that each finds it done: code that is specialised, caches that are filled."""
    asking, answering = socket.socketpair()
    args = [encode(value, None) for value in (1, 1.5, "a", [1, 2], (1, 2), {"a": 1}, None, True)]
    for _ in range(20):
        module = load("from typing import List\n\ndef f(*a: List[int]):\n    return [*a]\n", "solution", "solution.py")
        send(asking, {"op": "call", "on": "f", "args": args, "named": {}, "id": "0"})
        answer(module, answering, Objects())
        decode(receive_alone(asking)["value"], None)
    del sys.modules["solution"]


def run_main(task, job):
    """Runs the program as a script, as `python3 main.py` would."""
    os.close(4)
    sys.argv = ["main.py", *task.get("args", [])]
    status = 0
    try:
        code = compile(task["source"], "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        send(job, {"failed": ["compile", *describe(error, "main.py")]})
        os._exit(1)
    job.close()
    module = types.ModuleType("__main__")
    module.__file__ = "/box/main.py"
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        if isinstance(error.code, int):
            status = error.code
        elif error.code is not None:
            sys.stderr.write(str(error.code) + "\n")
            status = 1
    except BaseException as error:
        frames = error.__traceback__ and error.__traceback__.tb_next
        traceback.print_exception(type(error), error, frames)
        status = 1
    try:
        threading._shutdown()
        import atexit

        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
        status = status or 1
    finish(status)


def finish(status):
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            status = status or 1
    os._exit(status & 255)


def compile_only(task, job):
    os.close(4)
    try:
        compile(task["source"], "main.py", "exec", dont_inherit=True)
        send(job, {"compiled": True})
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        send(job, {"failed": ["compile", *describe(error, "main.py")]})
    os._exit(0)
