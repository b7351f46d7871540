//! Which layout the first rows have, and where its well-known columns are.

use std::collections::{HashMap, HashSet};

use super::seen::Seen;
use super::table::{ANSWER, GROUP, KNOWN, Known, NESTS, PROMPT, TEXT, WHOLE};
use super::{Layout, RowForm};
use crate::error::DataError;
use crate::row::chat;
use crate::value::Value;
use meed_algebra::error::similar;

/// A layout, the sample it was recognised from, and what it needs computed before fields are read.
#[derive(Debug, Clone)]
pub(crate) struct Recognised {
    pub(crate) layout: Layout,
    pub(crate) seen: Seen,
    pub(crate) sample: Vec<Value>,
    pub(crate) derived: Option<Virtual>,
    /// The list whose length is the number of rollouts, in task rows.
    pub(crate) spine: Option<String>,
    /// The field that tells the rollouts of a group apart.
    pub(crate) rollout_id: Option<String>,
    /// The group key was found in a field that names tasks.
    pub(crate) named_tasks: bool,
}

/// Members computed from others before columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Virtual {
    /// `#text` and `#chosen`: the chosen responses, then the rejected ones.
    Preference,
    /// `#text`: a query without the prompt it begins with, from these fields.
    Strip(&'static str, &'static str),
    /// `#text`: the last thing said in a graph of messages, of the trace that is trained on.
    Reply,
}

impl Virtual {
    /// The fields it reads.
    pub(crate) fn inputs(self) -> [&'static str; 2] {
        match self {
            Virtual::Preference => ["chosen", "rejected"],
            Virtual::Strip(query, prompt) => [query, prompt],
            Virtual::Reply => ["traces", "nodes"],
        }
    }

    /// Computes the members from the two inputs: `#text`, and `#chosen` for preferences.
    pub(crate) fn compute(self, a: &Value, b: &Value) -> [Value; 2] {
        match self {
            Virtual::Preference => {
                let (chosen, rejected) = (responses(a), responses(b));
                let flags = chosen
                    .iter()
                    .map(|_| Value::Bool(true))
                    .chain(rejected.iter().map(|_| Value::Bool(false)));
                let flags = Value::List(flags.collect());
                [Value::List(chosen.into_iter().chain(rejected).collect()), flags]
            }
            Virtual::Strip(..) => [strip(a, b), Value::Null],
            Virtual::Reply => [reply(a, b), Value::Null],
        }
    }
}

/// One response, or several.
fn responses(value: &Value) -> Vec<Value> {
    let chat = |v: &[Value]| v.iter().any(|m| matches!(m, Value::Object(_)));
    match value.plain() {
        Value::Null => Vec::new(),
        Value::List(v) if !chat(v) => v.clone(),
        Value::Numbers(v) if v.is_empty() => Vec::new(),
        one => vec![one.clone()],
    }
}

fn strip(query: &Value, prompt: &Value) -> Value {
    match (query.plain(), prompt.plain()) {
        (Value::Text(query), Value::Text(prompt)) => {
            Value::Text(query.strip_prefix(&**prompt).unwrap_or(query).into())
        }
        (Value::List(queries), Value::List(prompts)) => {
            let prompts = prompts.iter().chain(std::iter::repeat(&Value::Null));
            Value::List(queries.iter().zip(prompts).map(|(q, p)| strip(q, p)).collect())
        }
        (Value::List(queries), prompt) => Value::List(queries.iter().map(|q| strip(q, prompt)).collect()),
        (query, _) => query.clone(),
    }
}

/// The reply of an episode: of its first trace that is trained on (or its first), else of the nodes beside it.
fn reply(traces: &Value, nodes: &Value) -> Value {
    let traces = list(traces);
    let trained = |t: &&Value| *t.get("agent").get("trainable") != Value::Bool(false);
    let trace = traces.iter().find(trained).or(traces.first());
    if let Some(text) = trace.and_then(|t| t.get("root_reply").text()) {
        return Value::Text(text.trim().into());
    }
    let messages = list(trace.map_or(nodes, |t| t.get("nodes"))).iter().map(|node| node.get("message"));
    let last = messages.rev().find(|m| m.get("role").text().is_some_and(|role| &**role == "assistant"));
    last.map_or(Value::Null, |m| Value::Text(chat::assistant(std::slice::from_ref(m), false).trim().into()))
}

fn list(value: &Value) -> &[Value] {
    if let Value::List(items) = value.plain() { items } else { &[] }
}

/// Recognises the layout of the sampled rows.
pub(crate) fn recognise(
    mut sample: Vec<Value>,
    map: &[(String, String)],
    group_by: Option<&str>,
    batch_by: Option<&str>,
) -> Result<Recognised, DataError> {
    let mut seen = see(&sample);
    let known = KNOWN.iter().find(|k| fits(k, &seen)).unwrap_or(&KNOWN[KNOWN.len() - 1]);
    let derived = derived(known, &seen);
    if let Some(derived) = derived {
        derive(&mut sample, derived);
        seen = see(&sample);
    }
    let mapped =
        |name: &str| map.iter().rev().find(|(field, _)| field == name).map(|(_, path)| path.as_str());
    for (field, path) in map {
        require(&seen, path, &format!("--map {field}={path}"))?;
    }
    let find = |name: &str, first: &[&str], usual: &[&str], test: fn(&Seen) -> bool| {
        if let Some(path) = mapped(name) {
            return Some(path.to_string());
        }
        first.iter().chain(usual).find(|p| seen.at(p).is_some_and(test)).map(|p| p.to_string())
    };
    let text = match derived {
        Some(_) if mapped("text").is_none() => Some("#text".to_string()),
        _ => find("text", known.text, TEXT, |s| s.is_text_like() || s.is_list_of_texts()),
    };
    let prompt = find("prompt", known.prompt, PROMPT, Seen::is_text_like);
    // A chat that holds prompt and response is both.
    let text = text.or_else(|| {
        let ends_with_answer = |v: &Value| last_role(v.get("messages")) == Some("assistant");
        (seen.at("messages").is_some_and(Seen::is_messages) && sample.iter().all(ends_with_answer))
            .then(|| "messages".to_string())
    });
    let answer = find("answer", known.answer, ANSWER, |s| {
        s.is_text()
            || (s.numbers > 0 && s.is_numeric())
            || s.objects > 0
            || (s.lists > 0 && s.texts > 0)
            || s.is_list_of_texts()
    });

    let spine = match text.as_deref().and_then(|path| Some((path, seen.at(path)?))) {
        Some((path, at)) => at.is_list_of_texts().then(|| path.to_string()),
        None => parallel_lists(&seen, &sample),
    };
    let rows = if spine.is_some() { RowForm::Task } else { RowForm::Rollout };
    let mut named_tasks = false;
    let (group, why) = match group_by.or(mapped("task")).or(mapped("group")) {
        Some(path) => {
            let paths: Vec<String> = path.split(',').map(|p| p.trim().to_string()).collect();
            for path in &paths {
                require(&seen, path, "the group key")?;
            }
            (paths, "asked for".to_string())
        }
        None => {
            let (key, why) = group_key(known, &seen, &sample, prompt.as_deref(), rows);
            named_tasks = !key.is_empty() && Some(&key[0]) != prompt.as_ref();
            (key, why)
        }
    };
    let batch = match batch_by {
        Some(path) => {
            require(&seen, path, "--batch-by")?;
            Some(path.to_string())
        }
        None => known.batch.map(str::to_string),
    };
    let rollout_id = (rows == RowForm::Rollout).then(|| rollout_id(&seen, &sample, &group)).flatten();

    let mut aliases: Vec<(String, String)> = Vec::new();
    for (name, path) in [("text", &text), ("prompt", &prompt), ("answer", &answer)] {
        if let Some(path) = path {
            aliases.push((name.to_string(), path.clone()));
        }
    }
    if derived == Some(Virtual::Preference) {
        aliases.push(("chosen".to_string(), "#chosen".to_string()));
    }
    if let Some(path) = prompt.filter(|p| p != "messages" && seen.at(p).is_some_and(Seen::is_messages)) {
        aliases.push(("messages".to_string(), path));
    }
    for name in WHOLE.iter().filter(|name| seen.at(name).is_none() && mapped(name).is_none()) {
        let nested = NESTS.iter().map(|nest| format!("{nest}.{name}")).find(|path| seen.at(path).is_some());
        aliases.extend(nested.map(|path| (name.to_string(), path)));
    }
    for (field, path) in map {
        if !["text", "prompt", "answer", "task", "group"].contains(&field.as_str()) {
            aliases.push((field.clone(), path.clone()));
        }
    }
    let layout = Layout { name: known.name, rows, group_by: group, group_why: why, batch_by: batch, aliases };
    Ok(Recognised { layout, seen, sample, derived, spine, rollout_id, named_tasks })
}

fn see(sample: &[Value]) -> Seen {
    let mut seen = Seen::default();
    sample.iter().for_each(|row| seen.add(row));
    seen.settle();
    seen
}

fn require(seen: &Seen, path: &str, who: &str) -> Result<(), DataError> {
    if seen.at(path).is_some() {
        return Ok(());
    }
    let names: Vec<&str> = seen.keys.keys().map(|k| &**k).collect();
    let hint = similar(path, &names).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
    Err(DataError::Columns(format!(
        "{who}: the first rows have no field `{path}`{hint} (fields: {})",
        names.join(", ")
    )))
}

fn fits(known: &Known, seen: &Seen) -> bool {
    let there = |path: &&str| seen.at(path).is_some();
    known.all.iter().all(there)
        && (known.any.is_empty() || known.any.iter().any(there))
        && (known.name != "preference" || derived(known, seen).is_some())
}

fn derived(known: &Known, seen: &Seen) -> Option<Virtual> {
    let text = |path: &str| seen.at(path).is_some_and(|s| s.is_text_like() || s.is_list_of_texts());
    match known.name {
        "preference" => (text("chosen") && text("rejected")).then_some(Virtual::Preference),
        "OpenRLHF" => {
            let query = ["query", "queries"].into_iter().find(|p| text(p))?;
            let prompt = ["prompt", "prompts"].into_iter().find(|p| text(p))?;
            let other = ["response", "output", "completion"].iter().any(|p| text(p));
            (!other).then_some(Virtual::Strip(query, prompt))
        }
        "verifiers traces" => Some(Virtual::Reply),
        _ => None,
    }
}

fn derive(sample: &mut [Value], derived: Virtual) {
    let [a, b] = derived.inputs();
    for row in sample {
        let [text, chosen] = derived.compute(row.get(a), row.get(b));
        if let Value::Object(members) = row {
            members.push(("#text".into(), text));
            if derived == Virtual::Preference {
                members.push(("#chosen".into(), chosen));
            }
        }
    }
}

fn last_role(chat: &Value) -> Option<&str> {
    match chat {
        Value::List(messages) => messages.last()?.get("role").text().map(|t| &**t),
        _ => None,
    }
}

/// Without a response: a list of texts that is as long as another list on every row says that rows are tasks.
fn parallel_lists(seen: &Seen, sample: &[Value]) -> Option<String> {
    let lists: Vec<String> = super::candidates::candidates(seen)
        .into_iter()
        .filter(|c| {
            c.depth() > 0
                && !c.hops.iter().take_while(|h| **h != super::Hop::Each).any(|h| *h == super::Hop::Each)
        })
        .filter(|c| !ANSWER.contains(&c.name.as_str()))
        .map(|c| c.name)
        .collect();
    let lens =
        |path: &str| -> Vec<Option<usize>> { sample.iter().map(|row| list_len(walk(row, path))).collect() };
    lists.iter().filter(|path| seen.at(path).is_some_and(Seen::is_list_of_texts)).find_map(|path| {
        let mine = lens(path);
        let shared = mine.iter().all(|l| l.is_some())
            && lists.iter().any(|other| other != path && lens(other) == mine);
        shared.then(|| path.clone())
    })
}

fn list_len(value: Option<&Value>) -> Option<usize> {
    match value?.plain() {
        Value::Numbers(v) => Some(v.len()),
        Value::List(v) => Some(v.len()),
        _ => None,
    }
}

/// The value at a dotted path, not through lists.
pub(super) fn walk<'v>(row: &'v Value, path: &str) -> Option<&'v Value> {
    let Value::Object(members) = row.plain() else { return None };
    if let Some((_, value)) = members.iter().rev().find(|(k, _)| **k == *path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let (_, value) = members.iter().rev().find(|(k, _)| **k == path[..dot])?;
        walk(value, &path[dot + 1..])
    })
}

/// The first field, or two, that can tell tasks apart, and why.
fn group_key(
    known: &Known,
    seen: &Seen,
    sample: &[Value],
    prompt: Option<&str>,
    rows: RowForm,
) -> (Vec<String>, String) {
    let scalar =
        |path: &str| seen.at(path).is_some_and(|s| s.is_text() || s.is_numeric()) && on_most(sample, path);
    let names =
        known.group.iter().chain(GROUP.iter().filter(|n| !(known.name == "verifiers" && **n == "task")));
    for name in names {
        if !scalar(name) {
            continue;
        }
        let mut key = vec![name.to_string()];
        match *name {
            "extra_info.index" if scalar("data_source") => key.insert(0, "data_source".to_string()),
            "index" => key.extend(prompt.map(str::to_string)),
            _ => {}
        }
        if rows == RowForm::Task || tells_tasks_apart(sample, &key, prompt) {
            return (key, format!("the first field that names a task: {name}"));
        }
    }
    match prompt {
        Some(prompt) => (vec![prompt.to_string()], "no field names the task, so its prompt does".to_string()),
        None => (
            Vec::new(),
            "no field names the task and there is no prompt: every row is its own group".to_string(),
        ),
    }
}

/// Whether most rows have a value there; one without is then a mistake, and is reported as one.
fn on_most(sample: &[Value], path: &str) -> bool {
    let with = sample.iter().filter(|row| walk(row, path).is_some_and(|v| *v != Value::Null)).count();
    with * 2 > sample.len()
}

/// The same key never goes with two prompts, and does not split rows that share a prompt one by one.
fn tells_tasks_apart(sample: &[Value], key: &[String], prompt: Option<&str>) -> bool {
    let Some(prompt) = prompt else { return true };
    let mut prompts: HashMap<String, String> = HashMap::new();
    let mut distinct = HashSet::new();
    for row in sample {
        let shown = |path: &str| walk(row, path).map_or_else(String::new, |v| format!("{v:?}"));
        let key: String = key.iter().map(|path| shown(path)).collect();
        let prompt = shown(prompt);
        if prompts.insert(key, prompt.clone()).is_some_and(|before| before != prompt) {
            return false;
        }
        distinct.insert(prompt);
    }
    !(prompts.len() == sample.len() && distinct.len() < sample.len())
}

/// `rollout_id`; or `id`, unless the rows of every group share it.
fn rollout_id(seen: &Seen, sample: &[Value], group: &[String]) -> Option<String> {
    let scalar = |path: &str| seen.at(path).is_some_and(|s| s.is_text() || s.is_numeric());
    if scalar("rollout_id") {
        return Some("rollout_id".to_string());
    }
    if !scalar("id") || group.iter().any(|g| g == "id") {
        return None;
    }
    let mut ids: HashMap<String, Vec<String>> = HashMap::new();
    for row in sample {
        let shown = |path: &str| walk(row, path).map_or_else(String::new, |v| format!("{v:?}"));
        ids.entry(group.iter().map(|path| shown(path)).collect()).or_default().push(shown("id"));
    }
    let shared = ids.values().filter(|v| v.len() > 1).all(|v| v.iter().all(|id| *id == v[0]));
    (!shared).then(|| "id".to_string())
}
