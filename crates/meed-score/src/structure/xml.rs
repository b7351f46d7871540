//! `xml`: the response is well-formed XML.

use std::sync::Arc;

use meed_algebra::{Arg, Example, Family, Function, Word};
use roxmltree::{Document, ParsingOptions};

use super::blocks::blocks;
use crate::error::ScoreError;
use crate::options::{Default, Opt, OptionValue, Options};
use crate::per_element::{per_text, truth};
use crate::scorer::{Scorer, TEXT};
use crate::search::outside_thinking;

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "xml",
        family: Family::Format,
        axes: "any axis → the same",
        summary: "1 when a response is well-formed XML, with the root and elements asked for, else 0.",
        details: "The document is the last code fence that is XML, else the whole response, thinking aside; with `whole` only \
the latter. Elements are asked for by their names without prefix, anywhere in the document. A document type declaration is an error.",
        args: &[
            Arg { name: "text", help: "the response" },
            Arg { name: "root=None", help: "the name of the outermost element" },
            Arg { name: "elements=None", help: "names of elements that must be there" },
            Arg { name: "whole=False", help: "whether a code fence around it is an error" },
        ],
        examples: &[
            Example {
                code: "xml()",
                with: r#"{"text": [["<a><b x='1'/></a>", "<a><b></a>", "```xml\n<a/>\n```", "a"]]}"#,
                gives: "[[1, 0, 1, 0]]",
            },
            Example {
                code: r#"xml(root="plan", elements=["step"])"#,
                with: r#"{"text": [["<plan><step>1</step></plan>", "<plan/>", "<step/>"]]}"#,
                gives: "[[1, 0, 0]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "root", default: Default::None, help: "the name of the outermost element" },
        Opt { name: "elements", default: Default::None, help: "names of elements that must be there" },
        Opt { name: "whole", default: Default::Bool(false), help: "a code fence around it is an error" },
    ],
    build,
};

/// Nodes a document may have.
const MOST_NODES: u32 = 1 << 20;

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let root = match options.get("root") {
        OptionValue::None => None,
        _ => Some(options.text("root")?.to_string()),
    };
    let elements = if options.is_given("elements") { options.texts("elements")? } else { Vec::new() };
    let whole = options.bool("whole")?;
    let fits = move |text: &str| {
        let parsing =
            ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        Document::parse_with_options(text.trim(), parsing).is_ok_and(|document| {
            let has = |name: &String| {
                document.descendants().any(|node| node.is_element() && node.tag_name().name() == name)
            };
            root.as_ref().is_none_or(|root| document.root_element().tag_name().name() == root)
                && elements.iter().all(has)
        })
    };
    Ok(per_text(options, move |text| {
        let Some(text) = outside_thinking(text) else { return truth(false) };
        let fenced = || blocks(&text).0.iter().any(|block| block.closed && fits(block.body));
        truth(fits(&text) || (!whole && fenced()))
    }))
}
