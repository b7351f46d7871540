//! A recipe as a page: what it is, what goes in and comes out, its knobs, its text.

use std::collections::BTreeMap;
use std::fmt::Write;

use meed_algebra::{NodeId, Plan};

use crate::diagnostic::Diagnostic;
use crate::params::{Param, show};
use crate::spec::Contents;
use crate::{Spec, SpecFile, Want, recipes};

/// A recipe, described from its own text.
pub struct Page {
    /// Its id.
    pub id: String,
    /// What it is, in one line.
    pub title: String,
    /// When to pick it and when not; paragraphs.
    pub about: String,
    /// What kinds of thing it is: scorer, shaper, credit, selector, objective, …; the first says where it is listed.
    pub families: Vec<String>,
    /// The title of the paper it comes from.
    pub paper: String,
    /// Its outputs, then those of each part.
    pub sections: Vec<Section>,
    /// Its functions of plain data: name and arguments.
    pub functions: Vec<(String, Vec<String>)>,
    /// Its knobs.
    pub params: Vec<Param>,
    /// What a picture of it shows, if one says more than words.
    pub plot: Option<Curves>,
    /// Its text.
    pub source: String,
}

/// An output over one input: the recipe's dict `plot`.
///
/// `{"x": "length", "from": 0, "to": 4096, "y": "reward", "with": {"correct": [1, 0]}}` draws `reward` over `length`,
/// every point a group of one rollout, a curve for each value of the column that has a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// The column along the picture.
    pub x: String,
    /// Where it begins and ends.
    pub range: (f64, f64),
    /// The output.
    pub y: String,
    /// Other columns; those with several values make several curves.
    pub with: Vec<(String, Vec<f64>)>,
}

impl Curves {
    fn parse(value: &serde_json::Value) -> Option<Curves> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_string());
        let number = |key: &str| value.get(key)?.as_f64();
        let values = |v: &serde_json::Value| match v {
            serde_json::Value::Array(list) => list.iter().map(serde_json::Value::as_f64).collect(),
            one => Some(vec![one.as_f64()?]),
        };
        let with = match value.get("with") {
            None => Some(Vec::new()),
            Some(with) => with.as_object()?.iter().map(|(k, v)| Some((k.clone(), values(v)?))).collect(),
        };
        Some(Curves { x: text("x")?, range: (number("from")?, number("to")?), y: text("y")?, with: with? })
    }
}

/// What goes into a recipe, or one of its parts, and comes out.
pub struct Section {
    /// The part, `None` for the recipe's own outputs.
    pub part: Option<String>,
    /// Columns it needs.
    pub inputs: Vec<Line>,
    /// Signals it gives.
    pub outputs: Vec<Line>,
    /// What it looks at.
    pub scope: Scope,
}

/// A column or signal: name, kind, and where it lives.
pub struct Line {
    /// Its name.
    pub name: String,
    /// Numbers, truth values or texts, and the axis.
    pub what: String,
}

/// What a recipe looks at beyond one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Each group on its own: files are streamed.
    Group,
    /// The whole batch.
    Batch,
    /// Earlier batches too.
    State,
}

impl Scope {
    /// `group`, `batch` or `state`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Group => "group",
            Scope::Batch => "batch",
            Scope::State => "state",
        }
    }
}

impl Page {
    /// The page of the recipe `id`.
    ///
    /// # Errors
    /// When there is no such recipe, or its text cannot be read.
    pub fn read(id: &str) -> Result<Page, Diagnostic> {
        let file = SpecFile::open(&format!("@recipes//{id}.star"))?;
        let Contents { doc, parts, functions, params, plot } = Spec::contents(&file)?;
        let plot = match plot {
            None => None,
            Some(value) => Some(Curves::parse(&value).ok_or_else(|| {
                Diagnostic::new(format!("`{id}`: `plot` needs x, from, to, y and numbers in `with`"))
            })?),
        };
        // A file may hold parts or functions alone; then it has no outputs of its own.
        let only = !(parts.is_empty() && functions.is_empty());
        let mut sections = Vec::new();
        for part in std::iter::once(None).chain(parts.into_iter().map(Some)) {
            let want = part.as_deref().map_or(Want::Outputs, Want::Part);
            match Spec::read_open(&file, BTreeMap::new(), want) {
                Ok(spec) => sections.push(Section::of(part, &spec.plan)),
                Err(_) if part.is_none() && only => {}
                Err(e) => return Err(e),
            }
        }
        let (title, rest) = doc.split_once('\n').unwrap_or((&doc, ""));
        let (mut families, mut paper, mut about) = (Vec::new(), String::new(), Vec::new());
        for paragraph in rest.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(named) = line.strip_prefix("Families: ") {
                families = named.trim_end_matches('.').split(", ").map(str::to_string).collect();
            } else if let Some(title) = line.strip_prefix("Source: ") {
                paper = title.to_string();
            } else {
                about.push(line);
            }
        }
        Ok(Page {
            id: id.to_string(),
            title: title.trim().to_string(),
            about: about.join("\n\n"),
            families,
            paper,
            sections,
            functions,
            params,
            plot,
            source: file.source,
        })
    }

    /// The pages of all recipes, in order of their ids.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn all() -> Result<Vec<Page>, Diagnostic> {
        recipes::ids().iter().map(|id| Page::read(id)).collect()
    }

    /// What the recipe looks at, `None` when it has only functions of plain data.
    pub fn scope(&self) -> Option<Scope> {
        self.sections.iter().map(|s| s.scope).max()
    }

    /// The page for a terminal; `paint` colours the recipe's text.
    pub fn text(&self, paint: impl Fn(&str) -> String) -> String {
        let mut text = format!("{}\n\n{}\n", self.title, self.about);
        if !self.families.is_empty() {
            let _ = write!(text, "\nfamilies  {}", self.families.join(", "));
        }
        if !self.paper.is_empty() {
            let _ = write!(text, "\npaper     {}", self.paper);
        }
        text.push('\n');
        for section in &self.sections {
            let part = section.part.as_ref().map(|p| format!(" of part {p}")).unwrap_or_default();
            for (title, lines) in [("inputs", &section.inputs), ("outputs", &section.outputs)] {
                if !lines.is_empty() {
                    let _ = writeln!(text, "\n{title}{part}");
                }
                lines.iter().for_each(|l| {
                    let _ = writeln!(text, "  {:24} {}", l.name, l.what);
                });
            }
        }
        if !self.functions.is_empty() {
            text.push_str("\nfunctions of plain data\n");
            for (name, args) in &self.functions {
                let _ = writeln!(text, "  {name}({})", args.join(", "));
            }
        }
        if !self.params.is_empty() {
            text.push_str("\nparams\n");
            for p in &self.params {
                let _ = writeln!(text, "  {:24} {:12} {}", p.name, show(&p.default), p.help);
            }
        }
        let _ = write!(text, "\n{}", paint(self.code()));
        text
    }

    /// The recipe's text without the docstring the page has said already.
    fn code(&self) -> &str {
        let source = self.source.trim_start();
        let quote = "\"\"\"";
        let rest = source.strip_prefix(quote).and_then(|s| s.split_once(quote)).map(|s| s.1);
        rest.unwrap_or(source).trim_start()
    }

    /// The page in Markdown; `plot` is a picture to show, if there is one.
    pub fn markdown(&self, plot: Option<&str>) -> String {
        let mut page = format!("# {}\n\n**{}**\n\n{}\n", self.id, self.title, self.about);
        if let Some(plot) = plot {
            let _ = write!(page, "\n![{}]({plot})\n", self.title);
        }
        if !self.families.is_empty() {
            let _ = write!(page, "\nFamilies: {}.", self.families.join(", "));
        }
        if !self.paper.is_empty() {
            let _ = write!(page, "\nPaper: *{}*", self.paper);
        }
        page.push('\n');
        for section in &self.sections {
            let part = section.part.as_ref().map(|p| format!(", part `{p}`")).unwrap_or_default();
            let _ = write!(page, "\n## In and out{part}\n\n| | name | |\n| --- | --- | --- |\n");
            for (way, lines) in [("in", &section.inputs), ("out", &section.outputs)] {
                lines.iter().for_each(|l| {
                    let _ = writeln!(page, "| {way} | `{}` | {} |", l.name, l.what);
                });
            }
            let _ = writeln!(
                page,
                "\n{}",
                match section.scope {
                    Scope::Group => "Each group on its own: files are streamed.",
                    Scope::Batch => "Looks across the whole batch.",
                    Scope::State => "Keeps state from batch to batch.",
                }
            );
        }
        if !self.functions.is_empty() {
            page.push_str("\n## Functions of plain data\n\n");
            for (name, args) in &self.functions {
                let _ = writeln!(page, "- `{name}({})`", args.join(", "));
            }
        }
        if !self.params.is_empty() {
            page.push_str("\n## Params\n\n| name | default | meaning |\n| --- | --- | --- |\n");
            for p in &self.params {
                let help = p.help.replace('|', "\\|");
                let _ =
                    writeln!(page, "| `{}` | `{}` | {help} |", p.name, show(&p.default).replace('|', "\\|"));
            }
        }
        let _ = write!(page, "\n## The recipe\n\n```python\n{}\n```\n", self.code().trim_end());
        page
    }
}

impl Section {
    fn of(part: Option<String>, plan: &Plan) -> Section {
        let graph = plan.graph();
        let line = |name: &str, id: NodeId| Line {
            name: name.to_string(),
            what: format!(
                "{} on {}",
                graph.kind(id).name(),
                graph.describe(graph.shape(id)).replace('`', "")
            ),
        };
        let inputs = plan.columns().into_iter().filter_map(|name| {
            let (shape, kind) = graph.schema().columns.get(&name)?;
            Some(Line {
                what: format!("{} on {}", kind.name(), graph.describe(shape).replace('`', "")),
                name,
            })
        });
        let scope = match (graph.updates().is_empty(), plan.needs_whole_batch()) {
            (false, _) => Scope::State,
            (true, true) => Scope::Batch,
            (true, false) => Scope::Group,
        };
        let outputs = plan.outputs().iter().map(|(name, id)| line(name, *id)).collect();
        Section { part, inputs: inputs.collect(), outputs, scope }
    }
}

/// The index of all pages, by family.
pub fn index(pages: &[Page]) -> String {
    let mut text = String::from(
        "# Recipes\n\nPublished systems as specs, generated by `meed recipe pages`. Each is a file of `recipes/`, scores by its\n\
         id (`meed score pure rollouts.jsonl`), and is loaded by others with `load(\"@recipes//pure.star\", …)`.\n\
         *Scope* says what a recipe looks at: each group on its own, the whole batch, or state from earlier batches.\n",
    );
    for (family, pages) in by_family(pages) {
        let _ = write!(text, "\n## {family}\n\n| recipe | what it is | scope |\n| --- | --- | --- |\n");
        for page in pages {
            let scope = page.scope().map_or("plain data", Scope::name);
            let _ = writeln!(text, "| [{id}]({id}.md) | {} | {scope} |", page.title, id = page.id);
        }
    }
    text
}

/// Pages under the first of their families, in order.
pub fn by_family(pages: &[Page]) -> BTreeMap<&str, Vec<&Page>> {
    let mut families: BTreeMap<&str, Vec<&Page>> = BTreeMap::new();
    for page in pages {
        families.entry(page.families.first().map_or("other", String::as_str)).or_default().push(page);
    }
    families
}
