//! `meed recipe`: published systems as specs.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;
use meed_spec::check_vectors::{Checked, Verdict, check_builtin, check_dir};
use meed_spec::page::{self, Page, Scope};
use meed_spec::recipes;

use super::{Outcome, highlight, plot};

#[derive(Subcommand)]
pub enum Recipe {
    /// All recipes by family, with a line each and what they look at.
    List,
    /// The page of a recipe: what it is, what goes in and comes out, its params, its text.
    Show {
        /// The recipe.
        id: String,
        /// Only its text, to begin a spec of one's own with.
        #[arg(long)]
        source: bool,
    },
    /// Begins a recipe: `ID.star`, and `vectors/ID.json` with an example of its numbers.
    New {
        /// Its id: lower-case words joined by hyphens.
        id: String,
        /// The folder it is put in.
        #[arg(long, value_name = "DIR", default_value = ".")]
        dir: PathBuf,
    },
    /// Writes the pages of all recipes as Markdown, with pictures, and an index.
    Pages {
        /// The folder they are written to.
        dir: PathBuf,
    },
    /// Recipes against numeric examples.
    Test {
        /// A folder of examples; default: those that come with Meed.
        #[arg(long, value_name = "DIR")]
        vectors: Option<PathBuf>,
        /// Only these recipes.
        ids: Vec<String>,
    },
}

impl Recipe {
    pub fn run(self) -> Result<Outcome> {
        match self {
            Recipe::List => list(),
            Recipe::Show { id, source } => show(&id, source),
            Recipe::New { id, dir } => new(&id, &dir),
            Recipe::Pages { dir } => pages(&dir),
            Recipe::Test { vectors, ids } => test(vectors, &ids),
        }
    }
}

fn list() -> Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let pages = Page::all()?;
    let width = pages.iter().map(|p| p.id.len()).max().unwrap_or(0);
    for (family, pages) in page::by_family(&pages) {
        writeln!(out, "{family}")?;
        for p in pages {
            writeln!(
                out,
                "  {:width$}  {:10}  {}",
                p.id,
                p.scope().map_or("plain data", Scope::name),
                p.title
            )?;
        }
    }
    Ok(Outcome::Good)
}

fn show(id: &str, source: bool) -> Result<Outcome> {
    let page = Page::read(id).map_err(|mut e| {
        let ids = recipes::ids();
        if ids.iter().any(|known| known == id) {
            return e;
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        e.message = format!("there is no recipe `{id}`");
        e.help = Some(match meed_algebra::error::similar(id, &ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`meed recipe list` lists them".to_string(),
        });
        e
    })?;
    let mut out = std::io::stdout();
    let text = match (source, out.is_terminal()) {
        (true, _) => page.source,
        (false, true) => page.text(highlight::terminal),
        (false, false) => page.text(str::to_string),
    };
    out.write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}

/// What a new recipe begins with; it works, so that changing it can begin.
const RECIPE: &str = r#""""ID: what it is, in one line.

When to pick it, and when not.

Families: shaper.

Source: the title of the paper.
"""

load("@recipes//lib/advantage.star", "leave_one_out")

weight = param("weight", 1.0, "what the reward is multiplied with")

advantage = weight * leave_one_out(col("reward", axis="rollout"))
"#;

const VECTOR: &str = r#"{
  "id": "ID",
  "note": "what this case shows",
  "params": {"weight": 2.0},
  "batches": [
    {
      "columns": {"reward": {"axis": "rollout", "values": [[1, 0, 0], [1, 1]]}},
      "outputs": {"advantage": {"axis": "rollout", "values": [[2, -1, -1], [0, 0]]}}
    }
  ],
  "tolerance": 1e-9
}
"#;

fn new(id: &str, dir: &Path) -> Result<Outcome> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(plain) || id.starts_with('-') {
        anyhow::bail!("`{id}` is not an id: lower-case letters, digits and hyphens, such as `dr-grpo`");
    }
    std::fs::create_dir_all(dir.join("vectors")).with_context(|| format!("making {}", dir.display()))?;
    for (path, text) in
        [(dir.join(format!("{id}.star")), RECIPE), (dir.join(format!("vectors/{id}.json")), VECTOR)]
    {
        let mut file =
            std::fs::File::create_new(&path).with_context(|| format!("writing {}", path.display()))?;
        file.write_all(text.replace("ID", id).as_bytes())?;
        println!("{}", path.display());
    }
    println!("try it: MEED_RECIPES={} meed recipe test {id}", dir.display());
    Ok(Outcome::Good)
}

fn pages(dir: &Path) -> Result<Outcome> {
    let write = |name: String, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    };
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let pages = Page::all()?;
    for page in &pages {
        let picture = page.plot.as_ref().map(|curves| plot::svg(page, curves)).transpose()?;
        if let Some(picture) = &picture {
            write(format!("{}.svg", page.id), picture)?;
        }
        let name = picture.map(|_| format!("{}.svg", page.id));
        write(format!("{}.md", page.id), &page.markdown(name.as_deref()))?;
    }
    write("README.md".to_string(), &page::index(&pages))?;
    println!("{} recipes", pages.len());
    Ok(Outcome::Good)
}

fn test(vectors: Option<PathBuf>, ids: &[String]) -> Result<Outcome> {
    let checked = match &vectors {
        Some(dir) => check_dir(dir, ids).with_context(|| format!("reading {}", dir.display()))?,
        None => check_builtin(ids),
    };
    if let Some(id) = ids.iter().find(|id| checked.iter().all(|c| c.id != **id)) {
        anyhow::bail!("there is no numeric example for `{id}`");
    }
    if let (Some(dir), true) = (&vectors, checked.is_empty()) {
        anyhow::bail!("{}: no numeric examples (.json) in this folder", dir.display());
    }
    let mut by_id: BTreeMap<&str, Vec<&Checked>> = BTreeMap::new();
    checked.iter().for_each(|c| by_id.entry(&c.id).or_default().push(c));
    let mut out = std::io::stdout().lock();
    let (mut passed, mut failed, mut missing) = (0, 0, Vec::new());
    for (id, files) in &by_id {
        if files.iter().all(|c| c.verdict == Verdict::Missing) {
            missing.push(*id);
            continue;
        }
        let good = files.iter().filter(|c| c.verdict == Verdict::Passed).count();
        let bad: Vec<&&Checked> = files.iter().filter(|c| c.verdict != Verdict::Passed).collect();
        passed += good;
        failed += bad.len();
        let mark = if bad.is_empty() { "ok  " } else { "FAIL" };
        writeln!(out, "{mark} {id}: {good} of {}", files.len())?;
        for c in bad {
            if let Verdict::Failed(why) = &c.verdict {
                let name = c.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                writeln!(out, "     {name}: {}", why.replace('\n', "\n       "))?;
            }
        }
    }
    if !missing.is_empty() {
        writeln!(out, "no recipe yet for {} ids: {}", missing.len(), missing.join(", "))?;
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(if failed == 0 { Outcome::Good } else { Outcome::Bad })
}
