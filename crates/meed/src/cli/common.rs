//! Options several commands share.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use meed_data::{OnError, ReadOptions};
use meed_spec::params::{from_json, parse_value};
use meed_spec::words::Arg;

/// Knobs of the spec.
#[derive(Args)]
pub struct Settings {
    /// Sets a param of the spec; the value is JSON, or else a text. `@FILE` sets all that the JSON object in the file
    /// names, such as what `fit -o` wrote. May be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE | @FILE")]
    set: Vec<String>,
}

impl Settings {
    pub fn values(&self) -> Result<BTreeMap<String, Arg>> {
        let mut values = BTreeMap::new();
        for text in &self.set {
            if let Some(path) = text.strip_prefix('@') {
                values.extend(from_file(path)?);
                continue;
            }
            let Some((name, value)) = text.split_once('=') else {
                bail!("`--set {text}` is not of the form name=value");
            };
            if values.insert(name.trim().to_string(), parse_value(value.trim())).is_some() {
                bail!("`{name}` is set twice");
            }
        }
        Ok(values)
    }
}

/// The params a JSON object in a file names.
fn from_file(path: &str) -> Result<BTreeMap<String, Arg>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the params in {path}"))?;
    let json: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).with_context(|| format!("{path} is not a JSON object of params"))?;
    Ok(json.iter().map(|(name, value)| (name.clone(), from_json(value))).collect())
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RowErrors {
    /// Stop at the first row that cannot be used.
    Fail,
    /// Leave such rows out and count them.
    Skip,
}

/// How rollouts are read.
#[derive(Args)]
pub struct Reading {
    /// Reads a column from another field: `text=result.reply`. May be repeated.
    #[arg(long = "map", value_name = "COLUMN=PATH")]
    map: Vec<String>,
    /// What to do with a row that cannot be used.
    #[arg(long, value_enum, default_value = "fail")]
    on_error: RowErrors,
    /// The fields (comma-separated) whose values make a group.
    #[arg(long, value_name = "FIELDS")]
    group_by: Option<String>,
    /// The field that tells training steps apart; state is carried from one to the next.
    #[arg(long, value_name = "FIELD")]
    pub batch_by: Option<String>,
    /// Holds the whole input in memory, so that the rows of a group may lie anywhere.
    #[arg(long)]
    gather: bool,
    /// Stops after this many rollouts.
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<u64>,
    /// The longest line accepted, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    max_line: usize,
}

impl Reading {
    pub fn options(&self, keep_rows: bool) -> Result<ReadOptions> {
        let mut map = Vec::new();
        for text in &self.map {
            let Some((column, path)) = text.split_once('=') else {
                bail!("`--map {text}` is not of the form column=path");
            };
            map.push((column.trim().to_string(), path.trim().to_string()));
        }
        Ok(ReadOptions {
            map,
            on_error: match self.on_error {
                RowErrors::Fail => OnError::Fail,
                RowErrors::Skip => OnError::Skip,
            },
            group_by: self.group_by.clone(),
            batch_by: self.batch_by.clone(),
            limit: self.limit,
            gather: self.gather,
            max_line: self.max_line << 20,
            keep_rows,
            ..ReadOptions::default()
        })
    }
}
