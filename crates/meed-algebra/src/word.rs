//! A word of the language, described as data: its help, the reference and its tests come from here.

/// What a word is for; `meed words` groups by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Inputs: columns, parameters, constants.
    Column,
    /// Element by element.
    Elementwise,
    /// From many values to one on an axis above.
    Reduce,
    /// Against the siblings, same shape.
    Within,
    /// Along the siblings.
    Scan,
    /// To another axis or place.
    Move,
    /// Ordered pairs.
    Pairs,
    /// Parents, children, look-ups.
    Link,
    /// Vectors and lanes.
    Vector,
    /// Absent values.
    Absent,
    /// Training time and state.
    Time,
    /// Chance.
    Chance,
    /// Gradients.
    Gradient,
    /// Scorers that check an answer.
    Verify,
    /// Scorers that compare a text with a reference.
    Overlap,
    /// Scorers that measure a text.
    Text,
    /// Scorers of texts among their siblings.
    Siblings,
    /// Scorers of boxes, points and shapes.
    Geometry,
    /// Scorers of puzzles and games.
    Puzzle,
    /// Scorers that check a format or compare structures.
    Format,
    /// Scorers that check instructions.
    Instruct,
    /// Scorers of tool calls.
    Tools,
    /// Starlark functions.
    Program,
    /// Plain texts, inside functions.
    PlainText,
    /// Plain tables of numbers, inside functions.
    PlainTable,
}

impl Family {
    /// The heading used in listings.
    pub fn title(self) -> &'static str {
        match self {
            Family::Column => "columns and knobs",
            Family::Elementwise => "element by element",
            Family::Reduce => "reduce to an axis above",
            Family::Within => "within an axis above",
            Family::Scan => "scan along siblings",
            Family::Move => "move",
            Family::Pairs => "pairs",
            Family::Link => "links",
            Family::Vector => "vectors and lanes",
            Family::Absent => "absent values",
            Family::Time => "time and state",
            Family::Chance => "chance",
            Family::Gradient => "gradients",
            Family::Verify => "verify an answer",
            Family::Overlap => "compare a text with a reference",
            Family::Text => "measure a text",
            Family::Siblings => "texts among their siblings",
            Family::Geometry => "boxes, points and shapes",
            Family::Puzzle => "puzzles and games",
            Family::Format => "formats and structure",
            Family::Instruct => "follow instructions",
            Family::Tools => "tool calls",
            Family::Program => "programs",
            Family::PlainText => "texts in functions",
            Family::PlainTable => "tables of numbers in functions",
        }
    }
}

/// A word: signature, help and examples, which are also its tests.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// The name.
    pub name: &'static str,
    /// What it is for.
    pub family: Family,
    /// Axes in and out: `any below axis → axis`.
    pub axes: &'static str,
    /// One line.
    pub summary: &'static str,
    /// More, in full sentences; may be empty.
    pub details: &'static str,
    /// Arguments: name and default as written, and meaning.
    pub args: &'static [Arg],
    /// Examples with results.
    pub examples: &'static [Example],
}

/// An argument of a [`Word`].
#[derive(Debug, Clone, Copy)]
pub struct Arg {
    /// Name, with its default when it has one: `ddof=0`.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
}

/// An example of a [`Word`]: run as a test, printed by `meed help`.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// An expression of the language.
    pub code: &'static str,
    /// Its columns as a JSON object of nested lists; the nesting gives the axis: a value for the batch, `[g]`
    /// for groups, `[g][r]` for rollouts, `[g][r][s]` for steps (tokens, where the name ends in `@token`).
    pub with: &'static str,
    /// The result as JSON, nested the same way; absent values are the reason in angle brackets: `"<masked>"`.
    pub gives: &'static str,
}
