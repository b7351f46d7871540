//! `runs`: the program of a response runs to its end.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, TextCell, Values, Word};
use meed_sandbox::{Language, Limits, Outcome, Program, Run};

use super::code::{BLOCK, BLOCK_ARG, BLOCKS, LANGUAGE, LANGUAGE_ARG, program};
use super::code_tests::language;
use super::give::{Trouble, absence};
use super::pool::{self, MEMORY, MEMORY_ARG, TIMEOUT, limits, notice};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Input, Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "runs",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the program of a response runs to its end with status 0, else 0.",
        details: "The program is the last fenced block, or the whole text. It runs in a sandbox without network or files of the host. A failure of the machinery is absent (infrastructure).",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "stdin", help: "what the program reads" },
            Arg {
                name: "give=\"passed\"",
                help: "`passed`: 1 or 0; `outcome`: its name; `stdout`: what the program wrote",
            },
            LANGUAGE_ARG,
            BLOCK_ARG,
            Arg { name: "timeout=5", help: "seconds" },
            MEMORY_ARG,
        ],
        examples: &[
            Example {
                code: "runs()",
                with: r#"{"text": [["print(1)", "print(1 / 0)", "```bash\nexit 0\n```"]]}"#,
                gives: "[[1, 0, 1]]",
            },
            Example {
                code: r#"runs(give="stdout")"#,
                with: r#"{"text": [["print(6 * 7)"]]}"#,
                gives: r#"[["42\n"]]"#,
            },
        ],
    },
    inputs: &[TEXT, Input { name: "stdin", column: "stdin", required: false }],
    options: &[
        Opt { name: "give", default: Default::Text("passed"), help: "passed, outcome or stdout" },
        LANGUAGE,
        BLOCK,
        TIMEOUT,
        MEMORY,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(Arc::new(Runs {
        identity: options.identity(),
        give: options.choice("give", &["passed", "outcome", "stdout"])?,
        language: language(options)?,
        block: options.choice("block", &BLOCKS)?,
        limits: limits(options)?,
        trouble: Trouble::default(),
    }))
}

struct Runs {
    identity: String,
    give: &'static str,
    language: Option<&'static Language>,
    block: &'static str,
    limits: Limits,
    trouble: Trouble,
}

impl Runs {
    fn run(&self, args: &[Slice<'_>], i: usize) -> Result<Result<Run, Reason>, EvalError> {
        let text = match read(&args[0], i) {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        let stdin = args.get(1).map(|slice| read(slice, i)).and_then(Result::ok).unwrap_or_default();
        let Some(code) = program(&text, self.block) else { return Ok(Err(Reason::Unparsable)) };
        let language = self.language.or(code.language).unwrap_or(Language::python());
        let program = Program { language, source: &code.source };
        match pool::pool()?.run(&program, stdin.as_bytes(), &self.limits) {
            Ok(run) => Ok(Ok(run)),
            Err(e) => absence(e, &self.trouble).map(Err),
        }
    }
}

impl Function for Runs {
    fn name(&self) -> &str {
        "runs"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        if self.give == "passed" { Kind::Number } else { Kind::Text }
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.told(notice())
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let runs = pool::pool()?.map(n, |i| self.run(args, i));
        let runs: Vec<Result<Run, Reason>> = runs.into_iter().collect::<Result<_, _>>()?;
        let text = |run: Result<Run, Reason>| -> TextCell {
            let run = run?;
            Ok(match self.give {
                "stdout" => String::from_utf8_lossy(&run.stdout).into(),
                _ => run.failure.as_ref().map_or("passed", Outcome::name).into(),
            })
        };
        Ok(match self.give {
            "passed" => {
                let number = |run: Result<Run, Reason>| match run {
                    Ok(run) => f64::from(u8::from(run.failure.is_none())),
                    // A response that is thinking still has no program to run.
                    Err(Reason::Unparsable) => 0.0,
                    Err(reason) => reason.value(),
                };
                Values::Numbers(runs.into_iter().map(number).collect())
            }
            _ => Values::Texts(runs.into_iter().map(text).collect()),
        })
    }
}
