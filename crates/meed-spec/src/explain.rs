//! What a plan does, for people.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use meed_algebra::op::{Near, Op, Real, Scope, Segment, Vjp};
use meed_algebra::{Graph, NodeId, Plan, Reason, reducer_name, segment_name};

/// The expression tree of every output: what is shared is written once, what looks across groups is marked.
pub fn tree(plan: &Plan) -> String {
    let mut text = String::new();
    let uses = plan.uses();
    let mut names: HashMap<NodeId, &str> = HashMap::new();
    for (name, id) in plan.outputs() {
        names.entry(*id).or_insert(name);
    }
    let mut shown = HashSet::new();
    for (name, id) in plan.outputs() {
        let _ = writeln!(text, "{name} on {}", plan.graph().describe(plan.graph().shape(*id)));
        show(plan, *id, 1, &uses, &names, &mut shown, &mut text);
    }
    text
}

fn show(
    plan: &Plan,
    id: NodeId,
    depth: usize,
    uses: &HashMap<NodeId, usize>,
    names: &HashMap<NodeId, &str>,
    shown: &mut HashSet<NodeId>,
    text: &mut String,
) {
    let graph = plan.graph();
    let node = graph.node(id);
    let pad = "  ".repeat(depth.min(40));
    let shared = uses.get(&id).copied().unwrap_or(0) > 1 && !node.inputs.is_empty();
    let mut marks = Vec::new();
    if plan.is_batch_wide(id) && !matches!(node.op, Op::Number(_) | Op::Text(_)) {
        marks.push("batch-wide".to_string());
    }
    if shared {
        marks.push(match names.get(&id) {
            Some(name) if depth > 1 => format!("shared: {name}"),
            _ => format!("shared #{}", id.0),
        });
    }
    let marks = if marks.is_empty() { String::new() } else { format!("   [{}]", marks.join(", ")) };
    let _ = writeln!(text, "{pad}{}{marks}", label(graph, id));
    if shared && !shown.insert(id) {
        if !node.inputs.is_empty() {
            let _ = writeln!(text, "{pad}  …as above");
        }
        return;
    }
    // A repetition downwards is not worth a line of its own.
    for input in &node.inputs {
        let through = |i: NodeId| match graph.node(i).op {
            Op::Spread => graph.node(i).inputs[0],
            _ => i,
        };
        show(plan, through(*input), depth + 1, uses, names, shown, text);
    }
}

fn label(graph: &Graph, id: NodeId) -> String {
    let node = graph.node(id);
    let axis = graph.tree().name(node.shape.axis);
    let of = |scope: &Scope| match scope {
        Scope::Axis(a) => graph.tree().name(*a).to_string(),
        Scope::Inner => format!("{axis}, own lanes or vector"),
    };
    match &node.op {
        Op::Column(name) => format!("column {name} ({axis})"),
        Op::Number(Real(x)) => match meed_algebra::absent::reason_of(*x) {
            Some(reason) => format!("absent ({reason})"),
            None => format!("{x}"),
        },
        Op::Text(t) => format!("{t:?}"),
        Op::Unary(op) => format!("{op:?}").to_lowercase(),
        Op::Binary(op) => op.symbol().to_string(),
        Op::Isin(_) => "isin".to_string(),
        Op::Choose => "where(condition, a, b)".to_string(),
        Op::Mask => "x.where(mask)".to_string(),
        Op::OrElse => "or_else".to_string(),
        Op::Present => "present".to_string(),
        Op::ReasonText => "reason".to_string(),
        Op::Spread => format!("spread to {axis}"),
        Op::SpreadAt(place) => format!("spread to {axis}, {place:?}").to_lowercase(),
        Op::Reduce { op, scope } => format!("{} to {}", reducer_name(*op), of(scope)),
        Op::Segment { op, scope, keys } => {
            let by = if *keys > 0 { " by keys" } else { "" };
            let reverse =
                if matches!(op, Segment::Scan { reverse: true, .. } | Segment::Recur { reverse: true }) {
                    ", reverse"
                } else {
                    ""
                };
            format!("{} within {}{by}{reverse}", segment_name(*op), of(scope))
        }
        Op::At => format!("at, on {axis}"),
        Op::Lookup(scope) => format!("lookup within {}", graph.tree().name(*scope)),
        Op::Left => "left of pairs".to_string(),
        Op::Right => "right of pairs".to_string(),
        Op::Swap => "swap".to_string(),
        Op::Lane(i) => format!("lane {i}"),
        Op::Lanes => "lanes".to_string(),
        Op::Component(i) => format!("component {i}"),
        Op::ComponentAt => "component".to_string(),
        Op::EffectiveRank { .. } => "effective_rank".to_string(),
        Op::Near { op, scope } => {
            let what = match op {
                Near::Cluster { .. } => "cluster",
                Near::Nearest { .. } => "nearest",
                Near::RankSoFar { .. } => "effective_rank so far",
            };
            format!("{what} within {}", graph.tree().name(*scope))
        }
        Op::Call(call) => format!("{} ({axis})", call.0.identity()),
        Op::CallOver { call, axis: over, .. } => {
            format!("{} over {} ({axis})", call.0.identity(), graph.tree().name(*over))
        }
        Op::Uniform(n) => format!("uniform, stream {n} ({axis})"),
        Op::Step => "training step".to_string(),
        Op::TotalSteps => "training steps in all".to_string(),
        Op::State { name, init } => match meed_algebra::absent::reason_of(init.0) {
            Some(Reason::Missing) => format!("state {name}"),
            _ => format!("state {name}, at first {}", init.0),
        },
        Op::StateText { name, .. } => format!("state {name}, a text"),
        Op::Append => "append".to_string(),
        Op::Rolling { op, n } => format!("{} of the last {n}", reducer_name(*op)),
        Op::Latest => "the last values".to_string(),
        Op::Parameter(name) => format!("param {name}, learnable"),
        Op::Stop => "stop_gradient".to_string(),
        Op::Chain => "gradient times derivative".to_string(),
        Op::Gate => "gradient where it holds".to_string(),
        Op::Vjp { op, scope, .. } => format!("gradient of {} within {}", vjp_name(*op), of(scope)),
        Op::Scatter(scope) => format!("gradient of lookup within {}", graph.tree().name(*scope)),
        Op::RightSum(_) => "gradient of right of pairs".to_string(),
    }
}

fn vjp_name(op: Vjp) -> String {
    segment_name(match op {
        Vjp::Reduce(op) => Segment::Reduce(op),
        Vjp::Scan { op, reverse } => Segment::Scan { op, reverse },
        Vjp::Tree(op) => Segment::Tree(op),
    })
}
