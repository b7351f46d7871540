//! `language`: the language a text is written in.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use langdetect::{DetectorFactory, Seed};
use meed_algebra::{Arg, EvalError, Example, Family, Function, Kind, Reason, Slice, Values, Word};

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
        details: "Told by langdetect's profiles of 54 languages, as in `ifeval`, from a fixed seed: the same text always gives the same code. \
`language() == \"en\"` is 1 where it is English. With `among`, only those languages are considered. A text without letters, with most letters \
of a script that no profile has, or whose language is told with less than `confidence`, is absent (`unparsable`).",
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
    let mut prior = HashMap::new();
    for code in &among {
        let named = |name: &&String| *name == code || main(name) == code;
        let named: Vec<&String> = LANGUAGES.langlist().iter().filter(named).collect();
        if named.is_empty() {
            return Err(options.bad("among", "codes of languages such as \"en\""));
        }
        prior.extend(named.into_iter().map(|name| (name.clone(), 1.0)));
    }
    Ok(Arc::new(Language {
        identity: options.identity(),
        prior,
        confidence: options.number("confidence", 0.0..=1.0)?,
    }))
}

/// The profiles and the random walk of langdetect, always from the same seed.
pub(crate) static LANGUAGES: LazyLock<DetectorFactory> = LazyLock::new(|| {
    let mut factory = DetectorFactory::builtin().clone();
    factory.seed = Seed::Int(0);
    factory
});

struct Language {
    identity: String,
    /// The languages it may be; all of them if there is none.
    prior: HashMap<String, f64>,
    confidence: f64,
}

impl Language {
    fn of(&self, text: &str) -> Option<String> {
        if !is_profiled(text) {
            return None;
        }
        let mut detector = LANGUAGES.create().ok()?;
        if has_han_only(text) {
            // langdetect often takes Chinese for Korean, whose profile has Chinese characters too.
            let all = || LANGUAGES.langlist().iter().map(|name| (name.clone(), 1.0)).collect();
            let mut prior = if self.prior.is_empty() { all() } else { self.prior.clone() };
            prior.remove("ko");
            detector.set_prior_map(&prior).ok()?;
        } else if !self.prior.is_empty() {
            detector.set_prior_map(&self.prior).ok()?;
        }
        detector.append(text);
        // Both writings of Chinese are one language; the most probable come first.
        let mut languages: Vec<(String, f64)> = Vec::new();
        for found in detector.get_probabilities().ok()? {
            match languages.iter_mut().find(|language| language.0 == main(&found.lang)) {
                Some(language) => language.1 += found.prob,
                None => languages.push((main(&found.lang).into(), found.prob)),
            }
        }
        let best = languages.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        (best.1 >= self.confidence).then_some(best.0)
    }
}

/// A code without its region.
fn main(code: &str) -> &str {
    code.split('-').next().unwrap_or(code)
}

/// Whether a text has Chinese characters and no Korean ones.
fn has_han_only(text: &str) -> bool {
    let hangul = |c| matches!(c, '\u{1100}'..'\u{1200}' | '\u{3130}'..'\u{3190}' | '\u{ac00}'..'\u{d7b0}');
    !text.is_ascii() && text.contains(|c| matches!(c, '\u{4e00}'..'\u{a000}')) && !text.contains(hangul)
}

/// Whether at least half of the letters are of scripts in which a language with a profile is written. Of others langdetect says
/// whatever chance gives.
fn is_profiled(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    // Latin, Greek and Cyrillic; Hebrew and Arabic; scripts of India but for Oriya; Thai; those of East Asia; more of these.
    let is_known = |c: char| {
        matches!(c,
            ..'\u{530}'
            | '\u{590}'..'\u{700}' | '\u{750}'..'\u{780}' | '\u{8a0}'..'\u{900}'
            | '\u{900}'..'\u{b00}' | '\u{b80}'..'\u{d80}' | '\u{e00}'..'\u{e80}'
            | '\u{1100}'..'\u{1200}' | '\u{2e80}'..'\u{a000}' | '\u{ac00}'..'\u{fb00}'
            | '\u{1e00}'..'\u{2000}' | '\u{2c60}'..'\u{2c80}' | '\u{a640}'..'\u{a6a0}' | '\u{a720}'..'\u{a800}'
            | '\u{fb00}'..'\u{fb07}' | '\u{fb1d}'..)
    };
    let (mut known, mut other) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if is_known(c) { known += 1 } else { other += 1 }
    }
    known >= other
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
        let one = |i: usize| -> Result<Arc<str>, Reason> {
            self.of(&read(&args[0], i)?).map(Arc::from).ok_or(Reason::Unparsable)
        };
        Ok(Values::Texts((0..n).map(one).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(prior: &[&str], text: &str) -> Option<String> {
        let prior = prior.iter().map(|code| (code.to_string(), 1.0)).collect();
        Language { identity: String::new(), prior, confidence: 0.9 }.of(text)
    }

    #[test]
    fn languages_are_told_the_same_every_time() {
        for (code, text) in [
            ("en", "All human beings are born free and equal in dignity and rights."),
            ("de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren."),
            ("ru", "Все люди рождаются свободными и равными в своем достоинстве и правах."),
            ("el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια."),
            ("ar", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق."),
            ("hi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।"),
            ("th", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ"),
            ("ko", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
            ("zh", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。"),
            ("zh", "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。"),
        ] {
            for _ in 0..3 {
                assert_eq!(language(&[], text).as_deref(), Some(code), "{text}");
            }
        }
    }

    #[test]
    fn scripts_without_a_profile_are_no_language() {
        assert_eq!(language(&[], "Բոլոր մարդիկ ծնվում են ազատ ու հավասար։"), None);
        assert_eq!(language(&[], "ყველა ადამიანი იბადება თავისუფალი და თანასწორი."), None);
        assert_eq!(language(&[], "42 + 1"), None);
        assert_eq!(language(&[], ""), None);
    }

    #[test]
    fn only_languages_among_the_given_are_told() {
        let portuguese = "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.";
        assert_eq!(language(&["es", "fr"], portuguese).as_deref(), Some("es"));
    }
}
