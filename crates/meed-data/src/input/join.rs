//! Rollouts whose task fields lie in a file beside them: NeMo Gym writes `rollouts.jsonl` and the rows it asked with,
//! `rollouts_materialized_inputs.jsonl`, which belong together by the task's and the rollout's number.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::files::unpack;

const TASK: &str = "_ng_task_index";
const ROLLOUT: &str = "_ng_rollout_index";
const INPUTS: &str = "_materialized_inputs";

/// What is written beside rollouts and holds none.
const BESIDE: [&str; 3] = [INPUTS, "_failures", "_aggregate_metrics"];

type Members = Vec<(String, Box<RawValue>)>;

/// The fields of tasks, by number.
pub(crate) struct Join {
    /// Of one rollout of a task.
    rollouts: HashMap<(String, String), Arc<Members>>,
    /// Of the task, from its first row.
    tasks: HashMap<String, Arc<Members>>,
}

impl Join {
    /// The fields beside a file of rollouts, when there are any.
    pub(crate) fn beside(path: &Path) -> std::io::Result<Option<Join>> {
        let Some(inputs) = sibling(path, INPUTS).filter(|p| p.is_file()) else { return Ok(None) };
        let mut text = String::new();
        unpack(&inputs, Arc::default())?.read_to_string(&mut text)?;
        let mut join = Join { rollouts: HashMap::new(), tasks: HashMap::new() };
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let Ok(row) = serde_json::from_str::<Row>(line) else { continue };
            let Some((task, rollout)) = row.key() else { continue };
            let members = Arc::new(row.0);
            join.tasks.entry(task.clone()).or_insert_with(|| members.clone());
            if let Some(rollout) = rollout {
                join.rollouts.insert((task, rollout), members);
            }
        }
        Ok((!join.tasks.is_empty()).then_some(join))
    }

    /// The lines of a block with the fields they lack at their ends.
    pub(crate) fn complete<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let Ok(text) = std::str::from_utf8(text) else { return Cow::Borrowed(text) };
        let mut out = Vec::with_capacity(text.len() * 2);
        for line in text.split_inclusive('\n') {
            let trimmed = line.trim_end();
            let added = serde_json::from_str::<Row>(trimmed).ok().and_then(|row| self.lacking(&row));
            match (added, trimmed.strip_suffix('}')) {
                (Some(added), Some(open)) => {
                    out.extend_from_slice(open.as_bytes());
                    out.extend_from_slice(added.as_bytes());
                    out.extend_from_slice(b"}\n");
                }
                _ => out.extend_from_slice(line.as_bytes()),
            }
        }
        Cow::Owned(out)
    }

    fn lacking(&self, row: &Row) -> Option<String> {
        let (task, rollout) = row.key()?;
        let own = rollout.and_then(|r| self.rollouts.get(&(task.clone(), r)));
        let members = own.or_else(|| self.tasks.get(&task))?;
        let lacks = |name: &str| row.0.iter().all(|(known, _)| known != name);
        let added = members.iter().filter(|(name, _)| lacks(name));
        let text: String =
            added.map(|(name, value)| format!(",{}:{}", Value::String(name.clone()), value.get())).collect();
        Some(text).filter(|t| !t.is_empty())
    }
}

/// The members of a row, in order.
struct Row(Members);

impl Row {
    fn key(&self) -> Option<(String, Option<String>)> {
        let get = |name: &str| self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.get().to_string());
        Some((get(TASK)?, get(ROLLOUT)))
    }
}

impl<'de> serde::Deserialize<'de> for Row {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Row;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Row(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// `rollouts.jsonl.gz` with `_failures`: `rollouts_failures.jsonl.gz`.
fn sibling(path: &Path, ending: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (stem, extension) = name.split_once('.')?;
    Some(path.with_file_name(format!("{stem}{ending}.{extension}")))
}

/// Whether a file of a folder only goes with one of the others.
pub(super) fn is_beside(path: &Path, others: &[PathBuf]) -> bool {
    let stem = |p: &Path| {
        p.file_name().and_then(|n| n.to_str()).and_then(|n| n.split_once('.')).map(|(s, _)| s.to_string())
    };
    let Some(own) = stem(path) else { return false };
    BESIDE.iter().any(|ending| {
        own.strip_suffix(ending).is_some_and(|base| others.iter().any(|o| stem(o).is_some_and(|s| s == base)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_lacks_comes_from_its_task() {
        let row = |text: &str| Arc::new(serde_json::from_str::<Row>(text).unwrap().0);
        let task = row(r#"{"_ng_task_index": 7, "expected_answer": "4", "reward": 9}"#);
        let join = Join { rollouts: HashMap::new(), tasks: HashMap::from([("7".to_string(), task)]) };
        let lines = b"{\"_ng_task_index\":7,\"reward\":1.0}\n{\"_ng_task_index\":8}\nnonsense\n";
        let done = String::from_utf8(join.complete(lines).into_owned()).unwrap();
        let expected = "{\"_ng_task_index\":7,\"reward\":1.0,\"expected_answer\":\"4\"}\n";
        assert_eq!(done, format!("{expected}{{\"_ng_task_index\":8}}\nnonsense\n"));
    }

    #[test]
    fn what_lies_beside_is_not_rollouts() {
        let paths: Vec<PathBuf> =
            ["rollouts.jsonl", "rollouts_materialized_inputs.jsonl", "other_failures.jsonl"]
                .map(PathBuf::from)
                .into();
        let kept: Vec<bool> = paths.iter().map(|p| is_beside(p, &paths)).collect();
        assert_eq!(kept, [false, true, false]);
    }
}
