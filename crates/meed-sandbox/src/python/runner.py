# Runs the tests of a patched tree, as `python3` with the same arguments would, and says when they came to their own end:
# status 0 alone may be the patched code's doing.

import json, os, runpy, sys, traceback, unittest


def outline():
    """What the libraries of tests are made of: code under test has no business changing it."""
    places = [unittest.TestCase, unittest.TestResult, unittest.TextTestResult, unittest.TestSuite, unittest.TestProgram]
    places += [sys.modules[n] for n in ("_pytest.runner", "_pytest.reports", "_pytest.python") if n in sys.modules]
    return {(p.__name__, n): id(v) for p in places for n, v in list(vars(p).items()) if callable(v)}


def prepare(args):
    """What to call to run a script or a module, with everything imported that the tree must not replace."""
    if args[0] != "-m":
        sys.argv = args
        sys.path.insert(0, os.path.dirname(os.path.abspath(args[0])))
        return lambda: runpy.run_path(args[0], run_name="__main__")
    try:
        __import__(args[1])
    except ImportError:
        pass  # A module of the tree.
    sys.argv = args[1:]
    sys.path.insert(0, os.getcwd())
    return lambda: runpy.run_module(args[1], run_name="__main__", alter_sys=True)


def is_patched_code(path, protected):
    """Whether a file is one that the patch may have changed."""
    path = os.path.abspath(path)
    top = os.getcwd() + os.sep
    inside = path[len(top) :] if path.startswith(top) else None
    covered = lambda p: inside == p or inside.startswith(p + os.sep)
    return inside is not None and not any(covered(p.rstrip("/")) for p in protected)


def main():
    with open(4) as told:
        told = json.load(told)
    report = os.dup(3)
    os.close(3)
    os.chdir("tree")
    del sys.path[0]
    run = prepare(sys.argv[1:])
    before, status = outline(), 0
    try:
        run()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        frames = [f.f_code.co_filename for f, _ in traceback.walk_tb(error.__traceback__)]
        if status == 0 and is_patched_code(frames[-1], told["protected"]):
            sys.stderr.write(f"{frames[-1]} ended the tests\n")
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if status == 0 and outline() == before:
        os.write(report, told["nonce"].encode())
    os._exit(status & 255)


main()
