//! `meed.math`: answers compared directly.

use meed_math::{Answer, Extract, Options, Undecided, Units, Verdict, answer_key, explain, extract};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error;

#[allow(clippy::fn_params_excessive_bools)]
fn options(
    strict: bool,
    decimals: Option<u32>,
    units: &str,
    place: &str,
    relations_as_sets: bool,
    budget: u64,
) -> PyResult<Options> {
    let units = match units {
        "lenient" => Units::Lenient,
        "ignore" => Units::Ignore,
        "required" => Units::Required,
        other => {
            return Err(error::value(format!(
                "units are `lenient`, `ignore` or `required`, found `{other}`"
            )));
        }
    };
    let extract = Extract::named(place).ok_or_else(|| {
        error::value(format!("answers are looked for in `any`, `marked` or `boxed`, found `{place}`"))
    })?;
    Ok(Options { strict, decimals, units, extract, relations_as_sets, budget })
}

/// Whether the answer in a response equals the reference (or one of several).
///
/// `None`: it cannot be decided, because the reference cannot be read or the budget is used up. No thread, process or
/// signal is involved: the same input has the same verdict everywhere.
///
/// >>> import meed
/// >>> meed.math.equivalent("1/2", r"so it is \boxed{0.5}")
/// True
/// >>> meed.math.equivalent(["2", "3"], "x = 4")
/// False
#[pyfunction]
#[pyo3(signature = (gold, response, *, strict = false, decimals = None, units = "lenient", extract = "any",
                    relations_as_sets = true, budget = 1_000_000))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn equivalent(
    py: Python<'_>,
    gold: Golds,
    response: String,
    strict: bool,
    decimals: Option<u32>,
    units: &str,
    extract: &str,
    relations_as_sets: bool,
    budget: u64,
) -> PyResult<Option<bool>> {
    let options = options(strict, decimals, units, extract, relations_as_sets, budget)?;
    let golds = gold.list();
    let verdict = py.detach(|| meed_math::verify(&golds, &response, &options));
    Ok(match verdict {
        Verdict::Equal => Some(true),
        Verdict::Different => Some(false),
        Verdict::Undecided(_) => None,
    })
}

/// The verdict and how it was reached: `verdict` (`equal`, `different` or `undecided`), `why`, `rule`, `steps`, and
/// what was read of the reference and of the response.
///
/// >>> import meed
/// >>> meed.math.explain("1/2", "0.5")["verdict"]
/// 'equal'
#[pyfunction(name = "explain")]
#[pyo3(signature = (gold, response, *, strict = false, decimals = None, units = "lenient", extract = "any",
                    relations_as_sets = true, budget = 1_000_000))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn explain_verdict<'py>(
    py: Python<'py>,
    gold: Golds,
    response: String,
    strict: bool,
    decimals: Option<u32>,
    units: &str,
    extract: &str,
    relations_as_sets: bool,
    budget: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let options = options(strict, decimals, units, extract, relations_as_sets, budget)?;
    let golds = gold.list();
    let e = py.detach(|| explain(&golds, &response, &options));
    let dict = PyDict::new(py);
    let (verdict, why) = match e.verdict {
        Verdict::Equal => ("equal", None),
        Verdict::Different => ("different", None),
        Verdict::Undecided(Undecided::Gold) => {
            ("undecided", Some("the reference cannot be read".to_string()))
        }
        Verdict::Undecided(why) => ("undecided", Some(why.to_string())),
    };
    dict.set_item("verdict", verdict)?;
    dict.set_item("why", why)?;
    dict.set_item("rule", e.rule.to_string())?;
    dict.set_item("steps", e.spent)?;
    for (name, side) in [("gold", &e.gold), ("response", &e.prediction)] {
        let Some(side) = side else {
            dict.set_item(name, py.None())?;
            continue;
        };
        let read = PyDict::new(py);
        read.set_item("text", side.text.to_string())?;
        read.set_item("kind", side.kind.as_ref().map(|k| k.to_string()))?;
        read.set_item("error", side.error.as_ref().map(|e| e.to_string()))?;
        read.set_item("span", (side.span.start, side.span.end))?;
        dict.set_item(name, read)?;
    }
    Ok(dict)
}

/// The final answer of a response as it is written there; `None` when there is none.
///
/// >>> import meed
/// >>> meed.math.extract(r"We get $x = 3$, hence \boxed{9}.")
/// '9'
#[pyfunction(name = "extract")]
#[pyo3(signature = (response, *, extract = "any"))]
pub(crate) fn extract_answer(py: Python<'_>, response: String, extract: &str) -> PyResult<Option<String>> {
    let place = options(false, None, "lenient", extract, true, 0)?.extract;
    Ok(py.detach(|| self::extract(&response, &place).into_iter().next().map(|found| found.text.to_string())))
}

/// A key that equal answers share, for votes; `None` when there is no answer.
///
/// >>> import meed
/// >>> meed.math.key("1/2") == meed.math.key("0.5")
/// True
#[pyfunction]
pub(crate) fn key(py: Python<'_>, response: String) -> Option<String> {
    py.detach(|| {
        let budget = Options::default().budget;
        let found = extract(&response, &Extract::default()).into_iter();
        let answer = found.flat_map(|e| Answer::parse(&e.text, budget)).next()?;
        Some(answer_key(&answer))
    })
}

/// One reference, or several of which any will do.
#[derive(FromPyObject)]
pub(crate) enum Golds {
    One(String),
    Several(Vec<String>),
}

impl Golds {
    fn list(self) -> Vec<String> {
        match self {
            Golds::One(gold) => vec![gold],
            Golds::Several(golds) => golds,
        }
    }
}
