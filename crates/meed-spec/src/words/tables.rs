//! Plain tables of numbers inside functions: linear algebra, linear programmes, hulls.

use meed_algebra::linear::{self, Matrix, Program, Solved};
use meed_algebra::{Arg as A, Example, Family, TypeError, Word};

use super::{Arg, Args, Plain, eg};

const VECTORS: A = A { name: "x", help: "a list of vectors" };
const MATRIX: A = A { name: "matrix", help: "a list of rows, square" };

/// The most rows of a table: what is made of it takes cubic time.
const ROWS: usize = 500;

/// The most numbers in a row.
const WIDEST: usize = 10_000;

const fn def(
    name: &'static str,
    axes: &'static str,
    summary: &'static str,
    details: &'static str,
    args: &'static [A],
    examples: &'static [Example],
    run: fn(&Args<'_>) -> Result<Arg, TypeError>,
) -> Plain {
    Plain { word: Word { name, family: Family::PlainTable, axes, summary, details, args, examples }, run }
}

fn numbers(arg: &Arg, what: &str) -> Result<Vec<f64>, TypeError> {
    let number = |item: &Arg| match item {
        Arg::Number(x) => Ok(*x),
        Arg::Bool(b) => Ok(f64::from(*b)),
        other => Err(TypeError::new(format!("{what} holds {}, not a number", other.kind()))),
    };
    match arg {
        Arg::List(items) if items.len() > WIDEST => {
            Err(TypeError::new(format!("{what} has more than {WIDEST} numbers in a row")))
        }
        Arg::List(items) => items.iter().map(number).collect(),
        other => Err(TypeError::new(format!("{what} is a list of numbers, not {}", other.kind()))),
    }
}

/// A list of rows of one length.
fn table(arg: &Arg, what: &str) -> Result<Matrix, TypeError> {
    let Arg::List(rows) = arg else {
        return Err(TypeError::new(format!("{what} is a list of rows, not {}", arg.kind())));
    };
    if rows.len() > ROWS {
        return Err(TypeError::new(format!("{what} has more than {ROWS} rows")));
    }
    let rows = rows.iter().map(|row| numbers(row, what)).collect::<Result<Matrix, _>>()?;
    if rows.windows(2).any(|w| w[0].len() != w[1].len()) {
        return Err(TypeError::new(format!("the rows of {what} differ in length")));
    }
    Ok(rows)
}

fn square(args: &Args<'_>, name: &str) -> Result<Matrix, TypeError> {
    let rows = table(&args.get(name), &format!("`{name}`"))?;
    match rows.first() {
        Some(row) if row.len() != rows.len() => Err(TypeError::new(format!(
            "`{name}` must be square, it has {} rows of {}",
            rows.len(),
            row.len()
        ))),
        _ => Ok(rows),
    }
}

fn list(xs: Vec<f64>) -> Arg {
    Arg::List(xs.into_iter().map(Arg::Number).collect())
}

/// One bound for each of `n` variables: a number for all, a list, or none.
fn bounds(args: &Args<'_>, name: &str, n: usize, none: f64) -> Result<Vec<f64>, TypeError> {
    match args.get(name) {
        Arg::None => Ok(vec![none; n]),
        Arg::Number(x) => Ok(vec![x; n]),
        Arg::List(items) => {
            items.iter().map(|x| if x.is_none() { Ok(none) } else { number(x, name) }).collect()
        }
        other => Err(TypeError::new(format!("`{name}` is a number or a list, not {}", other.kind()))),
    }
}

fn number(arg: &Arg, name: &str) -> Result<f64, TypeError> {
    match arg {
        Arg::Number(x) => Ok(*x),
        other => Err(TypeError::new(format!("`{name}` holds {}, not a number", other.kind()))),
    }
}

fn programme(args: &Args<'_>) -> Result<Arg, TypeError> {
    let cost = numbers(&args.get("cost"), "`cost`")?;
    let n = cost.len();
    let rows = |name: &str| match args.get(name) {
        Arg::None => Ok(Vec::new()),
        given => table(&given, &format!("`{name}`")),
    };
    let sides = |name: &str| match args.get(name) {
        Arg::None => Ok(Vec::new()),
        given => numbers(&given, &format!("`{name}`")),
    };
    let p = Program {
        below: rows("below")?,
        bound: sides("bound")?,
        equal: rows("equal")?,
        value: sides("value")?,
        low: bounds(args, "low", n, f64::NEG_INFINITY)?,
        high: bounds(args, "high", n, f64::INFINITY)?,
        cost,
    };
    let fits = p.below.iter().chain(&p.equal).all(|row| row.len() == n)
        && (p.below.len(), p.equal.len()) == (p.bound.len(), p.value.len())
        && (p.low.len(), p.high.len()) == (n, n);
    if !fits {
        return Err(TypeError::new("`linprog`: rows, right sides or bounds do not fit the cost in length"));
    }
    match linear::linprog(&p) {
        Solved::Best(x) => Ok(list(x)),
        Solved::Infeasible => Ok(Arg::None),
        Solved::Unbounded => Err(TypeError::new("`linprog`: there is no least cost")
            .help("bound the variables with `low` and `high`")),
    }
}

pub(super) const WORDS: &[Plain] = &[
    def(
        "solve",
        "a matrix, a list → a list, or None",
        "The x for which the matrix times x is the right side; None when the matrix is singular.",
        "",
        &[MATRIX, A { name: "right", help: "a number per row" }],
        &[eg("map(lambda x: solve([[2, 0], [1, 1]], [x, 3])[1], r)", r#"{"r": [[4, 2]]}"#, "[[1, 2]]")],
        |a| {
            let (matrix, right) = (square(a, "matrix")?, numbers(&a.get("right"), "`right`")?);
            if matrix.len() != right.len() {
                return Err(TypeError::new("`solve`: `right` has another length than the matrix"));
            }
            Ok(linear::solve(&matrix, &right).map_or(Arg::None, list))
        },
    ),
    def(
        "logdet",
        "a matrix → a number, or None",
        "The logarithm of the determinant; None when that is not positive.",
        "",
        &[MATRIX],
        &[eg(
            "map(lambda x: logdet([[x, 0], [0, 1]]), r)",
            r#"{"r": [[1, -1]]}"#,
            r#"[[0, "<not_applicable>"]]"#,
        )],
        |a| Ok(linear::logdet(&square(a, "matrix")?).map_or(Arg::None, Arg::Number)),
    ),
    def(
        "eigh",
        "a matrix → a dict",
        "Eigenvalues of a symmetric matrix, ascending, and their unit eigenvectors.",
        "`values` is a list, `vectors` the list of eigenvectors. The first component of a vector that is not 0 is positive.",
        &[MATRIX],
        &[eg("map(lambda x: eigh([[x, 1], [1, x]])[\"values\"][1], r)", r#"{"r": [[1, 2]]}"#, "[[2, 3]]")],
        |a| {
            let (values, vectors) = linear::eigh(&square(a, "matrix")?);
            let vectors = Arg::List(vectors.into_iter().map(list).collect());
            Ok(Arg::Dict(vec![("values".to_string(), list(values)), ("vectors".to_string(), vectors)]))
        },
    ),
    def(
        "min_norm_weights",
        "a matrix → a list",
        "Weights with sum 1, none negative, of the shortest combination of some vectors.",
        "The vectors are given by their inner products. With gradients of several losses it is the direction that hurts none of them.",
        &[A { name: "gram", help: "inner products of the vectors" }],
        &[eg(
            "map(lambda x: min_norm_weights([[1, 0], [0, x]])[0], r)",
            r#"{"r": [[1, 3]]}"#,
            "[[0.5, 0.75]]",
        )],
        |a| Ok(list(linear::min_norm_weights(&square(a, "gram")?))),
    ),
    def(
        "linprog",
        "plain values → a list, or None",
        "The x of least cost · x that keeps to linear conditions; None when none does.",
        "Conditions: `below` times x at most `bound`, `equal` times x is `value`, every x from `low` to `high`. They count as kept within 1e-9 of their size.",
        &[
            A { name: "cost", help: "a number per variable" },
            A { name: "below=None", help: "rows of the inequalities" },
            A { name: "bound=None", help: "their right sides" },
            A { name: "equal=None", help: "rows of the equations" },
            A { name: "value=None", help: "their right sides" },
            A { name: "low=0", help: "least values: a number or a list; None: no bound" },
            A { name: "high=None", help: "greatest values: a number or a list; None: no bound" },
        ],
        &[eg(
            "map(lambda b: linprog([-1, -2], below=[[1, 1]], bound=[b], high=3)[1], r)",
            r#"{"r": [[2, 5]]}"#,
            "[[2, 3]]",
        )],
        programme,
    ),
    def(
        "frechet",
        "two lists of vectors → a number, or None",
        "The Fréchet distance of two sets of vectors; None with fewer than two vectors in one.",
        "The sets are seen as normal distributions with their means and sample covariances (FID, FAD).",
        &[VECTORS, A { name: "y", help: "another list, of vectors of the same size" }],
        &[eg(
            "map(lambda a: frechet([[0, 1], [2, 3]], [[a, 1], [a + 2, 3]]), r)",
            r#"{"r": [[0, 3]]}"#,
            "[[0, 9]]",
        )],
        |a| {
            let (x, y) = (table(&a.get("x"), "`x`")?, table(&a.get("y"), "`y`")?);
            if !x.is_empty() && !y.is_empty() && x[0].len() != y[0].len() {
                return Err(TypeError::new("`frechet`: the vectors of both sets differ in size"));
            }
            Ok(linear::frechet(&x, &y).map_or(Arg::None, Arg::Number))
        },
    ),
    def(
        "vendi",
        "a list of vectors → a number, or None",
        "How many different vectors there are, effectively, by their directions; None over nothing.",
        "exp of the entropy of the eigenvalues of the unit vectors' inner products: 1 for equal directions, n for orthogonal ones.",
        &[VECTORS],
        &[eg("map(lambda a: vendi([[1, 0], [a, 1 - a]]), r)", r#"{"r": [[0, 1]]}"#, "[[2, 1]]")],
        |a| Ok(linear::vendi(&table(&a.get("x"), "`x`")?).map_or(Arg::None, Arg::Number)),
    ),
    def(
        "hull",
        "a list of points → a list",
        "The places of the points that are vertices of the convex hull, in any number of dimensions.",
        "Points inside an edge or a face are none; of equal points the first is.",
        &[A { name: "points", help: "a list of lists of numbers" }],
        &[eg(
            "map(lambda x: len(hull([[0, 0], [1, 0], [0, 1], [x, x]])), r)",
            r#"{"r": [[0.1, 1]]}"#,
            "[[3, 4]]",
        )],
        |a| {
            let points = table(&a.get("points"), "`points`")?;
            Ok(Arg::List(linear::hull(&points).into_iter().map(|i| Arg::Number(i as f64)).collect()))
        },
    ),
];
