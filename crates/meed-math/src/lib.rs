//! Answer extraction and mathematical equivalence: exact, bounded, and the same verdict everywhere.
//!
//! ```
//! use meed_math::{Options, Verdict, verify};
//!
//! let response = "So the probability is \\boxed{\\frac{1}{2}}.";
//! assert_eq!(verify(&["0.5"], response, &Options::default()), Verdict::Equal);
//! assert_eq!(verify(&["1/3"], response, &Options::default()), Verdict::Different);
//! ```
//!
//! A response goes through three steps: its final answer is found ([`extract()`]), read
//! ([`Answer::parse`]) and compared with the gold answer ([`compare`], [`verify()`], [`Verifier`]).
//! [`explain`] says what was done in each. [`answer_key`] gives equal answers equal keys, for votes.
//!
//! There are no timeouts, signals, threads or child processes: every step pays from a budget
//! ([`Options::budget`]) that counts operations and the size of numbers, so the same input gives the same
//! verdict on every machine, in any thread.
//!
//! # What is understood
//!
//! | Kind | Written as | Equal when |
//! | --- | --- | --- |
//! | integer | `1,000`, `1 000`, `1{,}000`, `10^3`, `five`, `0xFF` | the same number |
//! | fraction, mixed number | `\frac12`, `3/4`, `½`, `3\frac12`, `3 1/2` | the same number |
//! | decimal | `0.5`, `2,74`, `1.5e-3`, `6.02 \times 10^{23}` | the same number; as gold, also when the prediction rounds to it |
//! | repeating decimal | `0.\overline{3}`, `0.(3)`, `0.333...` | the same number |
//! | per cent | `28\%`, `28 percent` | by value, or the sign left out |
//! | other bases | `101_2`, `1A_{16}`, `1011 (base 2)` | the same number |
//! | quantity | `15\text{ cm}^2`, `\$5`, `60 km/h`, `5 h 30 min` | by value after conversion; a missing unit is forgiven |
//! | angle | `90^\circ`, `\pi/2` | by value; a missing degree sign is forgiven |
//! | powers, factorials, binomials | `2^{1000000}`, `\frac{2004!}{2003!}`, `\binom{n}{2}`, `C_n^2` | in factored form, never expanded |
//! | radicals | `\frac{1}{\sqrt2}`, `\sqrt{3+2\sqrt2}` | proved by a separation bound |
//! | constants | `e^{i\pi}`, `\ln 8`, `\sin 15^\circ` | certified intervals at rising precision |
//! | expressions | `(x+1)^2`, `\sin 2x`, `\frac{n!}{(n-1)!}` | identity over prime fields, or at certified sample points |
//! | complex numbers | `3+4i`, `2e^{i\pi/3}` | real and imaginary part |
//! | sums, products, integrals, limits | `\sum_{k=1}^n k`, `\int_0^1 x^2 dx` | by value when elementary |
//! | tuple, point, vector | `(1, 2)`, `\langle 1, 2\rangle`, column matrices | element by element |
//! | set | `\{1, 2\}`, `\emptyset` | the same elements in any order |
//! | list | `1, 2`, `x = 1 or x = 2`, `\pm 3` | the same elements in any order |
//! | interval, union, inequality | `[0, 1)`, `x > 2`, `\lvert x\rvert < 3`, `\mathbb{R}\setminus\{0\}`, `\{x \mid x > 2\}` | the same part of the line |
//! | equation | `2x + 3y = 6`, `y = 2x + 1` | a multiple of each other; an assignment also equals its value |
//! | system | `x = 1, y = 2`, `\begin{cases}…` | each unknown has its value |
//! | function | `f(x) = x^2` | the same rule, whatever the argument's name |
//! | piecewise | `\begin{cases} x & x > 0 \\ …` | the same cases |
//! | matrix | `pmatrix`, `bmatrix`, `array`, `[[1,2],[3,4]]` | entry by entry |
//! | residue | `x \equiv 3 \pmod 7` | the same class |
//! | ratio | `3:4` | proportional |
//! | choice | `(B)`, `B.`, `Option B`, `(B) 12` | the same letter, or its content |
//! | time, date | `3:30 PM`, `January 5, 2024` | the same moment |
//! | truth value, words | `True`, `\text{Even}` | the same words, case and articles aside |
//!
//! How each rule works, and where it differs from other verifiers, is told in `docs/math.md`.

pub mod budget;
pub mod expr;
pub mod units;
pub mod value;

mod answer;
mod calculus;
mod decide;
mod eval;
mod extract;
mod fast;
mod key;
mod lex;
mod num;
mod options;
mod parse;
mod verify;
mod words;

pub use answer::Answer;
pub use decide::Reason;
pub use extract::{Extract, Extraction, Mark, extract};
pub use key::answer_key;
pub use options::{Options, Units};
pub use parse::ParseError;
pub use verify::{Explanation, Side, Undecided, Verdict, Verifier, compare, explain, verify};
