"""Fresh labelled pairs by rule, as many as asked for: python tests/tools/generate.py OUT_DIR [SEED] [PER_CATEGORY]

Development only: needs sympy. Every category draws values at random, writes them in the ways people and models do, and breaks
them in the ways they get things wrong. Labels come from how a pair was made; where both sides are numbers or expressions SymPy
has to agree, or the row is not written. See the result with `cargo run --release -p meed-math --example cases -- OUT_DIR/*.jsonl`.
"""

import json
import pathlib
import random
import sys

import sympy as sp

x, y, z, t, n, k, a, b = sp.symbols("x y z t n k a b", real=True)
rng = random.Random(1)
pick = lambda *options: rng.choice(options)
CATEGORIES = {}


def category(f):
    CATEGORIES[f.__name__] = f
    return f


def frac(q, style=None):
    q = sp.Rational(q)
    if q.q == 1:
        return str(q.p)
    s = "-" if q < 0 else ""
    p, d = abs(q.p), q.q
    forms = [f"{s}\\frac{{{p}}}{{{d}}}", f"{s}\\dfrac{{{p}}}{{{d}}}", f"{s}{p}/{d}", f"\\frac{{{s}{p}}}{{{d}}}", f"{s}\\tfrac{{{p}}}{{{d}}}"]
    return forms[style] if style is not None else rng.choice(forms)


def rational(limit=30):
    while True:
        q = sp.Rational(rng.randint(-limit, limit), rng.randint(2, 20))
        if q.q != 1:
            return q


def wrap(s):
    """An answer as a model gives it."""
    return pick(
        s, f"${s}$", f"\\boxed{{{s}}}", f"$\\boxed{{{s}}}$", f"The answer is ${s}$.", f"Therefore, the final answer is $\\boxed{{{s}}}$.",
        f"\\[ {s} \\]", f"\\({s}\\)", f"Final Answer: ${s}$", f"<answer>{s}</answer>", f"<think>hm, $7777$?</think> So $\\boxed{{{s}}}$",
    )


@category
def integers():
    v = rng.randint(-10**rng.randint(1, 9), 10**rng.randint(1, 9))
    dress = lambda v: pick(f"{v}", f"{v:,}", f"{v:,}".replace(",", "{,}"), f"{v:,}".replace(",", "\\,"), f"{v}.0", f"{v}.00", f"+{v}" if v > 0 else f"{v}")
    yield str(v), wrap(dress(v)), True
    s = str(abs(v))
    wrong = pick(v + 1, v - 1, -v, v * 10, v + 10, int(s[::-1]))
    if wrong != v:
        yield str(v), wrap(dress(wrong)), False
    yield dress(v), wrap(str(v)), True


@category
def decimals():
    places = rng.randint(1, 5)
    v = sp.Rational(rng.randint(-10**6, 10**6), 10**places)
    g = f"{float(v):.{places}f}"
    yield g, wrap(g), True
    yield g, wrap(frac(v)), True
    more = v + sp.Rational(rng.randint(-49, 49), 100 * 10**places)
    yield g, wrap(f"{float(more):.{places + 2}f}"), True
    off = v + pick(1, -1) * sp.Rational(rng.randint(51, 99), 100 * 10**places)
    yield g, wrap(f"{float(off):.{places + 2}f}"), False
    yield g, wrap(f"{float(v + sp.Rational(1, 10**places)):.{places}f}"), False
    short = f"{float(v):.{places - 1}f}"
    if sp.Rational(short) != v:
        yield g, wrap(short), False
    yield g, wrap(f"{float(-v):.{places}f}"), v == 0
    yield g, wrap(f"{float(v * 10):.{places}f}"), v == 0


@category
def fractions():
    q = rational()
    m = rng.randint(2, 9)
    yield frac(q, 0), wrap(frac(q)), True
    p, d = q.p * m, q.q * m
    yield frac(q, 0), wrap(f"\\frac{{{p}}}{{{d}}}"), True
    for w in [1 / q, -q, sp.Rational(q.p + 1, q.q), sp.Rational(q.p, q.q + 1), q * 10]:
        if w != q:
            yield frac(q, 0), wrap(frac(w)), False
    d = f"{float(q):.4f}"
    yield frac(q, 0), wrap(d), sp.Rational(d) == q
    if q > 1:
        w, r = divmod(q.p, q.q)
        yield frac(q, 0), wrap(f"{w}\\frac{{{r}}}{{{q.q}}}"), True
        yield frac(q, 0), wrap(f"{w} {r}/{q.q}"), True
        yield frac(q, 0), wrap(f"{w}\\frac{{{r + 1}}}{{{q.q}}}"), False
        yield f"{w}\\frac{{{r}}}{{{q.q}}}", wrap(frac(q)), True
        yield f"{w}\\frac{{{r}}}{{{q.q}}}", wrap(frac(sp.Rational(w * r, q.q))), w * r == q.p


@category
def percent():
    v = sp.Rational(rng.randint(1, 999), pick(1, 10))
    s = f"{float(v):g}"
    sign = pick("\\%", "%", " percent", "\\ \\%")
    yield f"{s}\\%", wrap(f"{s}{sign}"), True
    yield f"{s}\\%", wrap(s), True
    yield f"{s}\\%", wrap(f"{float(v / 100):.6g}"), True
    yield f"{s}\\%", wrap(frac(v / 100)), True
    yield f"{s}\\%", wrap(f"{float(v / 10):g}"), False
    yield f"{s}\\%", wrap(f"{float(v + 1):g}{sign}"), False
    yield f"{s}\\%", wrap(f"{float(v / 100):.6g}\\%"), False
    yield f"{s}\\%", wrap(f"-{s}\\%"), False
    if v > 100:
        yield s, wrap(f"{float(v * 100):g}"), False


@category
def scientific():
    m, e = rng.randint(10, 999), rng.randint(-9, 12)
    s = f"{m // 100}.{m % 100:02d}" if m >= 100 else f"{m / 10:.1f}"
    form = lambda s, e: pick(f"{s} \\times 10^{{{e}}}", f"{s}\\cdot 10^{{{e}}}", f"{s}e{e}", f"{s} × 10^{e}", f"{s}*10^({e})", f"{s}E{e:+d}")
    yield form(s, e), wrap(form(s, e)), True
    yield form(s, e), wrap(form(s, e + 1)), False
    yield form(s, e), wrap(form("-" + s, e)), False
    if e:
        yield form(s, e), wrap(form(s, -e)), False
    if 0 < e < 9:
        v = sp.Rational(s) * 10**e
        if v.q == 1:
            yield form(s, e), wrap(f"{v.p:,}"), True
            yield str(v), wrap(form(s, e)), True
            yield str(v), wrap(form(s, e + 1)), False


def digits(v, base):
    out = ""
    while v:
        out = "0123456789ABCDEF"[v % base] + out
        v //= base
    return out


@category
def bases():
    base = pick(2, 3, 5, 7, 8, 16)
    v = rng.randint(9, 5000)
    d = digits(v, base)
    yield f"{d}_{{{base}}}", wrap(f"{d}_{base}" if base < 10 else f"{d}_{{{base}}}"), True
    yield f"{d}_{{{base}}}", wrap(str(v)), True
    yield f"{d}_{{{base}}}", wrap(f"{digits(v + 1, base)}_{{{base}}}"), False
    yield f"{d}_{{{base}}}", wrap(str(v + 1)), False
    if base < 8:
        yield f"{d}_{{{base}}}", wrap(f"{d}_{{{base + 1}}}"), False


@category
def repeating():
    pre, rep = rng.randint(0, 99), rng.randint(1, 98)
    if rep % 11 == 0:
        rep += 1
    q = sp.Rational(pre, 100) + sp.Rational(rep, 9900)
    form = pick(f"0.{pre:02d}\\overline{{{rep:02d}}}", f"0.{pre:02d}({rep:02d})", f"0.{pre:02d}\\overline{{{rep:02d}{rep:02d}}}", f"0.{pre:02d}\\dot{{{rep // 10}}}\\dot{{{rep % 10}}}")
    yield frac(q, 0), wrap(form), True
    yield form, wrap(frac(q)), True
    yield frac(q, 0), wrap(f"0.{pre:02d}{rep:02d}"), False
    yield form, wrap(frac(q + sp.Rational(1, 9900))), False
    yield form, wrap(f"0.{pre:02d}\\overline{{{rep + 1:02d}}}"), False


def same(p, q):
    d = sp.simplify(p - q)
    if d == 0:
        return True
    for _ in range(5):
        at = {s: sp.Rational(rng.randint(1, 900), 307) for s in d.free_symbols}
        if abs(sp.N(d.subs(at), 50)) > sp.Float("1e-30"):
            return False
    return True


def polynomial(vars=(x, y), terms=4, degree=3):
    return sum(rng.randint(-7, 7) * sp.prod([v ** rng.randint(0, degree) for v in vars]) for _ in range(terms))


@category
def polynomials():
    p = sp.expand(sp.prod([rng.randint(1, 4) * x + pick(0, 1) * y + rng.randint(-6, 6) for _ in range(rng.randint(1, 3))]))
    if not p.free_symbols:
        return
    for q in [sp.factor(p), sp.horner(p, wrt=x), sp.expand(p)]:
        yield sp.latex(p), wrap(sp.latex(q)), True
        yield str(p).replace("**", "^"), wrap(sp.latex(q)), True
        yield sp.latex(q), wrap(str(p)), True
    for bad in [p + 1, p - x, -p, 2 * p, p.subs(x, -x), p.subs(x, x + 1), p + x**4, p.subs(x, y)]:
        if sp.expand(bad - p) != 0:
            yield sp.latex(p), wrap(sp.latex(bad)), False


@category
def rational_functions():
    p, q = polynomial((x,), 2, 2), polynomial((x,), 2, 2) + rng.randint(8, 12)
    e = p / q
    if not e.free_symbols:
        return
    for f in [sp.apart(e, x), sp.together(e), sp.factor(e), e]:
        yield sp.latex(e), wrap(sp.latex(f)), True
    for bad in [q / p if p != 0 else e + 1, e + 1, -e, e * 2, p / (q + 1)]:
        if not same(bad, e):
            yield sp.latex(e), wrap(sp.latex(bad)), False


@category
def radicals():
    c, d, e, f = (rng.randint(2, 30) for _ in range(4))
    for v, w in [
        (sp.sqrt(c * c * d), c * sp.sqrt(d)),
        (1 / sp.sqrt(d), sp.sqrt(d) / d),
        (sp.Integer(1) / (c + sp.sqrt(d)), sp.radsimp(1 / (c + sp.sqrt(d)))),
        (sp.expand((sp.sqrt(d) + c) ** 2), (sp.sqrt(d) + c) ** 2),
        (sp.root(e**3 * f, 3), e * sp.root(f, 3)),
    ]:
        yield sp.latex(v), wrap(sp.latex(w)), True
        for bad in [w + 1, -w, w * 2, w + sp.Rational(1, 1000), w**2]:
            if not same(bad, v):
                yield sp.latex(v), wrap(sp.latex(bad)), False
    yield f"{c}\\sqrt{{{d}}}", wrap(f"\\sqrt{{{c * d}}}"), same(c * sp.sqrt(d), sp.sqrt(c * d))
    yield f"{c}\\sqrt{{{d}}}", wrap(f"{d}\\sqrt{{{c}}}"), same(c * sp.sqrt(d), d * sp.sqrt(c))
    yield f"\\sqrt{{{c}}}+\\sqrt{{{d}}}", wrap(f"\\sqrt{{{c + d}}}"), False
    yield f"{c}\\sqrt{{{d}}}", wrap(f"{float(c * sp.sqrt(d)):.4f}"), sp.sqrt(d).is_integer is True
    yield f"{float(c * sp.sqrt(d)):.3f}", wrap(f"{c}\\sqrt{{{d}}}"), True
    yield f"{c}\\sqrt{{{d}}}", wrap(pick(f"{c}\\sqrt {d}" if d < 10 else f"{c}√{d}", f"{c}√{{{d}}}" if d > 9 else f"{c}√{d}", f"{c}*sqrt({d})", f"{c} \\cdot \\sqrt{{{d}}}")), True


@category
def transcendental():
    c, d = rng.randint(2, 9), rng.randint(2, 9)
    q = sp.Rational(rng.randint(1, 11), rng.randint(2, 12))
    pairs = [
        (f"\\frac{{{c}\\pi}}{{{d}}}", f"{c}\\pi/{d}", True), (f"\\frac{{{c}\\pi}}{{{d}}}", f"\\frac{{{d}\\pi}}{{{c}}}", c == d), (f"{c}\\pi", f"\\pi \\cdot {c}", True),
        (f"{c}\\pi", f"{c}", False), (f"{c}\\pi", f"{float(c * sp.pi):.3f}", False), (f"{float(c * sp.pi):.2f}", f"{c}\\pi", True), (f"{c}\\pi", f"{c}\\pi^2", False),
        (f"\\ln {c} + \\ln {d}", f"\\ln {c * d}", True), (f"\\ln {c} + \\ln {d}", f"\\ln {c + d}", c + d == c * d), (f"\\ln {c**3}", f"3\\ln {c}", True), (f"\\ln {c**3}", f"2\\ln {c}", False),
        (f"\\log_{{{c}}} {d}", f"\\frac{{\\ln {d}}}{{\\ln {c}}}", True), (f"\\log_{{{c}}} {d}", f"\\log_{{{d}}} {c}", c == d), (f"e^{{{c}}}", f"e^{{{d}}}", c == d), (f"e^{{{c}}}", f"{c}e", False),
        (f"e^{{\\ln {c}}}", f"{c}", True), (f"{c}^{{{d}}}", f"{c**d}", True), (f"{c}^{{{d}}}", f"{d}^{{{c}}}", c**d == d**c), (f"\\arctan\\frac{{1}}{{{c}}}", f"\\arctan {c}", c == 1),
        (f"\\sin\\frac{{{c}\\pi}}{{12}}", sp.latex(sp.sin(sp.pi * c / 12)), True), (f"\\cos\\frac{{{c}\\pi}}{{12}}", sp.latex(-sp.cos(sp.pi * c / 12)), sp.cos(sp.pi * c / 12) == 0),
        (f"e^{{{frac(q, 0)}}}", f"\\sqrt[{q.q}]{{e^{{{q.p}}}}}" if q.q > 1 else f"e^{{{q.p}}}", True), (f"1-e^{{-{c}}}", f"1+e^{{-{c}}}", False), (f"1-e^{{-{c}}}", f"1-\\frac{{1}}{{e^{{{c}}}}}", True),
    ]
    for g, p, e in pairs:
        yield g, wrap(p), e


@category
def trig_identities():
    c = rng.randint(2, 5)
    e = pick(sp.sin(c * x), sp.cos(c * x), sp.tan(2 * x), sp.sin(x + c * y), sp.cos(x - c * y), sp.sin(x) ** 2 + c)
    f = sp.expand_trig(e)
    yield sp.latex(e), wrap(sp.latex(f)), True
    for bad in [f + 1, -f, f.subs(x, 2 * x), e.subs(x, x + 1), f * c]:
        yield sp.latex(e), wrap(sp.latex(bad)), same(e, bad)
    yield f"{c}\\sin^2 x", wrap(f"\\frac{{{c}}}{{2}}(1-\\cos 2x)"), True
    yield f"{c}\\sin^2 x", wrap(f"{c}\\sin x^2"), False
    yield f"{c}\\sin^2 x", wrap(f"{c}(\\sin x)^2"), True
    yield f"\\sin {c}x", wrap(f"{c}\\sin x"), False
    yield f"\\tan x", wrap("\\frac{\\sin x}{\\cos x}"), True
    yield f"\\tan x", wrap("\\frac{\\cos x}{\\sin x}"), False


@category
def complex_numbers():
    p, q = rng.randint(-9, 9), pick(*[i for i in range(-9, 10) if i])
    im = lambda q: "i" if q == 1 else "-i" if q == -1 else f"{q}i"
    form = lambda p, q: f"{p}{'+' if q > 0 else ''}{im(q)}" if p else im(q)
    g = form(p, q)
    other = f"{im(q)}{'+' if p >= 0 else ''}{p}"
    yield g, wrap(other), True
    yield g, wrap(form(p, -q)), False
    yield g, wrap(form(q, p) if p else form(q, 1)), p == q
    yield g, wrap(form(p, q + 1) if q + 1 else str(p)), False
    yield g, wrap(str(p)), False
    r = (sp.Integer(p) + q * sp.I) ** 2
    yield f"({g})^2", wrap(sp.latex(sp.expand(r))), True
    yield f"|{g}|", wrap(sp.latex(sp.sqrt(p * p + q * q))), True
    yield f"|{g}|", wrap(str(abs(p) + abs(q))), sp.sqrt(p * p + q * q) == abs(p) + abs(q)
    yield f"\\frac{{1}}{{{g}}}", wrap(f"\\frac{{{form(p, -q)}}}{{{p * p + q * q}}}"), True


@category
def angles():
    d = pick(15, 18, 20, 30, 36, 40, 45, 60, 72, 75, 80, 90, 108, 120, 135, 144, 150, 210, 240, 300)
    q = sp.Rational(d, 180)
    rad = lambda q: (f"\\frac{{{q.p if q.p > 1 else ''}\\pi}}{{{q.q}}}" if q.q > 1 else f"{q.p if q.p > 1 else ''}\\pi")
    deg = lambda d: pick(f"{d}^\\circ", f"{d}^{{\\circ}}", f"{d}°", f"{d} degrees", f"{d}\\text{{ degrees}}", f"{d}\\degree")
    yield deg(d), wrap(deg(d)), True
    yield deg(d), wrap(str(d)), True
    yield deg(d), wrap(rad(q)), True
    yield rad(q), wrap(deg(d)), True
    yield rad(q), wrap(str(d)), False
    yield rad(q), wrap(rad(q) + " \\text{ radians}"), True
    yield deg(d), wrap(deg(180 - d)), d == 90
    yield deg(d), wrap(deg(d + 1)), False
    yield deg(d), wrap(f"{d} \\text{{ rad}}"), False
    yield rad(q), wrap(rad(q / 2)), False
    yield deg(d), wrap(rad(q * 2)), False
    yield deg(d), wrap(f"-{d}^\\circ"), False


UNITS = [("cm", "m", 100), ("m", "km", 1000), ("g", "kg", 1000), ("mL", "L", 1000), ("minutes", "hours", 60), ("seconds", "minutes", 60), ("mm", "cm", 10), ("inches", "feet", 12)]


@category
def units():
    small, big, r = pick(*UNITS)
    v = rng.randint(2, 400)
    txt = lambda u: pick(f" \\text{{ {u}}}", f" {u}", f"\\ \\mathrm{{{u}}}", f"\\,\\text{{{u}}}")
    yield f"{v}\\text{{ {small}}}", wrap(f"{v}{txt(small)}"), True
    yield f"{v}\\text{{ {small}}}", wrap(f"{v}"), True
    yield f"{v}", wrap(f"{v}{txt(small)}"), True
    yield f"{v}\\text{{ {big}}}", wrap(f"{v * r}{txt(small)}"), True
    yield f"{v}\\text{{ {small}}}", wrap(f"{v}{txt(big)}"), False
    yield f"{v}\\text{{ {small}}}", wrap(f"{v + 1}{txt(small)}"), False
    yield f"{v}\\text{{ {big}}}", wrap(f"{v * r * 10}{txt(small)}"), False
    if small in ("cm", "m", "mm"):
        yield f"{v}\\text{{ {small}}}^2", wrap(f"{v} \\text{{ {small}}}^2"), True
        yield f"{v}\\text{{ {small}}}^2", wrap(f"{v} \\text{{ {small}}}^3"), False
        yield f"{v}\\text{{ {small}}}^2", wrap(f"{v} \\text{{ {small}}}"), False
        yield f"{v} {small}^2", wrap(f"{v} square {dict(cm='centimeters', m='meters', mm='millimeters')[small]}"), True
    yield f"\\${v}", wrap(pick(f"\\${v}", f"{v} dollars", f"\\${v}.00", f"{v}", f"\\$ {v}", f"USD {v}", f"{v} USD")), True
    yield f"\\${v}", wrap(f"\\${v + 1}"), False
    yield f"\\${v}", wrap(f"{v} cents"), False
    yield f"\\${v}", wrap(pick(f"€{v}", f"£{v}", f"{v} euros")), False
    yield f"{v} apples", wrap(f"{v}"), True
    yield f"{v}", wrap(f"{v} \\text{{ students}}"), True
    yield f"{v} km/h", wrap(f"{v} \\text{{ km/h}}"), True
    yield f"{v} km/h", wrap(f"{v} m/s"), False
    yield f"{v} m/s", wrap(f"{v} m/s^2"), False


def elements(count):
    pool = [sp.Rational(rng.randint(-12, 12)) for _ in range(count * 2)] + [rational(9) for _ in range(count)]
    out = []
    while len(out) < count:
        v = pool[rng.randrange(len(pool))]
        if v not in out:
            out.append(v)
    return out


def joined(vs):
    return ", ".join(frac(v) for v in vs)


@category
def sets():
    vs = elements(rng.randint(2, 5))
    mixed = vs[:]
    rng.shuffle(mixed)
    g = "\\{" + joined(vs) + "\\}"
    yield g, wrap("\\{" + joined(mixed) + "\\}"), True
    yield g, wrap(joined(mixed)), True
    yield g, wrap("\\{" + joined(vs + [vs[0]]) + "\\}"), True
    yield g, wrap("\\left\\{" + joined(mixed) + "\\right\\}"), True
    yield g, wrap("\\{" + joined(vs[:-1]) + "\\}"), False
    yield g, wrap("\\{" + joined(vs + [sp.Integer(77)]) + "\\}"), False
    yield g, wrap("\\{" + joined(vs[:-1] + [vs[-1] + 1]) + "\\}"), vs[-1] + 1 in vs and False
    yield g, wrap("\\{" + joined(vs[:-1] + [-vs[-1]]) + "\\}"), vs[-1] == 0
    yield g, wrap("(" + joined(vs) + ")"), False
    yield "(" + joined(vs) + ")", wrap("\\{" + joined(vs) + "\\}"), False
    if len(vs) > 2:
        yield g, wrap(frac(vs[0])), False


@category
def tuples():
    vs = elements(rng.randint(2, 4))
    g = "(" + joined(vs) + ")"
    yield g, wrap(pick("\\left(" + joined(vs) + "\\right)", "(" + joined(vs) + ")", "\\langle " + joined(vs) + "\\rangle", "(" + joined(vs).replace(", ", ",") + ")")), True
    yield g, wrap("(" + joined(vs[::-1]) + ")"), vs == vs[::-1]
    yield g, wrap("(" + joined(vs[1:] + vs[:1]) + ")"), False
    yield g, wrap("(" + joined(vs[:-1]) + ")"), False
    yield g, wrap("(" + joined(vs + [sp.Integer(0)]) + ")"), False
    yield g, wrap("(" + joined(vs[:-1] + [-vs[-1]]) + ")"), vs[-1] == 0
    yield g, wrap("(" + joined(vs[:-1] + [vs[-1] + 1]) + ")"), False
    if len(vs) == 2:
        yield g, wrap(f"x = {frac(vs[0])}, y = {frac(vs[1])}"), True
        yield g, wrap(f"x = {frac(vs[1])}, y = {frac(vs[0])}"), False
        yield g, wrap(f"y = {frac(vs[1])}, x = {frac(vs[0])}"), True
        lo, hi = sorted(vs)
        yield f"({frac(lo)}, {frac(hi)})", wrap(f"[{frac(lo)}, {frac(hi)}]"), False
        yield f"({frac(lo)}, {frac(hi)})", wrap(f"({frac(lo)}, {frac(hi)}]"), False


@category
def lists():
    vs = elements(rng.randint(2, 3))
    s = [frac(v) for v in vs]
    yield ", ".join(s), wrap(pick(" and ", ", ", "; ", "\\text{ or }", "\\text{ and }").join(s)), True
    yield ", ".join(s), wrap(", ".join(s[::-1])), True
    yield ", ".join(s), wrap(" \\text{ or } ".join(f"x = {v}" for v in s)), True
    yield " or ".join(f"x={v}" for v in s), wrap(", ".join(s)), True
    yield ", ".join(s), wrap(s[0]), False
    yield s[0], wrap(", ".join(s)), False
    yield ", ".join(s), wrap(", ".join(s[:-1] + [frac(vs[-1] + 1)])), vs[-1] + 1 in vs and False
    yield ", ".join(s), wrap(", ".join(s + ["55"])), False
    yield f"x = {s[0]} \\text{{ or }} x = {s[1]}", wrap(f"x = {s[0]}"), False
    yield f"x = {s[0]}, y = {s[1]}", wrap(f"x = {s[1]}, y = {s[0]}"), False
    yield f"x = {s[0]}", wrap(f"y = {s[0]}"), False
    v = abs(vs[0]) + 1
    yield f"\\pm {frac(v, 0)}", wrap(f"{frac(v)}, {frac(-v)}"), True
    yield f"\\pm {frac(v, 0)}", wrap(f"{frac(v)}"), False
    yield f"{frac(v)}", wrap(f"\\pm {frac(v, 0)}"), False
    yield f"\\pm {frac(v, 0)}", wrap(f"\\pm {frac(v + 1, 0)}"), False
    yield f"{frac(vs[0])} \\pm \\sqrt{{5}}", wrap(f"{frac(vs[0])} + \\sqrt{{5}}, {frac(vs[0])} - \\sqrt{{5}}"), True
    yield f"{frac(vs[0])} \\pm \\sqrt{{5}}", wrap(f"{frac(vs[0])} + \\sqrt{{5}}"), False


@category
def intervals():
    lo, hi = sorted(elements(2))
    l, h = frac(lo), frac(hi)
    o, c = pick("(", "["), pick(")", "]")
    flip = {"(": "[", "[": "(", ")": "]", "]": ")"}
    g = f"{o}{l}, {h}{c}"
    rel = {"(": "<", "[": "\\le"}[o], {")": "<", "]": "\\le"}[c]
    yield g, wrap(f"\\left{o}{l},{h}\\right{c}"), True
    yield g, wrap(f"{l} {rel[0]} x {rel[1]} {h}"), True
    yield f"{l} {rel[0]} x {rel[1]} {h}", wrap(g), True
    yield g, wrap(f"x \\in {g}"), True
    yield g, wrap(f"{flip[o]}{l}, {h}{c}"), False
    yield g, wrap(f"{o}{l}, {h}{flip[c]}"), False
    yield g, wrap(f"{o}{frac(lo - 1)}, {h}{c}"), False
    yield g, wrap(f"{o}{l}, {frac(hi + 1)}{c}"), False
    yield g, wrap(f"{o}{l}, \\infty)"), False
    yield f"(-\\infty, {h}{c}", wrap(f"x {rel[1]} {h}"), True
    loose, back = ("\\le", ">") if rel[1] == "<" else ("<", "\\ge")
    yield f"(-\\infty, {h}{c}", wrap(f"x {loose} {h}"), False
    yield f"(-\\infty, {h}{c}", wrap(f"x {back} {h}"), False
    u = f"(-\\infty, {l}) \\cup ({h}, \\infty)"
    yield u, wrap(f"({h}, \\infty) \\cup (-\\infty, {l})"), True
    yield u, wrap(f"x < {l} \\text{{ or }} x > {h}"), True
    yield u, wrap(f"x \\le {l} \\text{{ or }} x \\ge {h}"), False
    yield u, wrap(f"({l}, {h})"), False
    yield u, wrap(f"(-\\infty, {l}) \\cup [{h}, \\infty)"), False
    yield f"(-\\infty, {l}) \\cup ({l}, \\infty)", wrap(f"x \\neq {l}"), True
    yield f"(-\\infty, {l}) \\cup ({l}, \\infty)", wrap("(-\\infty, \\infty)"), False
    yield f"(-\\infty, {l}) \\cup ({l}, \\infty)", wrap(f"\\mathbb{{R}} \\setminus \\{{{l}\\}}"), True
    mid = (lo + hi) / 2
    yield f"[{l}, {h}]", wrap(f"[{l}, {frac(mid)}] \\cup [{frac(mid)}, {h}]"), True
    yield f"[{l}, {h}]", wrap(f"[{l}, {frac(mid)}) \\cup ({frac(mid)}, {h}]"), False


@category
def inequalities():
    c, d = rng.randint(2, 9), rng.randint(-9, 9)
    q = sp.Rational(-d, c)
    op = pick("<", ">", "\\le", "\\ge")
    rev = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}
    loose = {"<": "\\le", ">": "\\ge", "\\le": "<", "\\ge": ">"}
    yield f"{c}x + {d} {op} 0".replace("+ -", "- "), wrap(f"x {op} {frac(q)}"), True
    yield f"x {op} {frac(q)}", wrap(f"{frac(q)} {rev[op]} x"), True
    yield f"x {op} {frac(q)}", wrap(f"x {rev[op]} {frac(q)}"), False
    yield f"x {op} {frac(q)}", wrap(f"x {loose[op]} {frac(q)}"), False
    yield f"x {op} {frac(q)}", wrap(f"y {op} {frac(q)}"), False
    yield f"x {op} {frac(q)}", wrap(f"x {op} {frac(q + 1)}"), False
    yield f"x {op} {frac(q)}", wrap(frac(q)), False
    yield f"x {op} {frac(q)}", wrap(f"x = {frac(q)}"), False
    yield f"-x {op} {frac(-q)}", wrap(f"x {rev[op]} {frac(q)}"), True
    uni = {"<": "<", ">": ">", "\\le": "≤", "\\ge": "≥"}
    yield f"x {op} {frac(q)}", wrap(f"x {uni[op]} {frac(q)}"), True
    yield f"|x| < {c}", wrap(f"-{c} < x < {c}"), True
    yield f"|x| < {c}", wrap(f"x < {c}"), False
    yield f"|x| < {c}", wrap(f"(-{c}, {c})"), True
    yield f"|x| \\ge {c}", wrap(f"x \\le -{c} \\text{{ or }} x \\ge {c}"), True
    yield f"x^2 < {c * c}", wrap(f"-{c} < x < {c}"), True
    yield f"x^2 < {c * c}", wrap(f"-{c} \\le x \\le {c}"), False
    yield f"y {op} {c}x + 1", wrap(f"y {rev[op]} {c}x + 1"), False
    yield f"y {op} {c}x + 1", wrap(f"y {op} 1 + {c}x"), True
    yield f"y {op} {c}x + 1", wrap(f"y {loose[op]} 1 + {c}x"), False


@category
def equations():
    p, q, r = rng.randint(1, 9), pick(*[i for i in range(-9, 10) if i]), rng.randint(-9, 9)
    line = lambda p, q, r: sp.latex(p * x + q * y) + f" = {r}"
    yield line(p, q, r), wrap(line(2 * p, 2 * q, 2 * r)), True
    yield line(p, q, r), wrap(line(-p, -q, -r)), True
    yield line(p, q, r), wrap(sp.latex(p * x + q * y - r) + " = 0"), True
    yield line(p, q, r), wrap("y = " + sp.latex(sp.expand((r - p * x) / sp.Integer(q)))), True
    yield line(p, q, r), wrap(line(p, q, r + 1)), False
    yield line(p, q, r), wrap(line(p, -q, r)), r == 0 and False
    yield line(p, q, r), wrap(line(q, p, r)), p == q
    yield line(p, q, r), wrap(sp.latex(p * x + q * y)), False
    yield f"y = {p}x + {r}".replace("+ -", "- "), wrap(f"{p}x + {r}".replace("+ -", "- ")), True
    yield f"y = {p}x + {r}".replace("+ -", "- "), wrap(f"y = {p}x - {r}".replace("- -", "+ ")), r == 0
    yield f"y = {p}x + {r}".replace("+ -", "- "), wrap(f"x = {p}y + {r}".replace("+ -", "- ")), p == 1 and r == 0
    yield f"x^2 + y^2 = {p * p}", wrap(f"y^2 + x^2 = {p * p}"), True
    yield f"x^2 + y^2 = {p * p}", wrap(f"x^2 + y^2 = {p}"), p == 1
    yield f"x^2 + y^2 = {p * p}", wrap(f"x^2 - y^2 = {p * p}"), False
    yield f"(x-{p})^2 + (y-{p})^2 = {p}", wrap(f"(x+{p})^2 + (y+{p})^2 = {p}"), False
    yield f"\\frac{{x^2}}{{{p + 1}}} + \\frac{{y^2}}{{{p + 2}}} = 1", wrap(f"\\frac{{x^2}}{{{p + 2}}} + \\frac{{y^2}}{{{p + 1}}} = 1"), False
    yield f"\\frac{{x^2}}{{{p + 1}}} + \\frac{{y^2}}{{{p + 2}}} = 1", wrap(f"{p + 2}x^2 + {p + 1}y^2 = {(p + 1) * (p + 2)}"), True
    yield f"x = {frac(sp.Rational(r, p))}", wrap(frac(sp.Rational(r, p))), True
    yield frac(sp.Rational(r, p)), wrap(f"x = {frac(sp.Rational(r, p))}"), True
    yield f"x = {p}, y = {r}", wrap(f"x = {p} \\text{{ and }} y = {r}"), True
    yield f"x = {p}, y = {r}", wrap(f"x = {p}, y = {r + 1}"), False


@category
def functions():
    p, q = rng.randint(2, 9), pick(*[i for i in range(-9, 10) if i])
    e = pick(p * x + q, x**2 + q, sp.exp(p * x) + q, sp.sin(p * x) + q)
    yield f"f(x) = {sp.latex(e)}", wrap(f"f(x) = {sp.latex(e)}"), True
    yield f"f(x) = {sp.latex(e)}", wrap(sp.latex(e)), True
    yield sp.latex(e), wrap(f"f(x) = {sp.latex(e)}"), True
    yield f"f(x) = {sp.latex(e)}", wrap(f"f(t) = {sp.latex(e.subs(x, t))}"), True
    yield f"f(x) = {sp.latex(e)}", wrap(f"f(x) = {sp.latex(e + 1)}"), False
    yield f"f(x) = {sp.latex(e)}", wrap(f"g(x) = {sp.latex(e)}"), False
    yield f"f(x) = {sp.latex(e)}", wrap(f"f(x) = {sp.latex(e.subs(x, -x))}"), same(e, e.subs(x, -x))
    yield f"f(x) = {sp.latex(e)}", wrap(f"f(x) = {sp.latex(-e)}"), False


@category
def matrices():
    rows, cols = pick((2, 2), (2, 3), (3, 1), (3, 3))
    m = [[sp.Integer(rng.randint(-9, 9)) for _ in range(cols)] for _ in range(rows)]
    tex = lambda m, kind="pmatrix": f"\\begin{{{kind}}}" + " \\\\ ".join(" & ".join(frac(v, 0) for v in r) for r in m) + f"\\end{{{kind}}}"
    g = tex(m)
    yield g, wrap(tex(m, pick("bmatrix", "pmatrix"))), True
    bad = [r[:] for r in m]
    bad[rng.randrange(rows)][rng.randrange(cols)] += pick(1, -1)
    yield g, wrap(tex(bad)), False
    flipped = [list(r) for r in zip(*m)]
    yield g, wrap(tex(flipped)), flipped == m
    yield g, wrap(tex([[-v for v in r] for r in m])), all(v == 0 for r in m for v in r)
    yield g, wrap(tex(m[:-1])) if rows > 1 else wrap("0"), False
    if cols > 1:
        yield g, wrap("[" + ", ".join("[" + ", ".join(str(v) for v in r) + "]" for r in m) + "]"), True
    if rows == cols == 2:
        d = m[0][0] * m[1][1] - m[0][1] * m[1][0]
        yield str(d), wrap(tex(m, "vmatrix")), True
        yield str(d + 1), wrap(tex(m, "vmatrix")), False
    if cols == 1:
        vs = [r[0] for r in m]
        yield g, wrap("(" + joined(vs) + ")"), True
        yield g, wrap("(" + joined(vs[::-1]) + ")"), vs == vs[::-1]
        yield "(" + joined(vs) + ")", wrap(" ".join(f"{'+' if v >= 0 else '-'} {abs(v)}\\mathbf{{{u}}}" for v, u in zip(vs, "ijk"))), True


@category
def piecewise():
    c, d, e = rng.randint(1, 9), rng.randint(1, 9), rng.randint(-5, 5)
    g = f"f(x) = \\begin{{cases}} {c}x & x < {e} \\\\ x^2+{d} & x \\ge {e} \\end{{cases}}"
    yield g, wrap(f"\\begin{{cases}} {c}x & \\text{{if }} x < {e} \\\\ {d}+x^2 & \\text{{if }} x \\geq {e} \\end{{cases}}"), True
    yield g, wrap(f"\\begin{{cases}} x^2+{d} & x \\ge {e} \\\\ {c}x, & x < {e} \\end{{cases}}"), True
    yield g, wrap(f"\\begin{{cases}} {c + 1}x & x < {e} \\\\ x^2+{d} & x \\ge {e} \\end{{cases}}"), False
    yield g, wrap(f"\\begin{{cases}} {c}x & x < {e + 1} \\\\ x^2+{d} & x \\ge {e + 1} \\end{{cases}}"), False
    yield g, wrap(f"\\begin{{cases}} x^2+{d} & x < {e} \\\\ {c}x & x \\ge {e} \\end{{cases}}"), False
    yield g, wrap(f"{c}x"), False


@category
def calculus():
    c, d, m = rng.randint(1, 6), rng.randint(2, 6), rng.randint(5, 12)
    yield f"\\sum_{{k=1}}^{{{m}}} {c}k^2", wrap(str(c * m * (m + 1) * (2 * m + 1) // 6)), True
    yield f"\\sum_{{k=1}}^{{{m}}} {c}k^2", wrap(str(c * (m - 1) * m * (2 * m - 1) // 6)), False
    yield f"\\prod_{{k=1}}^{{{d}}} ({c}k)", wrap(str(c**d * sp.factorial(d))), True
    yield f"\\int_0^{{{d}}} {c}x^2 \\, dx", wrap(frac(sp.Rational(c * d**3, 3))), True
    yield f"\\int_0^{{{d}}} {c}x^2 \\, dx", wrap(frac(sp.Rational(c * d**3, 2))), False
    yield f"\\sum_{{k=0}}^{{\\infty}} \\left(\\frac{{1}}{{{d}}}\\right)^k", wrap(frac(sp.Rational(d, d - 1))), True
    yield f"\\sum_{{k=1}}^{{n}} k", wrap("\\frac{n(n+1)}{2}"), True
    yield f"\\sum_{{k=1}}^{{n}} k", wrap("\\frac{n(n-1)}{2}"), False
    yield f"\\sum_{{i=1}}^{{n}} i^{c}", wrap(f"\\sum_{{j=1}}^{{n}} j^{c}"), True
    yield f"\\sum_{{i=1}}^{{n}} i^{c}", wrap(f"\\sum_{{j=0}}^{{n-1}} j^{c}"), False
    yield f"\\lim_{{x \\to {c}}} \\frac{{x^2-{c * c}}}{{x-{c}}}", wrap(str(2 * c)), True
    yield f"\\frac{{x^{d}}}{{{d}}} + C", wrap(f"\\frac{{1}}{{{d}}}x^{d} + C"), True
    yield f"\\binom{{{m}}}{{{d}}}", wrap(str(sp.binomial(m, d))), True
    yield f"\\binom{{{m}}}{{{d}}}", wrap(f"\\frac{{{m}!}}{{{d}!{m - d}!}}"), True
    yield f"\\binom{{{m}}}{{{d}}}", wrap(str(sp.binomial(m, d - 1))), sp.binomial(m, d) == sp.binomial(m, d - 1)
    yield f"{m}!", wrap(str(sp.factorial(m))), True
    yield f"{m}!", wrap(str(sp.factorial(m) + 1)), False


@category
def powers():
    c, e = rng.randint(2, 9), rng.randint(50, 3000)
    yield f"{c}^{{{2 * e}}}", wrap(f"{c * c}^{{{e}}}"), True
    yield f"{c}^{{{2 * e}}}", wrap(f"{c * c}^{{{e + 1}}}"), False
    yield f"{c}^{{{e}}}", wrap(f"{c}^{{{e}}} + 1"), False
    yield f"\\frac{{1}}{{{c}^{{{e}}}}}", wrap(f"\\frac{{1}}{{{c}^{{{e - 1}}}}}"), False
    yield f"\\frac{{1}}{{{c}^{{{e}}}}}", wrap(f"{c}^{{-{e}}}"), True
    yield f"\\frac{{1}}{{{c}^{{{e}}}}}", wrap("0"), False
    yield f"{e}", wrap(f"\\frac{{{e}!}}{{{e - 1}!}}"), True
    yield f"{e}!", wrap(f"{e - 1}!"), False
    yield f"{c}^{{{e}}} - 1", wrap(f"{c}^{{{e}}}"), False
    yield f"{c}^{{n+1}}", wrap(f"{c} \\cdot {c}^n"), True
    yield f"{c}^{{n+1}}", wrap(f"{c}^n + 1"), False
    yield f"{c}^{{n+1}}", wrap(f"{c}^n + {c}"), False
    yield f"{c}^{{2n}}", wrap(f"{c * c}^n"), True
    yield f"{c}^n", wrap(f"n^{c}"), False


@category
def residues():
    m = rng.randint(3, 17)
    r = rng.randint(0, m - 1)
    yield f"{r} \\pmod{{{m}}}", wrap(f"{r + m} \\pmod{{{m}}}"), True
    yield f"{r} \\pmod{{{m}}}", wrap(f"x \\equiv {r} \\pmod{{{m}}}"), True
    yield f"{r} \\pmod{{{m}}}", wrap(f"{(r + 1) % m} \\pmod{{{m}}}"), False
    yield f"{r} \\pmod{{{m}}}", wrap(f"{r} \\pmod{{{m + 1}}}"), False
    yield f"x \\equiv {r} \\pmod {{{m}}}", wrap(f"x \\equiv {r - m} \\pmod {{{m}}}"), True
    yield f"x \\equiv {r} \\pmod {{{m}}}", wrap(f"x \\equiv -{r} \\pmod {{{m}}}"), (2 * r) % m == 0


@category
def times_dates():
    h, m = rng.randint(1, 12), rng.randint(0, 59)
    half = pick("AM", "PM")
    yield f"{h}:{m:02d} {half}", wrap(pick(f"{h}:{m:02d} {half}", f"{h}:{m:02d} {half.lower()}", f"{h}:{m:02d}{half}", f"{h}:{m:02d} {half[0].lower()}.m.", f"{h:02d}:{m:02d} {half}")), True
    yield f"{h}:{m:02d} {half}", wrap(f"{h}:{m:02d} {'PM' if half == 'AM' else 'AM'}"), False
    yield f"{h}:{m:02d} {half}", wrap(f"{h}:{(m + 1) % 60:02d} {half}"), False
    yield f"{h}:{m:02d} {half}", wrap(f"{h % 12 + 1}:{m:02d} {half}"), False
    month = pick("January", "March", "June", "October")
    day = rng.randint(1, 28)
    yield f"{month} {day}", wrap(pick(f"{month} {day}", f"{day} {month}", f"{month} {day}th" if 3 < day < 21 else f"{month} {day}")), True
    yield f"{month} {day}", wrap(f"{month} {day + 1}"), False
    yield f"{month} {day}", wrap(f"May {day}"), False
    yield f"{month} {day}, 2024", wrap(f"{month} {day}, 2023"), False
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    d = rng.randrange(7)
    yield days[d], wrap(pick(days[d], days[d].lower(), f"\\text{{{days[d]}}}")), True
    yield days[d], wrap(days[(d + 1) % 7]), False


@category
def choices():
    letters = "ABCDE"
    c = rng.choice(letters)
    other = rng.choice([l for l in letters if l != c])
    v, w = rng.randint(2, 99), rng.randint(100, 199)
    give = lambda c: pick(f"\\boxed{{{c}}}", f"({c})", f"The answer is ({c}).", f"{c}.", f"\\boxed{{\\text{{{c}}}}}", f"\\boxed{{({c})}}", f"Answer: {c}", f"<answer>{c}</answer>", f"**{c}**", f"The correct option is {c}", f"\\boxed{{\\textbf{{({c})}}\\ {v}}}")
    yield c, give(c), True
    yield c, give(other), False
    yield f"({c})", give(c), True
    yield f"({c})", give(other), False
    yield f"\\text{{({c})}} {v}", wrap(f"\\text{{({c})}} {v}"), True
    yield f"\\text{{({c})}} {v}", wrap(f"\\text{{({other})}} {w}"), False
    yield c, f"\\boxed{{{c}, {other}}}", False
    yield c, f"It is either {c} or {other}.", False
    yield c, c.lower(), True


@category
def booleans_text():
    g = pick("True", "False", "Yes", "No")
    opposite = {"True": "False", "False": "True", "Yes": "No", "No": "Yes"}
    yield g, wrap(pick(g, g.lower(), f"\\text{{{g}}}", g.upper())), True
    yield g, wrap(pick(opposite[g], opposite[g].lower(), f"\\text{{{opposite[g]}}}")), False
    word = pick("parabola", "ellipse", "equilateral", "scalene", "Alice", "Bob", "red", "blue", "north", "odd", "even", "obtuse")
    wrong = pick("hyperbola", "isosceles", "Carol", "green", "south", "acute", "neither")
    yield f"\\text{{{word}}}", f"\\boxed{{\\text{{{word}}}}}", True
    yield f"\\text{{{word}}}", f"\\boxed{{{word}}}", True
    yield f"\\text{{{word}}}", f"\\boxed{{\\text{{{word.upper()}}}}}", True
    yield f"\\text{{{word}}}", f"\\boxed{{\\text{{{wrong}}}}}", False
    yield f"\\text{{{word}}}", f"\\boxed{{\\text{{not {word}}}}}", False
    yield pick("\\emptyset", "\\varnothing", "no solution", "\\text{no real solutions}"), wrap(pick("\\emptyset", "\\{\\}", "\\text{no solution}", "\\varnothing")), True
    yield "\\emptyset", wrap("0"), False
    yield "0", wrap("\\text{no solution}"), False
    yield "\\text{DNE}", wrap("\\text{does not exist}"), True
    yield "\\infty", wrap("-\\infty"), False
    yield "\\mathbb{R}", wrap(pick("(-\\infty, \\infty)", "\\text{all real numbers}", "\\mathbb R", "x \\in \\mathbb{R}")), True
    yield "\\mathbb{R}", wrap("\\mathbb{Q}"), False


@category
def malformed():
    p, q = rng.randint(1, 9), rng.randint(2, 9)
    r = sp.Rational(p, q)
    g = frac(r, 0)
    for s in [f"\\frac{p}{q}", f"\\frac{{{p}}}{q}", f"\\frac {p} {q}", f"\\frac{p}{{{q}}}", f"\\frac{{{p}}}{{{q}", f"$\\frac{{{p}}}{{{q}}}", f"\\frac{{{p}}}{{{q}}}$$", f"\\dfrac{p}{q}", f"frac{{{p}}}{{{q}}}", f"\\\\frac{{{p}}}{{{q}}}", f"\\left(\\frac{{{p}}}{{{q}}}", f"{{\\frac{{{p}}}{{{q}}}}}", f"\\cfrac{{{p}}}{{{q}}}", f"{{{p} \\over {q}}}", f"\\frac{{\\text{{{p}}}}}{{{q}}}", f"\\,\\frac{{{p}}}{{{q}}}\\,.", f"\\displaystyle\\frac{{{p}}}{{{q}}}"]:
        yield g, f"\\boxed{{{s}}}" if s.count("{") == s.count("}") else s, True
    yield g, f"\\boxed{{\\frac{q}{p}}}", p == q
    yield f"{p}\\sqrt{{{q}}}", f"\\boxed{{{p}\\sqrt{q}}}", True
    yield f"{p}\\sqrt{{{q}}}", f"\\boxed{{{q}\\sqrt{p}}}", p == q
    yield f"x^{{{p}{q}}}", f"x^{p}{q}", False
    yield f"{p}{q}^\\circ", pick(f"{p}{q}^\\circ", f"{p}{q}^{{\\circ}}", f"{p}{q}\\degree", f"{p}{q}^o"), True


@category
def extraction():
    v, w = rng.sample(range(2, 500), 2)
    for s, e in [
        (f"First we get {w}. Then $\\boxed{{{v}}}$.", True), (f"$\\boxed{{{w}}}$ is wrong, it must be $\\boxed{{{v}}}$", True), (f"$\\boxed{{{v}}}$ hmm, wait. So the answer is $\\boxed{{{w}}}$", False),
        (f"\\boxed{{{v}}} or \\boxed{{{w}}}", False), (f"The answer is {v}, {w}, 7 or 8.", False), (f"<think>\\boxed{{{w}}}</think>\\boxed{{{v}}}", True), (f"<think>\\boxed{{{v}}}</think>\\boxed{{{w}}}", False),
        (f"<think>I guess \\boxed{{{v}}}", False), (f"... so we have\n#### {v}", True), (f"#### {w}\n#### {v}", True), (f"The total is {w} + {v - w} = {v}.", True), (f"Answer: {v}\n", True), (f"**Answer:** {v}", True),
        (f"答案是 {v}。", True), (f"所以答案为 ${v}$", True), (f"∴ x = {v}", True), (f"Thus $x = {v}$.", True), (f"The final answer is: $\\boxed{{x = {v}}}$", True), (f"\\boxed{{\\boxed{{{v}}}}}", True),
        (f"\\fbox{{{v}}}", True), (f"\\boxed {v}" if v < 10 else f"\\boxed{{ {v} }}", True), (f"The answer is {v}.5", False), (f"The answer is -{v}.", False), (f"I cannot solve this.", False), ("", False),
        (f"<answer>\n{v}\n</answer>", True), (f"<answer>{w}</answer> <answer>{v}</answer>", True), (f"The answer is not {v}.", False), (f"\\boxed{{\\text{{The answer is }} {v}}}", True), (f"{w} is not the answer. The answer is {v}", True),
        (f"So the final answer is **{v}**.", True), (f"Final answer: {v} (since {w} is extraneous)", True), (f"\\boxed{{{v}}}$.\n\nI hope this helps! 1234", True), (f"\\boxed{{{v}\\text{{ cm}}}}", True),
    ]:
        yield str(v), s, e


@category
def expressions_near():
    """Functions and expressions that look alike."""
    c, d = rng.sample(range(2, 12), 2)
    for g, p, e in [
        (f"{c}x^{d}", f"{d}x^{c}", False), (f"x_{{{c}}}", f"x_{{{d}}}", False), (f"a_{c} + a_{d}", f"a_{d} + a_{c}", True), (f"\\frac{{x}}{{{c}}}", f"\\frac{{{c}}}{{x}}", False), (f"\\sqrt{{x+{c}}}", f"\\sqrt{{x}}+{c}", False),
        (f"(x+{c})^2", f"x^2+{c * c}", False), (f"(x+{c})^2", f"x^2+{2 * c}x+{c * c}", True), (f"{c}(x+{d})", f"{c}x+{d}", False), (f"{c}(x+{d})", f"{c}x+{c * d}", True), (f"e^{{x+{c}}}", f"e^x+{c}", False),
        (f"e^{{x+{c}}}", f"e^{{{c}}}e^x", True), (f"\\ln(x^{{{c}}})", f"(\\ln x)^{{{c}}}", False), (f"\\ln({c}x)", f"{c}\\ln x", False), (f"\\ln({c}x)", f"\\ln {c} + \\ln x", True), (f"\\log_{{{c}}} x", f"\\log_{{{d}}} x", False),
        (f"{c}^x", f"x^{c}", False), (f"|x-{c}|", f"x-{c}", False), (f"|x-{c}|", f"|{c}-x|", True), (f"\\lfloor x \\rfloor", "\\lceil x \\rceil", False), (f"\\frac{{{c}}}{{x+{d}}}", f"\\frac{{{c}}}{{x}}+{d}", False),
        (f"{c}ab", f"{c}ba", True), (f"{c}a^2b", f"{c}ab^2", False), (f"x-{c}", f"{c}-x", False), (f"\\frac{{x-{c}}}{{y-{d}}}", f"\\frac{{{c}-x}}{{{d}-y}}", True), (f"\\frac{{x-{c}}}{{y-{d}}}", f"\\frac{{x-{c}}}{{{d}-y}}", False),
        (f"n^{c}", f"n^{{{c}}}", True), (f"n!+{c}", f"(n+{c})!", False), (f"{c}\\theta", f"{c}\\phi", False), (f"{c}x", f"{c}X", False), (f"{c}\\pi r^2", f"{c}\\pi r", False), (f"{c}\\pi r^2", f"{c}\\pi R^2", False), (f"x^{{-{c}}}", f"-x^{c}", False), (f"x^{{1/{c}}}", f"\\sqrt[{c}]{{x}}", True), (f"x^{{1/{c}}}", f"\\frac{{x}}{{{c}}}", False),
    ]:
        yield g, wrap(p), e


def main():
    out = pathlib.Path(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    out.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, f in CATEGORIES.items():
        rng.seed(f"{seed} {name}")
        rows, seen = [], set()
        for _ in range(wanted):
            if len(rows) >= wanted:
                break
            for gold, pred, expected in f() or ():
                if (gold, pred) not in seen:
                    seen.add((gold, pred))
                    rows.append({"gold": gold, "pred": pred, "expected": bool(expected)})
        with open(out / f"{name}.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows[:wanted])
        total += len(rows[:wanted])
    print(f"{total} rows in {len(CATEGORIES)} categories")


if __name__ == "__main__":
    main()
