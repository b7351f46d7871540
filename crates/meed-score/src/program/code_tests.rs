//! `code_tests`: the program of a response passes the task's tests.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Unfold, Values, Word};
use meed_sandbox::{Language, Limits, Outcome, Program, Tests};

use super::code::{BLOCK, BLOCK_ARG, BLOCKS, LANGUAGE, LANGUAGE_ARG, completed, program};
use super::give::{Give, Trouble, absence, of_all};
use super::pool::{self, MEMORY, MEMORY_ARG, TIMEOUT, count, limits, notice, test};
use super::tasks::{Fields, INPUTS, with_tests};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "code_tests",
        family: Family::Verify,
        axes: "any axis → the same; with `per=\"test\"` → `test`, an axis below",
        summary: "1 when the program of a response passes every test of its task, else 0; with `per=\"test\"` one value per test.",
        details: "The program is the last fenced block, or the whole text. Tests are found by themselves: HumanEval (`prompt`, `test`, `entry_point`), MBPP (`test_list`), APPS, TACO and LiveCodeBench (`input_output`, or `inputs`, `outputs`, `fn_name`), verl (JSON in `answer`). Programs run in a sandbox without network or files of the host; tests run in another process than the program. Outcomes: `passed`, `wrong_answer`, `exception`, `compile_error`, `timeout`, `out_of_memory`, `output_limit`, `forbidden`, `tampering`. A failure of the machinery is absent (infrastructure), tests that cannot be used are absent (bad_reference).",
        args: &with_tests::<20>(
            Arg { name: "text", help: "the response" },
            &[
                Arg {
                    name: "prompt",
                    help: "what the program completes; its helpers may be used by the tests",
                },
                Arg { name: "per=None", help: "`test`: one value per test" },
                Arg {
                    name: "give=\"passed\"",
                    help: "`passed`: 1 or 0; `outcome`: its name, of all tests the first that is no pass",
                },
                LANGUAGE_ARG,
                BLOCK_ARG,
                Arg { name: "first=None", help: "only the first so many tests" },
                Arg { name: "tolerance=0.000001", help: "how far numbers with a fraction may be off" },
                Arg { name: "timeout=5", help: "seconds for each test" },
                MEMORY_ARG,
            ],
        ),
        examples: &[
            Example {
                code: "code_tests()",
                with: r#"{"text": [["def f(x):\n    return x + 1", "def f(x):\n    return 2", "def f(x:"]], "test_list": ["[\"assert f(1) == 2\", \"assert f(2) == 3\"]"]}"#,
                gives: "[[1, 0, 0]]",
            },
            Example {
                code: r#"code_tests(per="test")"#,
                with: r#"{"text": [["def f(x):\n    return x + 1", "def f(x):\n    return 2"]], "test_list": ["[\"assert f(1) == 2\", \"assert f(2) == 3\"]"]}"#,
                gives: "[[[1, 1], [1, 0]]]",
            },
            Example {
                code: r#"code_tests(per="test").mean("rollout")"#,
                with: r#"{"text": [["```python\nprint(int(input()) * 2)\n```"]], "inputs": ["[\"1\", \"2\"]"], "outputs": ["[\"2\", \"5\"]"]}"#,
                gives: "[[0.5]]",
            },
            Example {
                code: r#"code_tests(give="outcome")"#,
                with: r#"{"text": [["def f(x):\n    return 1 / x", "def f(x:", "def f(x): return 1"]], "test_list": ["[\"assert f(0) == 0\"]"]}"#,
                gives: r#"[["exception", "compile_error", "wrong_answer"]]"#,
            },
        ],
    },
    inputs: &{
        let mut inputs = [TEXT; INPUTS.len() + 1];
        let mut i = 0;
        while i < INPUTS.len() {
            inputs[i] = INPUTS[i];
            i += 1;
        }
        inputs
    },
    options: &[
        Opt { name: "per", default: Default::None, help: "test: one value per test" },
        Opt { name: "give", default: Default::Text("passed"), help: "passed or outcome" },
        LANGUAGE,
        BLOCK,
        Opt { name: "first", default: Default::None, help: "only the first so many tests" },
        Opt { name: "tolerance", default: Default::Number(0.000001), help: "how far fractions may be off" },
        TIMEOUT,
        MEMORY,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let per_test = options.is_given("per");
    if per_test {
        options.choice("per", &["test"])?;
    }
    Ok(Arc::new(CodeTests {
        identity: options.identity(),
        per_test,
        give: Give::named(options.choice("give", &Give::CHOICES)?),
        language: language(options)?,
        block: options.choice("block", &BLOCKS)?,
        first: options.optional_count("first", 1..=1_000_000)?,
        tolerance: tolerance(options)?,
        limits: limits(options)?,
        trouble: Trouble::default(),
    }))
}

pub(super) fn tolerance(options: &Options) -> Result<f64, ScoreError> {
    match options.get("tolerance") {
        crate::options::OptionValue::Number(x) if (0.0..1.0).contains(x) => Ok(*x),
        _ => Err(options.bad("tolerance", "a number from 0 to below 1")),
    }
}

/// The language an option names.
pub(super) fn language(options: &Options) -> Result<Option<&'static Language>, ScoreError> {
    if !options.is_given("language") {
        return Ok(None);
    }
    let names: Vec<&str> = meed_sandbox::LANGUAGES.iter().map(|l| l.name).collect();
    let found = Language::named(options.text("language")?);
    found.map(Some).ok_or_else(|| options.bad("language", format!("one of {}", names.join(", "))))
}

struct CodeTests {
    identity: String,
    per_test: bool,
    give: Give,
    language: Option<&'static Language>,
    block: &'static str,
    first: Option<usize>,
    tolerance: f64,
    limits: Limits,
    trouble: Trouble,
}

type Outcomes = Result<Arc<Vec<Outcome>>, Reason>;

impl CodeTests {
    fn tests(&self, fields: &Fields) -> Result<Tests, Reason> {
        let mut tests = match fields.tests(self.tolerance) {
            None => return Err(Reason::Missing),
            Some(Err(what)) => {
                self.trouble.note(what);
                return Err(Reason::BadReference);
            }
            Some(Ok(tests)) => tests,
        };
        if let Some(first) = self.first {
            match &mut tests {
                Tests::Asserts(asserts) => asserts.first = Some(first),
                Tests::Calls(calls) => calls.cases.truncate(first),
                Tests::Stdio(stdio) => stdio.cases.truncate(first),
            }
        }
        Ok(tests)
    }

    /// The outcomes of one element.
    fn outcomes(&self, args: &[Slice<'_>], i: usize) -> Result<Outcomes, EvalError> {
        let text = match read(&args[INPUTS.len()], i) {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        let fields = Fields::read(&args[..INPUTS.len()], i);
        let tests = match self.tests(&fields) {
            Ok(tests) => tests,
            Err(reason) => return Ok(Err(reason)),
        };
        let pool = pool::pool()?;
        // A response that is thinking still has no program, which is no pass.
        let code = program(&text, self.block);
        let source = code.as_ref().map_or("", |code| &code.source);
        let named = self.language.or(code.as_ref().and_then(|c| c.language));
        let python = Language::python();
        let language = if matches!(tests, Tests::Stdio(_)) { named.unwrap_or(python) } else { python };
        let source = completed(source, fields.prompt(), fields.entry_point());
        let program = Program { language, source: &source };
        match test(pool, &program, &tests, &self.limits) {
            Ok(outcomes) => Ok(Ok(outcomes)),
            Err(e) => absence(e, &self.trouble).map(Err),
        }
    }

    fn each(&self, args: &[Slice<'_>], n: usize) -> Result<Vec<Outcomes>, EvalError> {
        pool::pool()?.map(n, |i| self.outcomes(args, i)).into_iter().collect()
    }
}

impl Function for CodeTests {
    fn name(&self) -> &str {
        "code_tests"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        self.give.kind()
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.told(notice())
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        self.per_test.then_some(self)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let each = self.each(args, n)?;
        if !self.per_test {
            let cells = each.into_iter().map(|o| o.and_then(|outcomes| of_all(&outcomes))).collect();
            return Ok(self.give.values(cells));
        }
        let counts = self.counts(&args[..INPUTS.len()], n)?;
        let mut cells = Vec::with_capacity(counts.iter().sum());
        for (outcomes, count) in each.into_iter().zip(counts) {
            match outcomes {
                Ok(outcomes) if outcomes.len() == count => {
                    cells.extend(outcomes.iter().map(|o| Ok(o.name())))
                }
                Ok(_) => cells.extend(std::iter::repeat_n(Err(Reason::Infrastructure), count)),
                Err(reason) => cells.extend(std::iter::repeat_n(Err(reason), count)),
            }
        }
        Ok(self.give.values(cells))
    }
}

impl Unfold for CodeTests {
    fn axis(&self) -> &str {
        "test"
    }

    fn counted(&self) -> usize {
        INPUTS.len()
    }

    fn counting(&self) -> String {
        format!("tests {:?}", self.first)
    }

    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError> {
        let mut last: Option<(Fields, usize)> = None;
        let mut out = Vec::with_capacity(n);
        for i in 0..n {
            let fields = Fields::read(counted, i);
            if let Some((_, known)) = last.as_ref().filter(|(f, _)| *f == fields) {
                out.push(*known);
                continue;
            }
            let found = match self.tests(&fields) {
                Err(_) => 0,
                Ok(tests) => match count(pool::pool()?, &tests) {
                    Ok(found) => found,
                    Err(e) => absence(e, &self.trouble).map(|_| 0)?,
                },
            };
            last = Some((fields, found));
            out.push(found);
        }
        Ok(out)
    }
}
