//! Opened inputs: what they hold, and their rollouts piece by piece.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use meed_algebra::Schema;
use rayon::prelude::*;

use crate::assemble::{Piece, assemble};
use crate::error::{DataError, Fault, RowError};
use crate::input::{
    Chunk, Feed, Files, Format, Parsing, ROWS, expand, of_records, of_values, open, parse, sample,
};
use crate::layout::{Fields, Layout, Recognised, RowForm, recognise};
use crate::options::{Extent, OnError, ReadOptions, Report};
use crate::row::{Plan, Row, path};
use crate::value::Value;

/// Rows looked at to recognise the layout and the columns.
const SAMPLE: usize = 1000;

const ERRORS_KEPT: usize = 20;

/// Opened inputs.
pub struct Source {
    files: Files,
    options: ReadOptions,
    data: Recognised,
    feed: Feed,
    /// Chunks read for the sample and not yet parsed.
    pending: VecDeque<Chunk>,
    plan: Option<Plan>,
    rows: VecDeque<Result<Row, RowError>>,
    /// Groups read and not yet handed out, all of one batch; with the batch's step.
    ready: VecDeque<Vec<Row>>,
    step: u64,
    /// The groups that are `ready` lie scattered, so they go out together.
    scattered: bool,
    batches: u64,
    /// The group being read, when streaming.
    open: Vec<Row>,
    /// Where groups ended, when streaming, by hash of the key.
    seen: HashMap<u64, (u32, u64)>,
    /// Named tasks so far in one file and batch (`.0`, `.1`), by hash, to find those that appear twice.
    tasks: (u32, u64, HashSet<u64>),
    report: Report,
    read: Arc<AtomicU64>,
    done: bool,
}

impl Source {
    /// Opens files or folders of one format and recognises their layout from the first rows.
    ///
    /// # Errors
    /// When a file cannot be read, formats differ, there is no row, or an option names a field that is not there.
    pub fn open(paths: &[PathBuf], options: &ReadOptions) -> Result<Source, DataError> {
        let files = expand(paths)?;
        let read = Arc::new(AtomicU64::new(0));
        let feed = open(&files, options.max_line, read.clone())?;
        Source::recognised(files, feed, read, options)
    }

    /// Rows a program has in memory: objects, under a name for messages. They are not kept for [`crate::Sink`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn of_values(name: &str, rows: Vec<Value>, options: &ReadOptions) -> Result<Source, DataError> {
        let (files, feed) = of_values(name, rows);
        Source::recognised(files, feed, Arc::default(), options)
    }

    /// So many rows in memory show what all of them are: others may follow with [`Self::extend`].
    pub const SHOWN: usize = ROWS;

    /// The members of rows that are read, once [`Self::select`] has said so; `None` when all of them are.
    pub fn members(&self) -> Option<Vec<&str>> {
        let pick = &self.plan.as_ref()?.pick;
        (!pick.all).then(|| pick.keys.iter().map(|(name, _)| &**name).collect())
    }

    /// Further rows for [`Self::of_values`], before any were asked for; `before` of them were there. Members that are
    /// not read may be left out.
    pub fn extend(&mut self, rows: Vec<Value>, before: usize) {
        self.feed.extend(rows, before as u64 + 1);
    }

    /// Record batches a program has in memory, all of this schema, under a name for messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn of_records(
        name: &str,
        schema: arrow_schema::SchemaRef,
        batches: Vec<arrow_array::RecordBatch>,
        options: &ReadOptions,
    ) -> Result<Source, DataError> {
        let (files, feed) = of_records(name, schema, batches);
        Source::recognised(files, feed, Arc::default(), options)
    }

    fn recognised(
        files: Files,
        mut feed: Feed,
        read: Arc<AtomicU64>,
        options: &ReadOptions,
    ) -> Result<Source, DataError> {
        let mut pending = VecDeque::new();
        let mut rows = Vec::new();
        while rows.is_empty() {
            match feed.next() {
                None => break,
                Some(chunk) => {
                    let chunk = chunk?;
                    rows = sample(&chunk, SAMPLE, options.max_line);
                    pending.push_back(chunk);
                }
            }
        }
        if pending.is_empty() {
            return Err(DataError::file(files.names.join(", "), "no rows"));
        }
        let nothing = rows.is_empty();
        let data = recognise(rows, &options.map, options.group_by.as_deref(), options.batch_by.as_deref())?;
        let report = Report { bytes_total: files.bytes, ..Report::default() };
        let mut source = Source {
            files,
            options: options.clone(),
            data,
            feed,
            pending,
            plan: None,
            rows: VecDeque::new(),
            ready: VecDeque::new(),
            step: 0,
            scattered: false,
            batches: 0,
            open: Vec::new(),
            seen: HashMap::new(),
            tasks: (0, 0, HashSet::new()),
            report,
            read,
            done: false,
        };
        if nothing {
            return Err(source.why_nothing());
        }
        Ok(source)
    }

    /// What is wrong with an input no row of which could be read.
    fn why_nothing(&mut self) -> DataError {
        if let Err(e) = self.next(Extent::Batch) {
            return e;
        }
        let names = self.files.names.join(", ");
        match self.report.errors.first() {
            Some(first) => DataError::file(
                names,
                format!("none of the {} rows can be used; the first: {first}", self.report.skipped),
            ),
            None => DataError::file(names, "no rows"),
        }
    }

    /// How the rows were understood.
    pub fn layout(&self) -> &Layout {
        &self.data.layout
    }

    /// The files' format.
    pub fn format(&self) -> Format {
        self.files.format
    }

    /// The columns of Parquet and Arrow files.
    pub(crate) fn records(&self) -> Option<arrow_schema::SchemaRef> {
        self.feed.schema()
    }

    /// Every column a spec may name, as the first rows show them. `declared` gives the axis a spec insists on,
    /// by column: the name of an axis, or `vector` for a list that is one value.
    ///
    /// # Errors
    /// When a declared axis does not fit the data.
    pub fn schema(&self, declared: &BTreeMap<String, String>) -> Result<Schema, DataError> {
        Ok(Fields::new(&self.data, declared)?.schema())
    }

    /// Chooses the columns to decode. Call it once, before [`Self::next`], with the `declared` of the schema.
    ///
    /// # Errors
    /// When a column is not in the data.
    pub fn select(
        &mut self,
        columns: &BTreeSet<String>,
        declared: &BTreeMap<String, String>,
    ) -> Result<(), DataError> {
        let fields = Fields::new(&self.data, declared)?;
        self.plan = Some(Plan::new(&self.data, &fields, columns)?);
        Ok(())
    }

    /// What was read so far.
    pub fn report(&self) -> Report {
        Report { bytes_read: self.read.load(Ordering::Relaxed), ..self.report.clone() }
    }

    /// The next rollouts; `None` at the end.
    ///
    /// # Errors
    /// At a row that cannot be used (unless they are skipped), when reading fails, or when a group's rows are
    /// scattered over an input too large to hold.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, extent: Extent) -> Result<Option<Piece>, DataError> {
        if self.plan.is_none() {
            self.select(&BTreeSet::new(), &BTreeMap::new())?;
        }
        if self.done {
            return Ok(None);
        }
        let whole = extent == Extent::Batch
            || self.data.layout.batch_by.is_some()
            || self.options.gather
            || self
                .files
                .bytes
                .is_some_and(|b| b <= self.options.hold / if self.files.compressed { 8 } else { 1 });
        if self.ready.is_empty() {
            if whole {
                self.fill_batch()?;
            } else {
                self.fill_groups(extent)?;
            }
        }
        let wanted = match extent {
            Extent::Groups { min_rollouts } if !self.scattered => min_rollouts,
            _ => usize::MAX,
        };
        let mut groups = Vec::new();
        let mut rollouts = 0;
        while rollouts < wanted && !self.limit_reached(rollouts) {
            let Some(group) = self.ready.pop_front() else { break };
            rollouts += self.size(&group);
            groups.push(group);
        }
        if groups.is_empty() {
            self.done = true;
            return Ok(None);
        }
        self.report.rollouts += rollouts as u64;
        self.report.groups += groups.len() as u64;
        if self.limit_reached(0) {
            self.done = true;
        }
        let Some(plan) = &self.plan else { return Ok(None) };
        let piece = assemble(plan, groups, self.step, self.files.names.clone());
        piece.map(Some).map_err(|e| DataError::file(self.files.names.join(", "), e.to_string()))
    }

    fn limit_reached(&self, more: usize) -> bool {
        self.options.limit.is_some_and(|limit| self.report.rollouts + more as u64 >= limit)
    }

    fn size(&self, rows: &[Row]) -> usize {
        let plan = self.plan.as_ref();
        rows.iter().map(|r| plan.map_or(0, |p| crate::row::rollouts(p, &r.counts))).sum()
    }

    /// Reads a batch: the rows with the same value of `batch_by`, or all.
    fn fill_batch(&mut self) -> Result<(), DataError> {
        let mut rows: Vec<Row> = std::mem::take(&mut self.open);
        while let Some(row) = self.next_row()? {
            if rows.first().is_some_and(|first| first.batch != row.batch) {
                self.open.push(row);
                break;
            }
            rows.push(row);
        }
        let Some(first) = rows.first() else { return Ok(()) };
        self.step = first.batch.as_ref().and_then(|b| b.parse().ok()).unwrap_or(self.batches);
        self.batches += 1;

        // In the order in which the groups begin.
        let mut groups: Vec<Vec<Row>> = Vec::new();
        let mut by_key: HashMap<Arc<str>, usize> = HashMap::new();
        self.scattered = false;
        let task = self.data.layout.rows == RowForm::Task;
        for row in rows {
            let last = groups.len().wrapping_sub(1);
            match by_key.get(&row.key) {
                Some(&group) if !task => {
                    self.scattered |= group != last;
                    groups[group].push(row);
                }
                _ => {
                    by_key.insert(row.key.clone(), groups.len());
                    groups.push(vec![row]);
                }
            }
        }
        for group in groups {
            self.close(group)?;
        }
        Ok(())
    }

    /// Reads whole groups.
    fn fill_groups(&mut self, extent: Extent) -> Result<(), DataError> {
        let Extent::Groups { min_rollouts } = extent else { return Ok(()) };
        let task = self.data.layout.rows == RowForm::Task;
        let mut rollouts = 0;
        while rollouts < min_rollouts.max(1) {
            let Some(row) = self.next_row()? else {
                let last = std::mem::take(&mut self.open);
                if !last.is_empty() {
                    self.close(last)?;
                }
                return Ok(());
            };
            let goes_on = self.open.first().is_some_and(|first| !task && first.key == row.key);
            if goes_on {
                self.open.push(row);
                continue;
            }
            let ended = std::mem::replace(&mut self.open, vec![row]);
            if !task {
                self.check_new_group(ended.last())?;
            }
            if !ended.is_empty() {
                rollouts += self.size(&ended);
                self.close(ended)?;
            }
        }
        Ok(())
    }

    /// The group that begins must not have been there before.
    fn check_new_group(&mut self, ended: Option<&Row>) -> Result<(), DataError> {
        if let Some(row) = ended {
            self.seen.insert(row.hash, (row.file, row.line));
        }
        let Some(row) = self.open.first() else { return Ok(()) };
        let Some((file, line)) = self.seen.get(&row.hash) else { return Ok(()) };
        let first = if *file == row.file {
            line.to_string()
        } else {
            format!("{line} of {}", self.files.names[*file as usize])
        };
        Err(DataError::Scattered {
            file: self.files.names[row.file as usize].clone(),
            key: row.key.chars().take(60).collect(),
            first,
            again: row.line,
            by: self.data.layout.group_by.join(", "),
        })
    }

    /// Checks what only a whole group shows, and makes the group ready.
    fn close(&mut self, rows: Vec<Row>) -> Result<(), DataError> {
        let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
        let mut ids: HashMap<Arc<str>, u64> = HashMap::new();
        for row in rows {
            match self.check_in_group(&row, &kept, &mut ids) {
                Ok(()) => kept.push(row),
                Err(fault) => {
                    let error = fault.at(&self.files.names[row.file as usize], row.line);
                    self.skip(error)?;
                }
            }
        }
        if !kept.is_empty() {
            self.ready.push_back(kept);
        }
        Ok(())
    }

    fn check_in_group(
        &mut self,
        row: &Row,
        before: &[Row],
        ids: &mut HashMap<Arc<str>, u64>,
    ) -> Result<(), Fault> {
        let Some(plan) = &self.plan else { return Ok(()) };
        if let Some(id) = &row.id
            && let Some(line) = ids.insert(id.clone(), row.line)
        {
            let field = self.data.rollout_id.clone().unwrap_or_default();
            return Err(Fault::field(
                field,
                format!("the id `{id}` is already that of line {line} in the same group"),
            ));
        }
        if plan.rows == RowForm::Task {
            if (self.tasks.0, self.tasks.1) != (row.file, self.batches) {
                self.tasks = (row.file, self.batches, HashSet::new());
            }
            if self.data.named_tasks && !self.tasks.2.insert(row.hash) {
                let message = format!(
                    "the task `{}` appears twice; give each row its own, or name another key with `--group-by`",
                    row.key
                );
                return Err(Fault::field(plan.key_names.join(", "), message));
            }
            return Ok(());
        }
        for (i, field) in plan.fields.iter().enumerate().take(plan.fields.len() - plan.hidden) {
            if field.is_shared(plan.rows)
                && let Some(first) = before.first()
                && !crate::row::same(&first.parts[i], &row.parts[i])
            {
                let axis = plan.tree.name(field.shape.axis);
                let message = format!("differs from line {} though it is declared on `{axis}`", first.line);
                return Err(Fault::field(path(field), message));
            }
        }
        Ok(())
    }

    /// The next usable row.
    fn next_row(&mut self) -> Result<Option<Row>, DataError> {
        loop {
            match self.rows.pop_front() {
                Some(Ok(row)) => {
                    self.report.rows_read += 1;
                    return Ok(Some(row));
                }
                Some(Err(error)) => {
                    self.report.rows_read += 1;
                    self.skip(error)?;
                }
                None if self.parse_more()? => {}
                None => return Ok(None),
            }
        }
    }

    fn skip(&mut self, error: RowError) -> Result<(), DataError> {
        if self.options.on_error == OnError::Fail {
            return Err(DataError::Row(error));
        }
        self.report.skipped += 1;
        if self.report.errors.len() < ERRORS_KEPT {
            self.report.errors.push(error);
        }
        Ok(())
    }

    /// Parses the next chunks, one per thread; whether there were any.
    fn parse_more(&mut self) -> Result<bool, DataError> {
        let Some(plan) = &self.plan else { return Ok(false) };
        let mut chunks = Vec::new();
        while chunks.len() < rayon::current_num_threads() {
            match self.pending.pop_front() {
                Some(chunk) => chunks.push(chunk),
                None => match self.feed.next() {
                    Some(chunk) => chunks.push(chunk?),
                    None => break,
                },
            }
        }
        let how = Parsing {
            names: self.files.names.clone(),
            max_line: self.options.max_line,
            keep: self.options.keep_rows,
        };
        let parsed: Vec<Vec<Result<Row, RowError>>> =
            chunks.par_iter().map(|chunk| parse(chunk, plan, &how)).collect();
        self.rows.extend(parsed.into_iter().flatten());
        Ok(!chunks.is_empty())
    }
}
