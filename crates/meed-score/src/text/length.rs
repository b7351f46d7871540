//! `length`: how long a text is.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use meed_algebra::{Arg, Example, Family, Function, Reason, Word};
use tokenizers::Tokenizer;

use super::prose::{self, Counts};
use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::{per_text, per_text_as};
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "length",
        family: Family::Text,
        axes: "any axis → the same",
        summary: "How long a text is, in characters, words, sentences, syllables, or tokens of a given tokenizer.",
        details: "Characters are Unicode scalar values, words are what white space separates. Sentences end with `.`, `!` or `?` and have three words at least (one, if there is none); \
letters are letters, digits and underscores; syllables are those of English words, by the CMU Pronouncing Dictionary, else by spelling. Tokens need the path of a Hugging Face \
`tokenizer.json`; special tokens are not added, its truncation and padding are ignored. Giving a tokenizer means tokens.",
        args: &[
            Arg { name: "text", help: "the text" },
            Arg {
                name: "unit=\"characters\"",
                help: "\"characters\", \"words\", \"sentences\", \"letters\", \"syllables\" or \"tokens\"",
            },
            Arg { name: "tokenizer=None", help: "path of a `tokenizer.json`" },
        ],
        examples: &[
            Example { code: "length()", with: r#"{"text": [["héllo", ""]]}"#, gives: "[[5, 0]]" },
            Example {
                code: r#"length(unit="words")"#,
                with: r#"{"text": [["one two\n three", " "]]}"#,
                gives: "[[3, 0]]",
            },
            Example {
                code: r#"length(unit="syllables") / length(unit="sentences")"#,
                with: r#"{"text": [["A remarkably short text. It ends here."]]}"#,
                gives: "[[5]]",
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt {
            name: "unit",
            default: Default::Text("characters"),
            help: "\"characters\", \"words\", \"sentences\", \"letters\", \"syllables\" or \"tokens\"",
        },
        Opt { name: "tokenizer", default: Default::None, help: "path of a `tokenizer.json`" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let unit =
        options.choice("unit", &["characters", "words", "sentences", "letters", "syllables", "tokens"])?;
    match unit {
        _ if options.is_given("tokenizer") => tokens(options, unit),
        "tokens" => Err(options.bad("tokenizer", "the path of a tokenizer.json, since the unit is tokens")),
        "words" => Ok(per_text(options, |text| Ok(text.split_whitespace().count() as f64))),
        "sentences" => Ok(per_text(options, |text| Ok(prose::sentences(text) as f64))),
        "letters" => Ok(per_text(options, |text| Ok(Counts::of(text).letters as f64))),
        "syllables" => Ok(per_text(options, |text| Ok(Counts::of(text).syllables as f64))),
        _ => Ok(per_text(options, |text| Ok(text.chars().count() as f64))),
    }
}

fn tokens(options: &Options, unit: &str) -> Result<Arc<dyn Function>, ScoreError> {
    if !matches!(unit, "characters" | "tokens") {
        return Err(options.bad("unit", "\"tokens\", since a tokenizer is given"));
    }
    let (tokenizer, content) = load(options.text("tokenizer")?)?;
    let identity = format!("length(tokens of {content:032x})");
    Ok(per_text_as(options, identity, move |text| {
        let encoding = tokenizer.encode_fast(text, false).map_err(|_| Reason::Unparsable)?;
        Ok(encoding.len() as f64)
    }))
}

type Loaded = HashMap<u128, Arc<Tokenizer>>;

/// Tokenizers in use, by the hash of their file, so that several words share one.
static LOADED: LazyLock<Mutex<Loaded>> = LazyLock::new(Mutex::default);

/// The tokenizer in a file, and the hash of the file's content.
fn load(path: &str) -> Result<(Arc<Tokenizer>, u128), ScoreError> {
    let fail = |problem: String| ScoreError::Tokenizer { path: path.into(), problem };
    let bytes = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
    let content = fnv(&bytes);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(tokenizer) = loaded.get(&content) {
        return Ok((tokenizer.clone(), content));
    }
    let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(|e| fail(e.to_string()))?;
    tokenizer.with_truncation(None).map_err(|e| fail(e.to_string()))?.with_padding(None);
    let tokenizer = Arc::new(tokenizer);
    loaded.insert(content, tokenizer.clone());
    Ok((tokenizer, content))
}

/// FNV-1a, 128 bits.
fn fnv(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, b| {
        (hash ^ u128::from(*b)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

#[cfg(test)]
mod tests {
    use meed_algebra::{Slice, Values};

    use super::*;
    use crate::find;

    /// A word-level tokenizer that splits at white space and pads to eight.
    const TOKENIZER: &str = r#"{"version": "1.0", "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "?"},
        "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": {"?": 0, "a": 1, "b": 2}, "unk_token": "?"}}"#;

    fn built(options: &[(&str, &str)]) -> Result<Arc<dyn Function>, ScoreError> {
        find("length").unwrap().function(options.iter().map(|(k, v)| (k.to_string(), (*v).into())).collect())
    }

    #[test]
    fn tokens_of_a_file() {
        let path = std::env::temp_dir().join(format!("meed-length-{}.json", std::process::id()));
        std::fs::write(&path, TOKENIZER).unwrap();
        let path = path.to_str().unwrap();
        let function = built(&[("tokenizer", path)]).unwrap();
        let texts = [Ok("a b, c".into()), Ok("".into()), Err(Reason::Masked)];
        let Values::Numbers(lengths) = function.call(&[Slice::Texts(&texts)], 3).unwrap() else { panic!() };
        assert_eq!(lengths[..2], [4.0, 0.0]);
        assert_eq!(meed_algebra::absent::reason_of(lengths[2]), Some(Reason::Masked));
        assert_eq!(
            function.identity(),
            built(&[("unit", "tokens"), ("tokenizer", path)]).unwrap().identity()
        );
        assert!(built(&[("unit", "words"), ("tokenizer", path)]).is_err());
        std::fs::write(path, "{}").unwrap();
        let error = built(&[("tokenizer", path)]).err().unwrap();
        assert!(matches!(error, ScoreError::Tokenizer { .. }), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_missing_tokenizer_is_named() {
        let error = built(&[("tokenizer", "/nowhere/tokenizer.json")]).err().unwrap();
        assert!(error.to_string().starts_with("cannot use the tokenizer file \"/nowhere/tokenizer.json\": "));
        let error = built(&[("unit", "tokens")]).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`tokenizer` of `length` is None, it must be the path of a tokenizer.json, since the unit is tokens"
        );
        let error = built(&[("unit", "token")]).err().unwrap();
        assert_eq!(error.help().unwrap(), "did you mean \"tokens\"?");
    }
}
