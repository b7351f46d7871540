"""Losses and gradients beside those of TRL's trainers, called as they are with log-probabilities in place of a model."""

import types

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")


class Accelerator:
    """One process, nothing to gather."""

    device = torch.device("cpu")
    num_processes = 1
    sync_gradients = True

    def __getattr__(self, name):
        return lambda x, **options: x


class Anything(dict):
    """Metrics nobody reads."""

    def __missing__(self, key):
        self[key] = value = []
        return value


def trainer(**attributes):
    """What a trainer's loss looks at of the trainer."""
    common = dict(accelerator=Accelerator(), model=types.SimpleNamespace(training=False), aux_loss_enabled=False)
    return types.SimpleNamespace(**common, _metrics={"eval": Anything(), "train": Anything()}, **attributes)


def ragged(seed, groups, per_group, longest=9):
    """Log-probabilities under three policies for responses of 1 to `longest` tokens."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest + 1, groups * per_group)
    old = [-rng.exponential(0.8, n) for n in lengths]
    near = lambda by: [np.minimum(x + by * rng.normal(size=len(x)), 0.0) for x in old]
    return old, near(0.25), near(0.4), rng


def padded(rows, width=None):
    """Rows as a matrix, and where it has values."""
    width = width or max(map(len, rows))
    values, mask = np.zeros((len(rows), width)), np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        values[i, : len(row)], mask[i, : len(row)] = row, 1
    return torch.tensor(values), torch.tensor(mask)


def rows_of(per_group, **columns):
    """Rows as `meed score` reads them: `per_group` rollouts of each task."""
    n = len(next(iter(columns.values())))
    plain = lambda x: x.tolist() if hasattr(x, "tolist") else x
    return [
        {"task": str(i // per_group), "prompt": "p", "response": "r", **{k: plain(v[i]) for k, v in columns.items()}}
        for i in range(n)
    ]


def compare(rows, loss, gradient, name="grad_logp"):
    assert rows[0]["loss"] == pytest.approx(loss.item(), abs=1e-6)
    for i, row in enumerate(rows):
        ours = np.array(row[name])
        assert ours == pytest.approx(gradient[i, : len(ours)].numpy(), abs=1e-6), i


def preferred(n):
    """In each pair of rollouts the first or the second is the chosen one, in turn: a matrix per rollout, row by row."""
    chosen = [(i % 2 == 0) == (i // 2 % 2 == 0) for i in range(n)]
    other = [[None, float(c)] if i % 2 == 0 else [float(c), None] for i, c in enumerate(chosen)]
    return chosen, other


@pytest.mark.parametrize("kind", ["sigmoid", "hinge"])
def test_dpo(score, kind):
    from trl.trainer.dpo_trainer import DPOTrainer

    ref, logp, _, _ = ragged(1, 12, 2)
    chosen, prefer = preferred(len(logp))
    order = [i for i, c in enumerate(chosen) if c] + [i for i, c in enumerate(chosen) if not c]
    values, mask = padded([logp[i] for i in order])
    values.requires_grad_()
    refs, _ = padded([ref[i] for i in order])
    halves = [refs.sum(1)[: len(order) // 2], refs.sum(1)[len(order) // 2 :]]

    def model(**inputs):
        nothing = torch.zeros_like(values)
        extra = dict(entropy=nothing, mean_logits=nothing, is_top1=nothing.bool())
        return types.SimpleNamespace(log_probs=values * mask, **extra)

    # The trainer shifts by one token: the first column is the prompt.
    completion = torch.cat([torch.zeros(len(order), 1), mask], 1)
    ids = torch.zeros_like(completion).long()
    inputs = dict(
        completion_mask=completion,
        input_ids=ids,
        attention_mask=ids,
        ref_chosen_logps=halves[0],
        ref_rejected_logps=halves[1],
    )
    own = trainer(
        ld_alpha=None,
        precompute_ref_logps=True,
        f_divergence_type="reverse_kl",
        loss_types=[kind],
        loss_weights=[1.0],
        beta=0.1,
        label_smoothing=0.0,
        use_weighting=False,
        _total_train_tokens=0,
        _tp_size=1,
    )
    loss = DPOTrainer._compute_loss(own, model, inputs, False)
    loss.backward()
    gradient = torch.zeros_like(values)
    gradient[order] = values.grad
    rows = rows_of(2, logp=logp, ref_logp=ref, prefer=prefer)
    spec = 'load("@recipes//dpo.star", _loss="loss", _grad="grad_logp")\nloss, grad_logp = _loss, _grad\n'
    compare(score(spec, rows, "--set", f"dpo.loss={kind}"), loss, gradient)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_simpo(score, smoothing):
    from trl.experimental.cpo.cpo_trainer import CPOTrainer

    _, logp, _, _ = ragged(2, 12, 2)
    chosen, prefer = preferred(len(logp))
    values, mask = padded(logp)
    values.requires_grad_()
    means = (values * mask).sum(1) / mask.sum(1)
    chosen = torch.tensor(chosen)
    own = trainer(alpha=0.0, beta=2.0, loss_type="simpo", simpo_gamma=0.5, label_smoothing=smoothing)
    loss = CPOTrainer.cpo_loss(own, means[chosen], means[~chosen])[0].mean()
    loss.backward()
    rows = rows_of(2, logp=logp, prefer=prefer)
    spec = 'load("@recipes//simpo.star", _loss="loss", _grad="grad_logp")\nloss, grad_logp = _loss, _grad\n'
    compare(score(spec, rows, "--set", f"simpo.label_smoothing={smoothing}"), loss, values.grad)


def test_kto(score):
    from trl.trainer.kto_trainer import KTOTrainer

    ref, logp, mismatch, rng = ragged(3, 20, 1)
    good = rng.random(len(logp)) < 0.6
    drift = np.array([m.sum() - r.sum() for m, r in zip(mismatch, ref)]) + 0.3
    values, mask = padded(logp)
    values.requires_grad_()
    refs, _ = padded(ref)
    nothing = torch.zeros_like(values)

    def model(**inputs):
        extra = dict(entropy=nothing, mean_logits=nothing, is_top1=nothing.bool())
        return types.SimpleNamespace(log_probs=values * mask, **extra)

    completion = torch.cat([torch.zeros(len(logp), 1), mask], 1)
    ids = torch.zeros_like(completion).long()
    inputs = dict(
        label=torch.tensor(good),
        input_ids=ids,
        attention_mask=ids,
        completion_mask=completion,
        ref_logps=refs.sum(1),
        ref_KL_logps=torch.zeros(len(logp)),
    )
    own = trainer(
        precompute_ref_logps=True,
        calculate_KL=True,
        beta=0.1,
        loss_type="kto",
        desirable_weight=1.0,
        undesirable_weight=1.3,
        _compute_kl_logps=lambda model, batch: torch.tensor(drift),
        _total_train_tokens=0,
        _tp_size=1,
    )
    loss = KTOTrainer._compute_loss(own, model, inputs, False)
    loss.backward()
    rows = rows_of(1, logp=logp, ref_logp=ref, desirable=good.astype(float), mismatch=drift)
    spec = 'load("@recipes//kto.star", _loss="loss", _grad="grad_logp")\nloss, grad_logp = _loss, _grad\n'
    compare(score(spec, rows, "--set", "kto.undesirable_weight=1.3"), loss, values.grad)


POLICY = """
load("@recipes//lib/objectives.star", "policy_loss", "aggregate", "clipped_weight", "ratio", "token_mask")

advantage = col("reward", "rollout").z("group", ddof=1, eps=1e-4)
grpo = policy_loss(advantage, 0.2, 0.2, how="sequence", beta=0.04)
dapo = policy_loss(advantage, 0.2, 0.28, how="token")
dr_grpo = policy_loss(advantage, 0.2, 0.2, how="constant", max_len=16)
cispo = aggregate(clipped_weight(ratio(logp, old_logp), logp, advantage, None, 0.28), "token", token_mask())
loss = {name}
grad_logp = grad(loss, logp)
"""


@pytest.mark.parametrize("name", ["grpo", "dapo", "dr_grpo", "cispo"])
def test_policy_losses(score, name):
    from trl.trainer.grpo_trainer import GRPOTrainer

    old, logp, ref, rng = ragged(4, 6, 4)
    reward = rng.normal(size=(6, 4))
    trained = [(rng.random(len(x)) < 0.9).astype(float) for x in logp]
    for mask in trained:
        mask[0] = 1.0
    advantage = (reward - reward.mean(1, keepdims=True)) / (reward.std(1, ddof=1, keepdims=True) + 1e-4)
    values, mask = padded(logp)
    values.requires_grad_()
    kept = padded(trained)[0]
    inputs = dict(
        prompt_ids=torch.zeros(24, 1).long(),
        prompt_mask=torch.ones(24, 1),
        completion_ids=torch.zeros_like(mask).long(),
        completion_mask=mask,
        tool_mask=kept,
        advantages=torch.tensor(advantage.reshape(-1)),
        old_per_token_logps=padded(old)[0],
        ref_per_token_logps=padded(ref)[0],
        num_items_in_batch=kept.sum(),
    )
    high = 1.28 if name == "cispo" else 0.28 if name == "dapo" else 0.2
    arguments = dict(use_bias_correction_kl=False, delta=None, steps_per_generation=1)
    own = trainer(
        _get_per_token_logps_and_entropies=lambda *_, **__: (values, torch.zeros_like(mask), None),
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level="token",
        beta=0.04 if name == "grpo" else 0.0,
        loss_type=name,
        epsilon_low=0.2,
        epsilon_high=high,
        args=types.SimpleNamespace(**arguments),
        use_vllm=False,
        current_gradient_accumulation_steps=1,
        max_completion_length=16,
        _entropy_bonus_enabled=False,
    )
    own.accelerator.reduce = lambda x, reduction: x
    loss = GRPOTrainer._compute_loss(own, None, inputs)
    loss.backward()
    rows = rows_of(4, reward=reward.reshape(-1), logp=logp, old_logp=old, ref_logp=ref, mask=trained)
    compare(score(POLICY.replace("{name}", name), rows), loss, values.grad)
