//! `meed words` and `meed help`: the language explains itself.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use clap::Args;
use meed_spec::reference::{self, Entry};

use super::Outcome;

/// Lists the words by family.
#[derive(Args)]
pub struct Words {
    /// Print the whole reference as Markdown.
    #[arg(long)]
    markdown: bool,
    /// Print type stubs for Python.
    #[arg(long, conflicts_with = "markdown")]
    stubs: bool,
}

impl Words {
    pub fn run(self) -> Result<Outcome> {
        let mut out = std::io::stdout().lock();
        if self.markdown {
            out.write_all(reference::markdown().as_bytes())?;
            return Ok(Outcome::Good);
        }
        if self.stubs {
            out.write_all(reference::python_stubs().as_bytes())?;
            return Ok(Outcome::Good);
        }
        let entries = reference::entries();
        let mut families: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
        entries.iter().for_each(|e| families.entry(e.word.family).or_default().push(e));
        for (family, entries) in families {
            writeln!(out, "{}", family.title())?;
            for e in entries {
                writeln!(out, "  {:18} {}", e.title(), e.word.summary)?;
            }
        }
        Ok(Outcome::Good)
    }
}

/// Explains one word.
#[derive(Args)]
pub struct Help {
    /// The word.
    word: String,
}

impl Help {
    pub fn run(self) -> Result<Outcome> {
        let entries = reference::entries();
        let word = self.word.trim_start_matches('.');
        let found: Vec<&Entry> = entries.iter().filter(|e| e.word.name == word).collect();
        if found.is_empty() {
            let names: Vec<&str> = entries.iter().map(|e| e.word.name).collect();
            match meed_algebra::error::similar(word, &names) {
                Some(near) => bail!("there is no word `{word}`; did you mean `{near}`?"),
                None => bail!("there is no word `{word}`; `meed words` lists them"),
            }
        }
        let texts: Vec<String> = found.iter().map(|e| e.text()).collect();
        std::io::stdout().lock().write_all(texts.join("\n").as_bytes())?;
        Ok(Outcome::Good)
    }
}
