# Generated from the words themselves by `meed words --stubs`.

from typing import Any

Value = Signal | float | str | bool | None | list[Any] | tuple[Any, ...] | dict[str, Any]

class Signal:
    """A value per element of an axis, not yet computed."""

    def __eq__(self, other: Value) -> Signal: ...  # type: ignore[override]
    def __ne__(self, other: Value) -> Signal: ...  # type: ignore[override]
    def __hash__(self) -> int: ...
    def __call__(self, *args: Value, **kwargs: Value) -> Signal: ...
    def __add__(self, other: Value) -> Signal: ...
    def __radd__(self, other: Value) -> Signal: ...
    def __sub__(self, other: Value) -> Signal: ...
    def __rsub__(self, other: Value) -> Signal: ...
    def __mul__(self, other: Value) -> Signal: ...
    def __rmul__(self, other: Value) -> Signal: ...
    def __truediv__(self, other: Value) -> Signal: ...
    def __rtruediv__(self, other: Value) -> Signal: ...
    def __floordiv__(self, other: Value) -> Signal: ...
    def __rfloordiv__(self, other: Value) -> Signal: ...
    def __mod__(self, other: Value) -> Signal: ...
    def __rmod__(self, other: Value) -> Signal: ...
    def __and__(self, other: Value) -> Signal: ...
    def __rand__(self, other: Value) -> Signal: ...
    def __or__(self, other: Value) -> Signal: ...
    def __ror__(self, other: Value) -> Signal: ...
    def __xor__(self, other: Value) -> Signal: ...
    def __rxor__(self, other: Value) -> Signal: ...
    def __lt__(self, other: Value) -> Signal: ...
    def __le__(self, other: Value) -> Signal: ...
    def __gt__(self, other: Value) -> Signal: ...
    def __ge__(self, other: Value) -> Signal: ...
    def __neg__(self) -> Signal: ...
    def __pos__(self) -> Signal: ...
    def __invert__(self) -> Signal: ...
    def __abs__(self) -> Signal: ...

    def sum(self, axis: Value, where: Value = None, weight: Value = None, by: Value = None) -> Signal:
        r"""The sum; 0 over nothing."""

    def mean(self, axis: Value, where: Value = None, weight: Value = None, by: Value = None) -> Signal:
        r"""The mean; absent over nothing."""

    def std(self, axis: Value, ddof: Value = 0, where: Value = None, weight: Value = None, by: Value = None) -> Signal:
        r"""The standard deviation, of the population or (ddof=1) a sample."""

    def var(self, axis: Value, ddof: Value = 0, where: Value = None, weight: Value = None, by: Value = None) -> Signal:
        r"""The variance, of the population or (ddof=1) a sample."""

    def min(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The least value; absent over nothing."""

    def max(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The greatest value; absent over nothing."""

    def median(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The middle value, or the mean of the two in the middle."""

    def quantile(self, axis: Value, q: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The value below which a share q lies, interpolated linearly."""

    def count(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""How many values are present."""

    def any(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""Whether some value is not 0; false over nothing."""

    def all(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""Whether no value is 0; true over nothing."""

    def first(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The first present value."""

    def last(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The last present value."""

    def argmax(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The place (from 0) of the greatest value among those below; the first of equals."""

    def argmin(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The place (from 0) of the least value among those below; the first of equals."""

    def logsumexp(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""log(sum(exp(x))), without overflow; minus infinity over nothing."""

    def logmeanexp(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""log(mean(exp(x))), without overflow; absent over nothing."""

    def prod(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The product; 1 over nothing."""

    def majority(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The most frequent value; of equally frequent ones the first seen."""

    def rank(self, axis: Value, ties: Value = "average", descending: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The rank among the siblings, from 1 for the least (or the greatest, `descending`)."""

    def z(self, axis: Value, ddof: Value = 0, eps: Value = 0, eps_inside: Value = 0, degenerate: Value = 0, where: Value = None, by: Value = None) -> Signal:
        r"""(x - mean) / (sqrt(variance + eps_inside) + eps)."""

    def normalize(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""Divided by the Euclidean length of the siblings."""

    def softmax(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""exp(x) over the sum of the siblings' exp(x)."""

    def share(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""x over the sum of the siblings; undefined where that is 0."""

    def minmax(self, axis: Value, degenerate: Value = 0, where: Value = None, by: Value = None) -> Signal:
        r"""0 for the least, 1 for the greatest, linear between."""

    def loo_mean(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The mean of the other siblings; absent for the only one."""

    def position(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""0, 1, 2, … among the siblings."""

    def fraction(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""(position + 1) / siblings: 1 for the last."""

    def reverse(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The siblings in opposite order."""

    def run(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""The number, from 0, of the run of equal neighbours the element is in."""

    def vote_share(self, axis: Value, where: Value = None) -> Signal:
        r"""The share of the present siblings that have the same value."""

    def center(self, axis: Value, where: Value = None, by: Value = None) -> Signal:
        r"""x minus the mean of the siblings."""

    def cumsum(self, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The sum so far."""

    def cumprod(self, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The product so far."""

    def cummin(self, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The least so far."""

    def cummax(self, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The greatest so far."""

    def discount(self, gamma: Value, axis: Value = None, reverse: Value = True, where: Value = None, by: Value = None) -> Signal:
        r"""The discounted return: x[k] + gamma * x[k+1] + gamma² * x[k+2] + …"""

    def diff(self, axis: Value = None, first: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""x minus the value before."""

    def shift(self, n: Value = 1, axis: Value = None, first: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The value n places before (after, when negative)."""

    def ema(self, decay: Value, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The exponential moving average along the siblings, starting at the first value."""

    def hold(self, axis: Value = None, reverse: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The last present value so far; absent only where there was none yet."""

    def spread(self, axis: Value, at: Value = "all") -> Signal:
        r"""The value given to the elements below: to all, or only to the first or last (0 to the others)."""

    def at(self, i: Value, axis: Value) -> Signal:
        r"""Element number i (from 0; from the end when negative) below each element of the axis."""

    def left(self, x: Value) -> Signal:
        r"""x of the left side of each pair."""

    def right(self, x: Value) -> Signal:
        r"""x of the right side of each pair."""

    def swap(self) -> Signal:
        r"""The value of the opposite pair."""

    def below(self, op: Value, parent: Value, axis: Value = "group", own: Value = False) -> Signal:
        r"""A reduction over all descendants of each element, in a tree given by a column of parents."""

    def push(self, decay: Value, parent: Value, axis: Value = "group") -> Signal:
        r"""Values pushed to the ancestors with a decay: y = x + decay * the sum of the children's y."""

    def lookup(self, key: Value, id: Value = None, axis: Value = "group") -> Signal:
        r"""x of the sibling whose id equals the key: paired questions, proposer and solvers, a guided retry."""

    def effective_rank(self, axis: Value, center: Value = False) -> Signal:
        r"""exp of the entropy of the normalised singular values: in how many directions the vectors spread."""

    def effective_rank_so_far(self, axis: Value, every: Value = 1, center: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The effective rank of the vectors up to each one: how a trajectory spreads as it goes on."""

    def cluster(self, axis: Value, eps: Value, min_samples: Value = 2, where: Value = None, by: Value = None) -> Signal:
        r"""The number of the cluster a vector belongs to, from 0 in the order they are found; absent for those that belong to none."""

    def nearest(self, to: Value, axis: Value, k: Value = 1, others: Value = False, where: Value = None, by: Value = None) -> Signal:
        r"""The mean distance of a vector to the nearest k of others; absent where there are none."""

    def component(self, i: Value) -> Signal:
        r"""Component i of a vector."""

    def lane(self, name: Value) -> Signal:
        r"""One lane by its label."""

    def lane_names(self) -> Signal:
        r"""The labels of the lanes, known when the spec is read."""

    def where(self, mask: Value) -> Signal:
        r"""x where the mask holds; absent (masked) elsewhere."""

    def or_else(self, y: Value) -> Signal:
        r"""x where present, else y."""

    def present(self) -> Signal:
        r"""Whether there is a value."""

    def reason(self) -> Signal:
        r"""Why a value is absent, as text; itself absent where there is a value."""

def col(name: Value, axis: Value = None, kind: Value = None, default: Value = None) -> Signal:
    r"""A column of the data."""

def param(name: Value, default: Value, help: Value = None, learn: Value = False, low: Value = None, high: Value = None, simplex: Value = False) -> Signal:
    r"""A knob: its default, or what the command line (`--set name=value`) says."""

def map(fn: Value, *values: Value, kind: Value = "number", when: Value = None, over: Value = None, to: Value = None, lanes: Value = None) -> Signal:
    r"""A Starlark function called with the values of each element, or of each parent."""

def abs(x: Value) -> Signal:
    r"""Magnitude."""

def exp(x: Value) -> Signal:
    r"""e to the x."""

def log(x: Value) -> Signal:
    r"""Natural logarithm."""

def sqrt(x: Value) -> Signal:
    r"""Square root."""

def sign(x: Value) -> Signal:
    r"""-1, 0 or 1."""

def floor(x: Value) -> Signal:
    r"""The whole number below."""

def ceil(x: Value) -> Signal:
    r"""The whole number above."""

def round(x: Value) -> Signal:
    r"""The nearest whole number, halves to even."""

def sigmoid(x: Value) -> Signal:
    r"""1 / (1 + exp(-x)), without overflow."""

def log_sigmoid(x: Value) -> Signal:
    r"""log(sigmoid(x)), without overflow."""

def tanh(x: Value) -> Signal:
    r"""Hyperbolic tangent."""

def softplus(x: Value) -> Signal:
    r"""log(1 + exp(x)), without overflow."""

def cos(x: Value) -> Signal:
    r"""Cosine."""

def sin(x: Value) -> Signal:
    r"""Sine."""

def pow(a: Value, b: Value) -> Signal:
    r"""a to the power b."""

def min(a: Value, *others: Value) -> Signal:
    r"""The least of several values, element by element."""

def max(a: Value, *others: Value) -> Signal:
    r"""The greatest of several values, element by element."""

def clip(x: Value, low: Value, high: Value) -> Signal:
    r"""x, but not below `low` nor above `high`."""

def where(condition: Value, a: Value, b: Value) -> Signal:
    r"""`a` where the condition holds, else `b`."""

def isin(x: Value, values: Value) -> Signal:
    r"""Whether x is one of some numbers or texts."""

def segments(name: Value, starts: Value, above: Value = 0.5) -> Signal:
    r"""An axis of segments of neighbours; one begins at the first and wherever a column exceeds a bound."""

def pairs(within: Value = "group", of: Value = "rollout", self: Value = False) -> Signal:
    r"""All ordered pairs of rollouts of a group (or of other elements under a common one), as an axis."""

def cross(left: Value, right: Value, within: Value) -> Signal:
    r"""Every element of one axis beside every element of another under a common one."""

def dot(a: Value, b: Value) -> Signal:
    r"""The inner product."""

def cosine(a: Value, b: Value) -> Signal:
    r"""The cosine of the angle; undefined for a zero vector."""

def distance(a: Value, b: Value) -> Signal:
    r"""The Euclidean distance."""

def norm(x: Value) -> Signal:
    r"""The Euclidean length."""

def lanes(values: Value) -> Signal:
    r"""Values side by side under each element, by label."""

def absent(reason: Value = "missing") -> Signal:
    r"""A value that is not there."""

def step() -> Signal:
    r"""The training step of this batch, from 0."""

def progress() -> Signal:
    r"""How far the run is, from 0 to 1; absent when the number of steps is unknown."""

def linear(start: Value, end: Value, steps: Value = None, begin: Value = 0) -> Signal:
    r"""A value that moves in a straight line from start to end, and stays there."""

def cosine_schedule(start: Value, end: Value, steps: Value = None, begin: Value = 0) -> Signal:
    r"""A value that moves from start to end along half a cosine, and stays there."""

def constant(value: Value) -> Signal:
    r"""A schedule that does not move: a number as a signal."""

def ema(x: Value, decay: Value, key: Value = None, init: Value = None, use: Value = "after", name: Value = None) -> Signal:
    r"""The exponential moving average of x over batches: decay * old + (1 - decay) * x."""

def history(x: Value, keep: Value, key: Value = None, name: Value = None) -> Signal:
    r"""The values of x in the last batches before this one, oldest first, as a vector of `keep`."""

def hold(x: Value, key: Value = None, init: Value = None, name: Value = None) -> Signal:
    r"""x where it is present, else its last present value from earlier batches."""

def rolling(x: Value, n: Value, op: Value = "mean", q: Value = 0.5, name: Value = None) -> Signal:
    r"""Over the last n present values of x, itself included, in the order they arrive and from batch to batch."""

def state(name: Value, init: Value = 0, key: Value = None) -> Signal:
    r"""A value kept from earlier batches, as it was before this one."""

def update(state: Value, value: Value) -> Signal:
    r"""The next value of a state; returns that value."""

def uniform(axis: Value = "rollout") -> Signal:
    r"""Uniform numbers in [0, 1); every call is a stream of its own."""

def normal(axis: Value = "rollout") -> Signal:
    r"""Standard normal numbers."""

def bernoulli(p: Value, axis: Value = "rollout") -> Signal:
    r"""True with probability p."""

def grad(loss: Value, x: Value) -> Signal:
    r"""The gradient of a loss by x: a column, a learnable param, or any signal the loss is made of."""

def stop_gradient(x: Value) -> Signal:
    r"""x, which gradients take for a constant."""

def capture(text: Value, pattern: Value) -> Signal:
    r"""The first match of a pattern in a text; None without one."""

def find_all(text: Value, pattern: Value, spans: Value = False) -> Signal:
    r"""All matches of a pattern in a text, from left to right, none over another."""

def replace_all(text: Value, pattern: Value, replacement: Value = "") -> Signal:
    r"""The text with every match of a pattern replaced."""

def parse_number(text: Value) -> Signal:
    r"""The number a text is; None when it is none."""

def parse_json(text: Value) -> Signal:
    r"""A JSON text as numbers, texts, truth values, lists and dicts; None when it is no JSON."""

def boxes(text: Value) -> Signal:
    r"""What stands in every `\boxed{…}` of a text, in order."""

def common_subsequence(a: Value, b: Value) -> Signal:
    r"""The length of the longest sequence that two lists (or texts) have in common, in order and with gaps."""

def similarity(a: Value, b: Value) -> Signal:
    r"""How alike two texts (or lists) are, from 0 to 1: twice the characters in matching blocks over all characters."""

def sql_rows(query: Value, db: Value, most: Value = 100000) -> Signal:
    r"""The rows a query gives; None when it fails."""

def sql_same(a: Value, b: Value, db: Value) -> Signal:
    r"""Whether two queries give the same set of rows; None when one fails."""

def sql_names(query: Value) -> Signal:
    r"""The names of tables and columns in a query, in order of the alphabet; None for what is no query."""

def solve(matrix: Value, right: Value) -> Signal:
    r"""The x for which the matrix times x is the right side; None when the matrix is singular."""

def logdet(matrix: Value) -> Signal:
    r"""The logarithm of the determinant; None when that is not positive."""

def eigh(matrix: Value) -> Signal:
    r"""Eigenvalues of a symmetric matrix, ascending, and their unit eigenvectors."""

def min_norm_weights(gram: Value) -> Signal:
    r"""Weights with sum 1, none negative, of the shortest combination of some vectors."""

def linprog(cost: Value, below: Value = None, bound: Value = None, equal: Value = None, value: Value = None, low: Value = 0, high: Value = None) -> Signal:
    r"""The x of least cost · x that keeps to linear conditions; None when none does."""

def frechet(x: Value, y: Value) -> Signal:
    r"""The Fréchet distance of two sets of vectors; None with fewer than two vectors in one."""

def vendi(x: Value) -> Signal:
    r"""How many different vectors there are, effectively, by their directions; None over nothing."""

def hull(points: Value) -> Signal:
    r"""The places of the points that are vertices of the convex hull, in any number of dimensions."""

def math(text: Value, answer: Value, strict: Value = False, decimals: Value = None, units: Value = "lenient", extract: Value = "any") -> Signal:
    r"""1 when the answer a response ends with is mathematically the reference (or one of several), else 0."""

def answer_key(text: Value, extract: Value = "any") -> Signal:
    r"""A canonical key of the answer a response ends with: mathematically equal answers have equal keys."""

def number(text: Value, answer: Value, decimals: Value = None, strict: Value = False, extract: Value = "any") -> Signal:
    r"""1 when the number a response ends with is the number in the reference, else 0."""

def exact(text: Value, answer: Value, ignore_case: Value = False, strip: Value = True, collapse_space: Value = False) -> Signal:
    r"""1 when the response is the reference, or one of several references, else 0."""

def matches(text: Value, pattern: Value, whole: Value = False, ignore_case: Value = False) -> Signal:
    r"""1 when a regular expression matches somewhere in the response, else 0."""

def contains(text: Value, what: Value, ignore_case: Value = False, all: Value = True) -> Signal:
    r"""1 when the response contains a string, all of several, or any of several, else 0."""

def exact_match(text: Value, answer: Value, place: Value = "text") -> Signal:
    r"""1 when the answer is a reference once case, punctuation and the words a, an, the are left out, else 0."""

def token_f1(text: Value, answer: Value, measure: Value = "f1", whole: Value = None, place: Value = "text") -> Signal:
    r"""F1 of the words shared with a reference, case, punctuation and articles left out."""

def cost_f1(text: Value, answer: Value, cost: Value, rate: Value = 0.1, scale: Value = 1, place: Value = "text") -> Signal:
    r"""Cost-aware F1: `token_f1` times exp(-rate · cost)."""

def choice(text: Value, answer: Value, choices: Value, letters: Value = 5) -> Signal:
    r"""1 when the response picks the reference among options, by letter, by text or by both, else 0."""

def yes_no(text: Value, answer: Value) -> Signal:
    r"""1 when the response says yes or no as the reference does, else 0; saying both is no answer."""

def numeric_match(text: Value, answer: Value, tolerance: Value = 0.05, absolute: Value = 0, place: Value = "any") -> Signal:
    r"""1 when the response's number is within a share of the reference, as charts are read, else 0."""

def list_match(text: Value, answer: Value, measure: Value = "exact", order: Value = False, repeats: Value = False, place: Value = "text") -> Signal:
    r"""How well the response's list or set agrees with the reference's."""

def rouge(text: Value, answer: Value, kind: Value = "L", measure: Value = "f1", stem: Value = False) -> Signal:
    r"""ROUGE: n-grams or longest common subsequences shared with the reference, 0 to 1."""

def bleu(text: Value, answer: Value, n: Value = 4, smooth: Value = "exp", smooth_value: Value = None, effective: Value = True, tokens: Value = "13a", ignore_case: Value = False) -> Signal:
    r"""BLEU of one text against its references, 0 to 100."""

def chrf(text: Value, answer: Value, n: Value = 6, words: Value = 0, beta: Value = 2, space: Value = False, ignore_case: Value = False) -> Signal:
    r"""chrF of one text against its references, 0 to 100: F-score of character n-grams."""

def ter(text: Value, answer: Value, ignore_case: Value = True, punctuation: Value = True) -> Signal:
    r"""Translation edit rate, in percent: word edits and shifts per word of the reference; 0 is best."""

def meteor(text: Value, answer: Value, alpha: Value = 0.9, beta: Value = 3, gamma: Value = 0.5, stem: Value = True) -> Signal:
    r"""METEOR without synonyms: harmonic mean of word precision and recall, less for scattered matches."""

def edit_similarity(text: Value, answer: Value, edits: Value = "levenshtein", unit: Value = "characters", ignore_case: Value = False) -> Signal:
    r"""1 minus the edit distance over the longest it could be: 1 for equal texts, 0 for nothing in common."""

def error_rate(text: Value, answer: Value, unit: Value = "characters") -> Signal:
    r"""Edits per character (CER) or word (WER) of the reference: 0 is best, more than 1 is possible."""

def lcs(text: Value, answer: Value, unit: Value = "words", of: Value = None) -> Signal:
    r"""The length of the longest common subsequence with the reference, in words or characters."""

def jaccard(text: Value, answer: Value, n: Value = 1, unit: Value = "words", of: Value = "either") -> Signal:
    r"""Different n-grams in both texts over different n-grams in either: 1 for the same set, 0 for none shared."""

def keywords(text: Value, answer: Value, keypoints: Value, order: Value = True) -> Signal:
    r"""How well the response mentions the key words of the reference, in the reference's order: 0 to 1."""

def max_average(text: Value, answer: Value, vectors: Value = None) -> Signal:
    r"""Bidirectional max-average similarity of words: the mean of (each word's best match in the reference) and (the reverse)."""

def length_ratio(text: Value, answer: Value, unit: Value = "words") -> Signal:
    r"""Verbosity: the text's length over the reference's, 1 where they are as long."""

def tags(text: Value, names: Value = ..., order: Value = True, once: Value = True, outside: Value = False, partial: Value = False) -> Signal:
    r"""1 when the response is made of the named `<tag>…</tag>` blocks, else 0."""

def repetition(text: Value, n: Value = 3, unit: Value = "words") -> Signal:
    r"""The share of runs of `n` words that were already said: 0 without repetition, near 1 in a loop."""

def lexical_diversity(text: Value, measure: Value = "ttr", window: Value = 50, threshold: Value = 0.72) -> Signal:
    r"""Different words over all words, plainly or in a way that does not fall with length."""

def language(text: Value, among: Value = None, confidence: Value = 0) -> Signal:
    r"""The language of a text as a code of ISO 639-1: "en", "de", "zh", …"""

def flesch(text: Value, scale: Value = "ease") -> Signal:
    r"""Flesch reading ease (100 is easy, 0 is hard), or the Flesch–Kincaid grade."""

def smog(text: Value) -> Signal:
    r"""SMOG: school years needed, from words of three syllables or more."""

def coleman_liau(text: Value) -> Signal:
    r"""Coleman–Liau index: school years needed, from letters and sentences."""

def readability_index(text: Value) -> Signal:
    r"""Automated readability index: school years needed, from characters and sentences."""

def gunning_fog(text: Value) -> Signal:
    r"""Gunning fog index: school years needed, from words of three syllables or more."""

def group_similarity(text: Value, n: Value = 2, unit: Value = "words", take: Value = "mean", axis: Value = "group") -> Signal:
    r"""Jaccard similarity of n-grams with the other texts of the group: their mean, most or least."""

def duplicates(text: Value, compare: Value = "words", earlier: Value = False, axis: Value = "group") -> Signal:
    r"""How many other texts of the group say the same: 0 for a text of its own."""

def distinct_n(text: Value, n: Value = 2, unit: Value = "words", axis: Value = "group") -> Signal:
    r"""Different n-grams over all n-grams of the group's texts together: the same number for each of them."""

def novelty(text: Value, n: Value = 2, unit: Value = "words", earlier: Value = False, axis: Value = "group") -> Signal:
    r"""The share of a text's different n-grams that no other text of the group has."""

def fingerprint(text: Value, compare: Value = "words", bits: Value = 32, n: Value = 2) -> Signal:
    r"""A number below 2^bits that stands for a text: a key for what was said before."""

def tfidf(text: Value, answer: Value, corpus: Value = None, axis: Value = "group") -> Signal:
    r"""Cosine of the TF-IDF vectors of a text and its reference, 0 to 1."""

def bm25(text: Value, answer: Value, k1: Value = 1.5, b: Value = 0.75, corpus: Value = None, axis: Value = "group") -> Signal:
    r"""BM25 of a text for the words of its reference: how well it would be found by them."""

def iou(text: Value, answer: Value, kind: Value = "iou", match: Value = "best", boxes: Value = "corners") -> Signal:
    r"""Intersection over union of boxes, or its generalised form: for each reference box the best, averaged."""

def point_in_box(text: Value, answer: Value, boxes: Value = "corners") -> Signal:
    r"""The share of the text's points that lie in a reference box, its edges included; a click on a target is 1 or 0."""

def polygon_area(text: Value) -> Signal:
    r"""The area of the polygon whose corners the text lists, in order either way round."""

def anls(text: Value, answer: Value, threshold: Value = 0.5, place: Value = "text") -> Signal:
    r"""Text read from an image against its reference: 1 - edit distance over the longer length, 0 from a threshold on."""

def countdown(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when an expression reaches the target with the numbers given, each used once at most, else 0."""

def sudoku(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when a sudoku is filled by the rules and its given cells are kept, else 0."""

def queens(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when a queen stands in every row of a board and none attacks another, else 0."""

def grid_path(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when moves lead from S to G through no wall, in no more moves than allowed, else 0."""

def river(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when trips of a boat bring everything across a river and leave nothing alone with what it must not meet, else 0."""

def blocks(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when moves of single blocks turn the stacks into the goal's, else 0."""

def logic_grid(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""1 when every person is given what a logic grid's solution gives them, else 0."""

def steps(text: Value, answer: Value, measure: Value = "solved") -> Signal:
    r"""Whether rules were followed to the right result, and how many of the steps on the way are right."""

def grammar(text: Value, grammar: Value, outside: Value = False) -> Signal:
    r"""1 when the tags of a response come as a regular grammar says, else 0: the protocol of an agent's turns."""

def json_schema(text: Value, schema: Value, whole: Value = False, syntax: Value = "json") -> Signal:
    r"""1 when the JSON in a response is valid under a JSON schema, else 0."""

def json_match(text: Value, answer: Value, weights: Value = None, order: Value = True, extra: Value = True, tolerance: Value = 0, ignore_case: Value = False, whole: Value = False, syntax: Value = "json") -> Signal:
    r"""The weighted share of the values of a reference JSON document that a response has, from 0 to 1."""

def yaml(text: Value, whole: Value = False) -> Signal:
    r"""1 when a response is a YAML document: one mapping or list, else 0."""

def xml(text: Value, root: Value = None, elements: Value = None, whole: Value = False) -> Signal:
    r"""1 when a response is well-formed XML, with the root and elements asked for, else 0."""

def table(text: Value, columns: Value = None, rows: Value = 1) -> Signal:
    r"""1 when a response has a well-formed table of Markdown, with the columns and rows asked for, else 0."""

def fences(text: Value, language: Value = None, count: Value = None, outside: Value = True) -> Signal:
    r"""1 when a response has closed code fences with something inside, in the language asked for, else 0."""

def ifeval(text: Value, instruction_id_list: Value, kwargs: Value, loose: Value = False, share: Value = False, thinking: Value = False, unknown: Value = "error") -> Signal:
    r"""1 when a response follows all of its instructions, checked as in IFEval and IFBench, else 0."""

def tool_calls(text: Value, answer: Value, tools: Value, method: Value = "match", part: Value = "all", encoding: Value = "any", order: Value = False, lenient: Value = False, low: Value = -3, high: Value = 3) -> Signal:
    r"""How far the tool calls of a response are those of the reference, from 0 to 1."""

def turns(text: Value, observed: Value = ..., part: Value = "said") -> Signal:
    r"""The turns of a rollout, each up to what the tools answered: the axis `turn`."""

def code_tests(text: Value, test: Value, entry_point: Value, test_list: Value, test_imports: Value, test_setup_code: Value, input_output: Value, inputs: Value, outputs: Value, fn_name: Value, answer: Value, prompt: Value, per: Value = None, give: Value = "passed", language: Value = None, block: Value = "last", first: Value = None, tolerance: Value = 0.000001, timeout: Value = 5, memory: Value = 512) -> Signal:
    r"""1 when the program of a response passes every test of its task, else 0; with `per="test"` one value per test."""

def runs(text: Value, stdin: Value, give: Value = "passed", language: Value = None, block: Value = "last", timeout: Value = 5, memory: Value = 512) -> Signal:
    r"""1 when the program of a response runs to its end with status 0, else 0."""

def compiles(text: Value, give: Value = "passed", language: Value = None, block: Value = "last", timeout: Value = 5, memory: Value = 512) -> Signal:
    r"""1 when the program of a response parses and, where its language has a compiler, compiles, else 0."""

def line_edits(text: Value, test: Value, entry_point: Value, test_list: Value, test_imports: Value, test_setup_code: Value, input_output: Value, inputs: Value, outputs: Value, fn_name: Value, answer: Value, prompt: Value, give: Value = "passed", edits: Value = 1, block: Value = "last", timeout: Value = 5, memory: Value = 512) -> Signal:
    r"""A Python program with one line changed, once or more for each line: whether it still passes its tests."""

def sql(text: Value, answer: Value, db: Value, setup: Value, give: Value = "passed", order: Value = "gold", rows: Value = "bag", columns: Value = "same", tolerance: Value = 0.000001, timeout: Value = 5) -> Signal:
    r"""1 when the SQL query of a response gives what the reference query gives, else 0."""

def sql_parts(text: Value, answer: Value, db: Value, setup: Value, part: Value, mode: Value = "recall", n: Value = 2, timeout: Value = 5) -> Signal:
    r"""One part of the credit for an SQL query, from 0 to 1: its result, that it runs, the names it uses, its wording, the response's format."""

text: Signal
prompt: Signal
answer: Signal
task: Signal
length: Signal
logp: Signal
old_logp: Signal
ref_logp: Signal
entropy: Signal
mask: Signal
kind: Signal
prm: Signal
step_len: Signal
