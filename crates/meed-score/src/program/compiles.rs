//! `compiles`: the program of a response is one.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use meed_sandbox::{Language, Limits, Program};

use super::code::{BLOCK, BLOCK_ARG, BLOCKS, LANGUAGE, LANGUAGE_ARG, program};
use super::code_tests::language;
use super::give::{Give, Trouble, absence};
use super::pool::{self, MEMORY, MEMORY_ARG, TIMEOUT, limits, notice};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "compiles",
        family: Family::Verify,
        axes: "any axis → the same",
        summary: "1 when the program of a response parses and, where its language has a compiler, compiles, else 0.",
        details: "Nothing of the program is run. Python, JavaScript and Bash are parsed, C, C++, Rust, Go and Java compiled.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "give=\"passed\"", help: "`passed`: 1 or 0; `outcome`: its name" },
            LANGUAGE_ARG,
            BLOCK_ARG,
            Arg { name: "timeout=5", help: "seconds; compilers get 30 at least" },
            MEMORY_ARG,
        ],
        examples: &[Example {
            code: "compiles()",
            with: r#"{"text": [["x = 1", "x = ", "```bash\nif true; then echo; fi\n```"]]}"#,
            gives: "[[1, 0, 1]]",
        }],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "give", default: Default::Text("passed"), help: "passed or outcome" },
        LANGUAGE,
        BLOCK,
        TIMEOUT,
        MEMORY,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(Arc::new(Compiles {
        identity: options.identity(),
        give: Give::named(options.choice("give", &Give::CHOICES)?),
        language: language(options)?,
        block: options.choice("block", &BLOCKS)?,
        limits: limits(options)?,
        trouble: Trouble::default(),
    }))
}

struct Compiles {
    identity: String,
    give: Give,
    language: Option<&'static Language>,
    block: &'static str,
    limits: Limits,
    trouble: Trouble,
}

impl Compiles {
    fn outcome(&self, args: &[Slice<'_>], i: usize) -> Result<Result<&'static str, Reason>, EvalError> {
        let text = match read(&args[0], i) {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(code) = program(&text, self.block) else { return Ok(Ok("compile_error")) };
        let language = self.language.or(code.language).unwrap_or(Language::python());
        match pool::pool()?.compile(&Program { language, source: &code.source }, &self.limits) {
            Ok(outcome) => Ok(Ok(outcome.name())),
            Err(e) => absence(e, &self.trouble).map(Err),
        }
    }
}

impl Function for Compiles {
    fn name(&self) -> &str {
        "compiles"
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

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let cells = pool::pool()?.map(n, |i| self.outcome(args, i));
        Ok(self.give.values(cells.into_iter().collect::<Result<_, _>>()?))
    }
}
