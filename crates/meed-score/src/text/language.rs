//! `language`: the language a text is written in.

use std::sync::Arc;

use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};
use whatlang::Lang;

use crate::error::ScoreError;
use crate::options::{Default, Opt, Options};
use crate::per_element::read;
use crate::scorer::{Scorer, TEXT};

/// The scorer.
pub const SCORER: Scorer = Scorer {
    word: Word {
        name: "language",
        family: Family::Text,
        axes: "any axis → the same, as text",
        summary: "The language of a text as a code of ISO 639-1: \"en\", \"de\", \"zh\", …",
        details: "Told by script and by trigrams, for 69 languages; the same text always gives the same code. `language() == \"en\"` is 1 where it is English. With `among`, only those languages are considered. \
A text without letters, or whose language is told with less than `confidence`, is absent (`unparsable`).",
        args: &[
            Arg { name: "text", help: "the text" },
            Arg { name: "among=None", help: "codes of the languages it may be" },
            Arg { name: "confidence=0", help: "the least confidence, 0 to 1" },
        ],
        examples: &[
            Example {
                code: r#"language() == "en""#,
                with: r#"{"text": [["The weather was lovely, and we walked along the river.", "Das Wetter war schön und wir gingen am Fluss entlang."]]}"#,
                gives: "[[1, 0]]",
            },
            Example {
                code: r#"language(among=["ja", "zh"])"#,
                with: r#"{"text": [["今日は天気がいいですね。", "42"]]}"#,
                gives: r#"[["ja", "<unparsable>"]]"#,
            },
        ],
    },
    inputs: &[TEXT],
    options: &[
        Opt { name: "among", default: Default::None, help: "codes of the languages it may be" },
        Opt { name: "confidence", default: Default::Number(0.0), help: "the least confidence" },
    ],
    build,
};

fn build(options: &Options) -> Result<Arc<dyn Function>, ScoreError> {
    let among = match options.is_given("among") {
        true => options.texts("among")?,
        false => Vec::new(),
    };
    let known = |code: &String| {
        Lang::all().iter().copied().find(|lang| iso_639_1(*lang) == code || lang.code() == code)
    };
    let languages: Option<Vec<Lang>> = among.iter().map(known).collect();
    let languages = languages.ok_or_else(|| options.bad("among", "codes of languages such as \"en\""))?;
    Ok(Arc::new(Language {
        identity: options.identity(),
        languages,
        confidence: options.number("confidence", 0.0..=1.0)?,
    }))
}

struct Language {
    identity: String,
    languages: Vec<Lang>,
    confidence: f64,
}

impl Function for Language {
    fn name(&self) -> &str {
        "language"
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn call(&self, args: &[Slice<'_>], n: usize) -> Result<Values, EvalError> {
        let detector = match self.languages.is_empty() {
            true => whatlang::Detector::new(),
            false => whatlang::Detector::with_allowlist(self.languages.clone()),
        };
        let one = |i: usize| -> Result<Arc<str>, Reason> {
            let text = read(&args[0], i)?;
            let sure = detector.detect(&text).filter(|info| info.confidence() >= self.confidence);
            sure.map(|info| iso_639_1(info.lang()).into()).ok_or(Reason::Unparsable)
        };
        Ok(Values::Texts((0..n).map(one).collect()))
    }
}

/// The code of two letters; of three for a language without one.
fn iso_639_1(lang: Lang) -> &'static str {
    const CODES: &[(&str, &str)] = &[
        ("epo", "eo"),
        ("eng", "en"),
        ("rus", "ru"),
        ("cmn", "zh"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("ben", "bn"),
        ("fra", "fr"),
        ("deu", "de"),
        ("ukr", "uk"),
        ("kat", "ka"),
        ("ara", "ar"),
        ("hin", "hi"),
        ("jpn", "ja"),
        ("heb", "he"),
        ("yid", "yi"),
        ("pol", "pl"),
        ("amh", "am"),
        ("jav", "jv"),
        ("kor", "ko"),
        ("nob", "no"),
        ("dan", "da"),
        ("swe", "sv"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("nld", "nl"),
        ("hun", "hu"),
        ("ces", "cs"),
        ("ell", "el"),
        ("bul", "bg"),
        ("bel", "be"),
        ("mar", "mr"),
        ("kan", "kn"),
        ("ron", "ro"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("mkd", "mk"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("tam", "ta"),
        ("vie", "vi"),
        ("urd", "ur"),
        ("tha", "th"),
        ("guj", "gu"),
        ("uzb", "uz"),
        ("pan", "pa"),
        ("aze", "az"),
        ("ind", "id"),
        ("tel", "te"),
        ("pes", "fa"),
        ("mal", "ml"),
        ("ori", "or"),
        ("mya", "my"),
        ("nep", "ne"),
        ("sin", "si"),
        ("khm", "km"),
        ("tuk", "tk"),
        ("aka", "ak"),
        ("zul", "zu"),
        ("sna", "sn"),
        ("afr", "af"),
        ("lat", "la"),
        ("slk", "sk"),
        ("cat", "ca"),
        ("tgl", "tl"),
        ("hye", "hy"),
        ("cym", "cy"),
    ];
    CODES.iter().find(|(three, _)| *three == lang.code()).map_or(lang.code(), |(_, two)| two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_code_of_two_letters() {
        for lang in Lang::all() {
            assert_eq!(iso_639_1(*lang).len(), 2, "{}", lang.code());
        }
    }
}
