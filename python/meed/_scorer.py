"""Scorers written in Python, as parts of a spec."""

import sys
import time
import warnings

from . import _meed


class Absent(Exception):
    """Says that there is no value, and why: returned or raised by a scorer.

    >>> import meed
    >>> @meed.scorer
    ... def judge(text):
    ...     return meed.Absent("infrastructure") if text == "" else len(text)
    >>> meed.Spec(r=judge()).score([{"completion": ""}, {"completion": "abc"}])["r"].reasons
    ['infrastructure', None]
    """

    REASONS = (
        "missing",
        "masked",
        "timed_out",
        "infrastructure",
        "unparsable",
        "not_applicable",
        "empty",
        "undefined",
        "too_large",
        "bad_reference",
    )

    def __init__(self, reason="not_applicable", message=""):
        if reason not in self.REASONS:
            raise ValueError(f"there is no reason `{reason}`; reasons: {', '.join(self.REASONS)}")
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    @property
    def _meed_reason(self):
        return self.reason

    def __str__(self):
        return self.message or self.reason


class Scorer:
    """A function as a scorer: what `@meed.scorer` makes. Called with signals (or with nothing: its arguments are then
    the columns of their names) it is part of a spec; called with plain values it is the function it was."""

    def __init__(
        self,
        function,
        *,
        name=None,
        per="rollout",
        kind="number",
        timeout=None,
        concurrency=32,
        on_error="infrastructure",
    ):
        if per not in ("rollout", "group", "batch"):
            raise ValueError(f"a scorer is called per `rollout`, `group` or `batch`, found `{per}`")
        if on_error != "raise":
            Absent(on_error)
        if timeout is not None and not timeout > 0:
            raise ValueError("a timeout is a positive number of seconds")
        if concurrency < 1:
            raise ValueError("at least one call at a time is needed")
        self.function = function
        self.name = name or getattr(function, "__name__", type(function).__name__)
        self.per, self.kind, self.timeout = per, kind, timeout
        self.concurrency, self.on_error = concurrency, on_error
        self.__name__ = self.name
        self.__qualname__ = getattr(function, "__qualname__", self.name)
        self.__module__ = getattr(function, "__module__", None)
        self.__doc__ = getattr(function, "__doc__", None)
        self.__wrapped__ = function

    def __call__(self, *args, when=None, **named):
        signals = [a for a in (*args, *named.values(), when) if isinstance(a, _meed.Signal)]
        if signals or (not args and not named):
            return self._signal(args, named, when)
        return self.function(*args, **named)

    def __repr__(self):
        return f"<meed.Scorer {self.name}, per {self.per}>"

    def __reduce__(self):
        # What a module defines is found there again; anything else travels with its function.
        found = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        options = {
            "name": self.name,
            "per": self.per,
            "kind": self.kind,
            "timeout": self.timeout,
            "concurrency": self.concurrency,
            "on_error": self.on_error,
        }
        return _restore, (self.function, options)

    def _signal(self, args, named, when):
        import inspect

        names = []
        for parameter in inspect.signature(self.function).parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                return _meed.foreign(self, self.name, self.kind, list(args), when)
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append((parameter.name, parameter.default is parameter.empty))
        if len(args) > len(names):
            raise TypeError(f"`{self.name}` takes at most {len(names)} signals")
        unknown = [n for n in named if n not in dict(names)]
        if unknown:
            raise TypeError(f"`{self.name}` has no argument `{unknown[0]}`")
        inputs = list(args)
        for name, required in names[len(args) :]:
            if name in named:
                inputs.append(named[name])
            elif required:
                known = _meed.WORDS.get(name)
                inputs.append(known if isinstance(known, _meed.Signal) else _meed.WORDS["col"](name))
            else:
                break
        return _meed.foreign(self, self.name, self.kind, inputs, when)

    def _call(self, lists, n, groups):
        """Called when a spec is scored: a list per argument with `n` values, which lie in `groups` of these sizes.
        Returns a list of values, and what went wrong in words."""
        if self.per == "batch":
            spans = [(0, n)] if n else []
        elif self.per == "group":
            ends = [0]
            for size in groups:
                ends.append(ends[-1] + size)
            spans = [(a, b) for a, b in zip(ends, ends[1:]) if b > a]
        else:
            spans = None
        if spans is None:
            calls = list(zip(*lists)) if lists else [()] * n
        else:
            calls = [tuple(values[a:b] for values in lists) for a, b in spans]
        errors = []
        values = _run(self, calls, errors)
        trouble = None
        if errors:
            first = errors[0]
            trouble = f"{self.name}: {len(errors)} of {len(calls)} calls failed, first: {type(first).__name__}: {first}"
            warnings.warn(trouble, RuntimeWarning, stacklevel=3)
        if spans is None:
            return values, trouble
        flat = []
        for (a, b), value in zip(spans, values):
            if isinstance(value, Absent):
                flat.extend([value] * (b - a))
                continue
            value = value.tolist() if hasattr(value, "tolist") else list(value)
            if len(value) != b - a:
                raise _meed.Error(
                    f"`{self.name}` gave {len(value)} values for {b - a} rollouts: a scorer per {self.per} returns a "
                    "list with one value for each"
                )
            flat.extend(value)
        return flat, trouble


def _restore(function, options):
    return Scorer(function, **options)


def scorer(function=None, **options):
    """Makes a Python function a scorer of a spec.

    - `per`: called per `"rollout"` (each element of its arguments' axis), per `"group"`, or once per `"batch"`, the
      last two with lists, from which it returns a list.
    - The function may be `async`; up to `concurrency` calls are then in flight at once.
    - `timeout`: seconds for one call. What takes longer is absent (`timed_out`): an async call is cancelled, any
      other is left to end by itself on a thread of its own.
    - It returns a number (with `kind="bool"` a truth value, with `kind="text"` a text), `None` where the question does
      not arise (absent, `not_applicable`), or `meed.Absent(reason)`. An exception makes the value absent for the
      reason `on_error`, with a warning; `on_error="raise"` lets it through.

    Results are in the order of the rollouts, whatever finishes first.

    >>> import meed
    >>> @meed.scorer
    ... def polite(text):
    ...     return "please" in text.lower()
    >>> spec = meed.Spec(reward=polite() + 0.5 * meed.number())
    >>> spec.score([{"completion": "5, please", "answer": "5"}])["reward"]
    [[1.5]]
    """
    if function is None:
        return lambda function: Scorer(function, **options)
    return Scorer(function, **options)


def map(function, *values, kind="number", when=None):
    """A Python function called with the values of each element, as in a spec file: it gets numbers, texts and `None`
    for absent values; an error inside it makes that element absent (`undefined`). What needs whole groups at once is a
    scorer with `per="group"`.

    >>> import meed
    >>> meed.evaluate(meed.map(lambda t: len(t), meed.kind), {"kind": [["a", "bcd"]]})
    [[1, 3]]
    """
    return _meed.foreign(Scorer(function, name="map", kind=kind, on_error="undefined"), "map", kind, list(values), when)


def _run(scorer, calls, errors):
    """The value of every call, in order."""
    import inspect

    function = scorer.function
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):
        return _run_async(scorer, calls, errors)
    if scorer.timeout is not None:
        return _run_threads(scorer, calls, errors)
    return [_attempt(scorer, call, errors) for call in calls]


def _attempt(scorer, call, errors):
    try:
        return scorer.function(*call)
    except Absent as absent:
        return absent
    except Exception as error:
        return _failed(scorer, error, errors)


def _failed(scorer, error, errors):
    if scorer.on_error == "raise":
        raise error
    errors.append(error)
    return Absent(scorer.on_error)


def _run_async(scorer, calls, errors):
    import asyncio

    async def one(gate, call):
        async with gate:
            try:
                return await asyncio.wait_for(scorer.function(*call), scorer.timeout)
            except Absent as absent:
                return absent
            except asyncio.TimeoutError:
                return Absent("timed_out")
            except Exception as error:
                return error

    async def all_of_them():
        gate = asyncio.Semaphore(scorer.concurrency)
        return await asyncio.gather(*(one(gate, call) for call in calls))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        values = asyncio.run(all_of_them())
    else:
        # A loop is running here already, so this one gets a thread.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1, thread_name_prefix=f"meed-{scorer.name}") as pool:
            values = pool.submit(lambda: asyncio.run(all_of_them())).result()
    isolated = [isinstance(v, Exception) and not isinstance(v, Absent) for v in values]
    return [_failed(scorer, v, errors) if bad else v for v, bad in zip(values, isolated)]


def _run_threads(scorer, calls, errors):
    """Calls on threads: one that takes too long is given up, and its thread replaced."""
    import threading

    ready = threading.Condition()
    results = [None] * len(calls)
    running = {}
    state = {"next": 0, "finished": 0}

    def work(me):
        while True:
            with ready:
                i = state["next"]
                if i >= len(calls):
                    return
                state["next"] += 1
                running[me] = (i, time.monotonic() + scorer.timeout)
                # The one who waits learns when this call ends at the latest.
                ready.notify()
            try:
                value = scorer.function(*calls[i])
            except BaseException as error:
                value = error
            with ready:
                if running.pop(me, None) is None:
                    return
                results[i] = value
                state["finished"] += 1
                ready.notify()

    def start():
        me = object()
        threading.Thread(target=work, args=(me,), daemon=True, name=f"meed-{scorer.name}").start()

    for _ in range(min(scorer.concurrency, len(calls))):
        start()
    with ready:
        while state["finished"] < len(calls):
            now = time.monotonic()
            for me, (i, end) in list(running.items()):
                if end <= now:
                    del running[me]
                    results[i] = Absent("timed_out")
                    state["finished"] += 1
                    start()
            ends = [end for _, end in running.values()]
            if state["finished"] < len(calls):
                ready.wait(max(0.0, min(ends) - time.monotonic()) if ends else None)
    values = []
    for value in results:
        if isinstance(value, BaseException) and not isinstance(value, Absent):
            if not isinstance(value, Exception):
                raise value
            value = _failed(scorer, value, errors)
        values.append(value)
    return values
