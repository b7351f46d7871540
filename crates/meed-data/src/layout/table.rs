//! The layouts we know, as data.

/// How one trainer or tool lays out rows. The first whose fields are there is taken.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// All of these fields are there…
    pub(super) all: &'static [&'static str],
    /// …and one of these, when any are named.
    pub(super) any: &'static [&'static str],
    /// Where the response, prompt and reference are, before the usual places.
    pub(super) text: &'static [&'static str],
    pub(super) prompt: &'static [&'static str],
    pub(super) answer: &'static [&'static str],
    /// What identifies the task, before the usual fields.
    pub(super) group: &'static [&'static str],
    /// Which field tells training steps apart.
    pub(super) batch: Option<&'static str>,
}

const NOTHING: Known =
    Known { name: "plain", all: &[], any: &[], text: &[], prompt: &[], answer: &[], group: &[], batch: None };

pub(super) const KNOWN: &[Known] = &[
    Known {
        name: "NeMo Gym",
        all: &["responses_create_params"],
        text: &["response.output"],
        prompt: &["responses_create_params.input"],
        answer: &["expected_answer", "verifier_metadata.ground_truth", "verifier_metadata.expected_answer"],
        group: &["_ng_task_index"],
        ..NOTHING
    },
    Known {
        name: "verl dump",
        all: &["input", "output", "score", "step"],
        text: &["output"],
        prompt: &["input"],
        answer: &["gts"],
        batch: Some("step"),
        ..NOTHING
    },
    Known {
        name: "TRL dump",
        all: &["step", "prompt", "completion", "advantage"],
        text: &["completion"],
        batch: Some("step"),
        ..NOTHING
    },
    Known {
        name: "SkyRL",
        any: &["reward_spec", "env_class"],
        answer: &["reward_spec.ground_truth"],
        ..NOTHING
    },
    Known { name: "verl", all: &["reward_model"], answer: &["reward_model.ground_truth"], ..NOTHING },
    Known {
        name: "verifiers traces",
        all: &["task.data"],
        any: &["traces", "nodes"],
        prompt: &["task.data.prompt"],
        answer: &[
            "task.data.answer",
            "task.data.ground_truth",
            "task.data.solution",
            "task.data.info.answer",
        ],
        group: &["task.key", "task.hash", "task.data.idx"],
        ..NOTHING
    },
    Known {
        name: "verifiers",
        all: &["prompt", "completion"],
        any: &["example_id", "info", "rewards", "metrics", "is_completed"],
        text: &["completion"],
        group: &["example_id"],
        ..NOTHING
    },
    Known {
        name: "slime",
        all: &["prompt", "response"],
        any: &["response_length", "tokens", "loss_mask", "group_index"],
        text: &["response"],
        answer: &["label"],
        group: &["group_index"],
        ..NOTHING
    },
    Known { name: "OpenRLHF", any: &["query", "queries"], all: &["prompt"], answer: &["label"], ..NOTHING },
    Known {
        name: "OpenRLHF",
        any: &["query", "queries"],
        all: &["prompts"],
        prompt: &["prompts"],
        answer: &["labels", "label"],
        ..NOTHING
    },
    Known { name: "OpenRLHF", all: &["input", "label"], answer: &["label"], ..NOTHING },
    Known { name: "open-instruct", all: &["messages", "ground_truth", "dataset"], ..NOTHING },
    Known { name: "ms-swift", all: &["messages", "solution"], answer: &["solution"], ..NOTHING },
    Known { name: "ms-swift", all: &["query", "response"], answer: &["solution"], ..NOTHING },
    Known { name: "preference", all: &["chosen", "rejected"], ..NOTHING },
    Known { name: "TRL", all: &["prompt"], any: &["completion", "completions"], ..NOTHING },
    NOTHING,
];

/// The usual names of the response.
pub(super) const TEXT: &[&str] = &[
    "text",
    "response",
    "responses",
    "completion",
    "completions",
    "solution_str",
    "output",
    "outputs",
    "generation",
    "generations",
    "generated_text",
    "prediction",
    "predictions",
    "pred",
    "action",
    "candidates",
    "samples",
];

/// The usual names of the prompt.
pub(super) const PROMPT: &[&str] =
    &["prompt", "prompts", "question", "problem", "query", "input", "instruction", "messages"];

/// The usual names of the reference. A field counts only when it holds a text, a number or a list of them.
pub(super) const ANSWER: &[&str] = &[
    "answer",
    "answers",
    "ground_truth",
    "reward_model.ground_truth",
    "reward_spec.ground_truth",
    "expected_answer",
    "gold",
    "gold_answer",
    "reference_answer",
    "solution",
    "target",
    "gts",
    "extra_info.answer",
    "label",
    "reference",
];

/// Fields that may identify the task, most telling first.
pub(super) const GROUP: &[&str] = &[
    "group",
    "group_id",
    "task",
    "task_id",
    "uid",
    "prompt_id",
    "problem_id",
    "question_id",
    "extra_info.index",
    "_ng_task_index",
    "example_id",
    "index",
    "id",
];

/// Lists that are one value: the instructions of a task and their arguments.
pub(super) const WHOLE: &[&str] = &["instruction_id_list", "kwargs"];

/// Where such lists are when they are not members of the row.
pub(super) const NESTS: &[&str] = &["extra_info", "verifier_metadata", "metadata", "info"];

/// Columns with one value per token.
pub(super) fn is_token(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "logp",
        "logps",
        "old_logp",
        "ref_logp",
        "logprob",
        "logprobs",
        "old_logprob",
        "ref_logprob",
        "entropy",
        "entropies",
        "mask",
        "loss_mask",
        "response_mask",
        "attention_mask",
        "kind",
        "advantages",
        "tokens",
        "completion_ids",
        "response_ids",
        "input_ids",
        "prompt_ids",
        "values",
        "old_values",
        "kl",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    NAMES.contains(&last)
        || last.starts_with("token_")
        || ["_token", "_tokens", "_token_ids", "_logp", "_logps", "_logprob", "_logprobs", "_log_probs"]
            .iter()
            .any(|end| last.ends_with(end))
}
