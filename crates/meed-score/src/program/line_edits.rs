//! `line_edits`: a right program with one line changed, and whether the tests still pass.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Unfold, Values, Word};
use meed_sandbox::{Language, Limits, Program, Tests};

use super::code::{BLOCK, BLOCK_ARG, BLOCKS, completed, program};
use super::edits::{Edit, edits};
use super::give::{Trouble, absence};
use super::pool::{self, MEMORY, MEMORY_ARG, TIMEOUT, limits, notice, test};
use super::tasks::{Fields, INPUTS, with_tests};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Scorer, TEXT};

const GIVE: [&str; 5] = ["passed", "line", "text", "original", "program"];

/// The scorer. Source: "Process-Supervised Reinforcement Learning for Code Generation".
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "line_edits",
        family: Family::Verify,
        axes: "any axis → `edit`, an axis below",
        summary: "A Python program with one line changed, once or more for each line: whether it still passes its tests.",
        details: "Labels for lines without people: where a changed line still passes it is as good, where it fails it is the first wrong one. Changes are fixed: one operator, constant or word becomes its counterpart. An edit whose tests run out of time is absent (timed_out), for then nothing is known. Tests are found as by `code_tests`. Source: \"Process-Supervised Reinforcement Learning for Code Generation\".",
        args: &with_tests::<17>(
            Arg { name: "text", help: "a right program" },
            &[
                Arg { name: "prompt", help: "what the program completes" },
                Arg {
                    name: "give=\"passed\"",
                    help: "`passed`: 1 or 0; `line`: the line's number from 0; `text`, `original`: the line after and before; `program`",
                },
                Arg { name: "edits=1", help: "how many changes of a line at most" },
                BLOCK_ARG,
                Arg { name: "timeout=5", help: "seconds for each test" },
                MEMORY_ARG,
            ],
        ),
        examples: &[
            Example {
                code: "line_edits()",
                with: r#"{"text": [["def f(x):\n    if x > 100:\n        x = 0\n    return x + 1\n"]], "test_list": ["[\"assert f(1) == 2\"]"]}"#,
                gives: "[[[1, 1, 0]]]",
            },
            Example {
                code: r#"line_edits(give="text")"#,
                with: r#"{"text": [["def f(x):\n    return x + 1\n"]], "test_list": ["[\"assert f(1) == 2\"]"]}"#,
                gives: r#"[[["    return x - 1"]]]"#,
            },
        ],
    },
    inputs: &{
        let mut inputs = [TEXT; INPUTS.len() + 1];
        let mut i = 0;
        while i < INPUTS.len() {
            inputs[i + 1] = INPUTS[i];
            i += 1;
        }
        inputs
    },
    options: &[
        Opt {
            name: "give",
            default: Default::Text("passed"),
            help: "passed, line, text, original or program",
        },
        Opt { name: "edits", default: Default::Number(1.0), help: "how many changes of a line at most" },
        BLOCK,
        TIMEOUT,
        MEMORY,
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    Ok(Arc::new(LineEdits {
        identity: options.identity(),
        give: options.choice("give", &GIVE)?,
        most: options.count("edits", 1..=100)?,
        block: options.choice("block", &BLOCKS)?,
        limits: limits(options)?,
        trouble: Trouble::default(),
    }))
}

struct LineEdits {
    identity: String,
    give: &'static str,
    most: usize,
    block: &'static str,
    limits: Limits,
    trouble: Trouble,
}

impl LineEdits {
    fn edits(&self, args: &[Slice<'_>], i: usize) -> Vec<Edit> {
        let Ok(text) = read(&args[0], i) else { return Vec::new() };
        program(&text, self.block).map_or_else(Vec::new, |code| edits(&code.source, self.most))
    }

    /// Whether a changed program passes; absent where that is not known.
    fn passes(&self, edit: &Edit, fields: &Fields, tests: &Tests) -> Result<f64, EvalError> {
        let source = completed(&edit.program, fields.prompt(), fields.entry_point());
        let program = Program { language: Language::python(), source: &source };
        Ok(match test(pool::pool()?, &program, tests, &self.limits) {
            Err(e) => absence(e, &self.trouble)?.value(),
            Ok(outcomes) if outcomes.iter().all(meed_sandbox::Outcome::passed) => 1.0,
            Ok(outcomes) if outcomes.iter().any(|o| o.name() == "timeout") => Reason::TimedOut.value(),
            Ok(_) => 0.0,
        })
    }

    fn passed(&self, args: &[Slice<'_>], i: usize) -> Result<Vec<f64>, EvalError> {
        let edits = self.edits(args, i);
        let fields = Fields::read(&args[1..], i);
        let tests = match fields.tests(1e-6) {
            Some(Ok(tests)) => tests,
            Some(Err(what)) => {
                self.trouble.note(what);
                return Ok(vec![Reason::BadReference.value(); edits.len()]);
            }
            None => return Ok(vec![Reason::Missing.value(); edits.len()]),
        };
        pool::pool()?.map(edits.len(), |e| self.passes(&edits[e], &fields, &tests)).into_iter().collect()
    }
}

impl Function for LineEdits {
    fn name(&self) -> &str {
        "line_edits"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        if ["passed", "line"].contains(&self.give) { Kind::Number } else { Kind::Text }
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.told(notice())
    }

    fn unfold(&self) -> Option<&dyn Unfold> {
        Some(self)
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        if self.give == "passed" {
            let each = (0..n).map(|i| self.passed(args, i)).collect::<Result<Vec<_>, _>>()?;
            return Ok(Values::Numbers(each.into_iter().flatten().collect()));
        }
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for i in 0..n {
            let before = read(&args[0], i).unwrap_or_default();
            let before = program(&before, self.block).map(|c| c.source.into_owned()).unwrap_or_default();
            for edit in self.edits(args, i) {
                let line = |program: &str| program.lines().nth(edit.line).unwrap_or_default().to_string();
                match self.give {
                    "line" => numbers.push(edit.line as f64),
                    "text" => texts.push(line(&edit.program)),
                    "original" => texts.push(line(&before)),
                    _ => texts.push(edit.program),
                }
            }
        }
        Ok(match self.give {
            "line" => Values::Numbers(numbers),
            _ => Values::Texts(texts.into_iter().map(|t| Ok(t.into())).collect()),
        })
    }
}

impl Unfold for LineEdits {
    fn axis(&self) -> &str {
        "edit"
    }

    fn counted(&self) -> usize {
        1
    }

    fn counting(&self) -> String {
        format!("edits {} {}", self.most, self.block)
    }

    fn counts(&self, counted: &[Slice<'_>], n: usize) -> Result<Vec<usize>, EvalError> {
        Ok((0..n).map(|i| self.edits(counted, i).len()).collect())
    }
}
