"""Writes tests/cases/*.jsonl and checks the labels.

Development only: needs sympy and mpmath. A row is (gold, prediction, expected) with, where the two sides are numbers or
expressions, their SymPy forms; `expected` must then be what SymPy says (exactly, or numerically to 60 digits).
    python tests/tools/make_cases.py
"""

import itertools
import json
import pathlib
import random
import sys

import mpmath
import sympy as sp
from cases_data import CASES

OUT = pathlib.Path(__file__).resolve().parent.parent / "cases"
mpmath.mp.dps = 80
SYMBOLS = {n: sp.Symbol(n, real=True) for n in "a b c d k m n p q r s t u v w x y z".split()}


def value(text):
    return sp.sympify(text, locals=SYMBOLS, rational=True)


def equal(a, b):
    """SymPy's verdict, or a numeric one at random points."""
    d = value(a) - value(b)
    if d == 0:
        return True
    names = sorted(d.free_symbols, key=str)
    rng = random.Random(7)
    for _ in range(6):
        point = {s: sp.Rational(rng.randint(1, 4000), 1009) for s in names}
        if any(d.has(f) for f in (sp.factorial, sp.binomial, sp.floor)) or "(-1)**" in a + b:
            point = {s: sp.Integer(rng.randint(2, 9)) for s in names}
        v = sp.N(d.subs(point), 60)
        if v.is_number and abs(v) > sp.Float("1e-40"):
            return False
    return True


def generated():
    """Pairs built by rule from exact numbers."""
    rng = random.Random(20)
    rows = []
    # Integers and decimals in every dress; near misses by one digit.
    dress = [
        lambda n: f"{n}", lambda n: f"${n}$", lambda n: f"\\boxed{{{n}}}", lambda n: f"{n:,}", lambda n: f"{n}.0",
        lambda n: f"${n:,}$".replace(",", "{,}"), lambda n: f"{n:,}".replace(",", " "), lambda n: f"**{n}**",
        lambda n: f"The answer is {n}.", lambda n: f"So we get $x = {n}$.", lambda n: f"#### {n}", lambda n: f"<answer>{n}</answer>",
        lambda n: f"Final Answer: {n}", lambda n: f"{n:,}".replace(",", ",\\!"), lambda n: f"\\${n}", lambda n: f"{n} units",
    ]
    for f in dress:
        n = rng.randint(1000, 9_999_999)
        rows.append(("integers", str(n), f(n), True, None, None))
        rows.append(("integers", str(n), f(n + rng.choice([1, -1, 10, 100, 1000])), False, None, None))
    for _ in range(20):
        a, b = rng.randint(1, 60), rng.randint(2, 40)
        q = sp.Rational(a, b)
        k = rng.randint(2, 6)
        forms = [f"\\frac{{{a}}}{{{b}}}", f"{a}/{b}", f"\\dfrac{{{a*k}}}{{{b*k}}}", f"\\frac{{-{a}}}{{-{b}}}", f"{{{a}\\over {b}}}" if False else f"({a})/({b})"]
        rows.append(("fractions", f"\\frac{{{q.p}}}{{{q.q}}}", rng.choice(forms), True, None, None))
        rows.append(("fractions", f"\\frac{{{q.p}}}{{{q.q}}}", f"\\frac{{{a+1}}}{{{b}}}", sp.Rational(a + 1, b) == q, None, None))
    # Polynomials: expanded, factored, reordered, and one coefficient off.
    x, y = SYMBOLS["x"], SYMBOLS["y"]
    for i in range(25):
        p = sp.expand(sp.prod([rng.randint(1, 4) * x + rng.randint(-5, 5) for _ in range(rng.randint(2, 4))]) + rng.randint(0, 3) * y)
        q = sp.factor(p) if i % 2 else sp.horner(p, wrt=x)
        bad = p + rng.choice([1, -1, x, -y, x**2])
        rows.append(("algebra", sp.latex(p), sp.latex(q), True, str(p), str(q)))
        rows.append(("algebra", sp.latex(p), sp.latex(bad), False, str(p), str(bad)))
    # Sums of radicals: denested, rationalised, and nearly equal.
    for i in range(20):
        a, b, c = rng.randint(2, 9), rng.randint(2, 30), rng.randint(2, 30)
        e = sp.Rational(1, 1) / (sp.sqrt(b) + a)
        r = sp.radsimp(e)
        rows.append(("radicals", sp.latex(e), sp.latex(r), True, str(e), str(r)))
        off = r + sp.Rational(1, 10**rng.randint(3, 12))
        rows.append(("radicals", sp.latex(e), sp.latex(off), False, str(e), str(off)))
    # Trigonometry at rational multiples of pi.
    for n, d in itertools.product([1, 2, 5, 7], [3, 4, 5, 6, 12]):
        e = sp.sin(sp.pi * n / d)
        rows.append(("trigonometry", f"\\sin\\frac{{{n}\\pi}}{{{d}}}", sp.latex(e), True, str(sp.sin(sp.pi * n / d, evaluate=False)), str(e)))
    return rows


def main():
    rows = []
    for category, cases in CASES.items():
        for case in cases:
            gold, pred, expected, *rest = case
            extra = rest.pop() if rest and isinstance(rest[-1], dict) else {}
            forms = rest if rest else [None, None]
            rows.append((category, gold, pred, expected, *forms, extra))
    rows += [(*r, {}) for r in generated()]
    bad = 0
    files = {}
    checked = 0
    for category, gold, pred, expected, a, b, extra in rows:
        if a is not None:
            checked += 1
            if equal(a, b) != expected:
                bad += 1
                print("label disagrees:", category, gold, "|", pred, expected)
        files.setdefault(category, []).append({"gold": gold, "pred": pred, "expected": expected, **extra})
    OUT.mkdir(exist_ok=True)
    for category, out in files.items():
        with open(OUT / f"{category}.jsonl", "w", encoding="utf-8") as f:
            for r in out:
                f.write(json.dumps(r, ensure_ascii=False) + "\n")
    print(f"{len(rows)} rows in {len(files)} categories, {checked} labels checked with SymPy, {bad} disagree")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
