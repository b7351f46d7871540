"""Loss and gradient of GRPO in PyTorch on the CPU, as `objective.rs` has it: objective.py [float64|float32] [rollouts] [tokens]."""

import json
import sys
import time

import numpy as np
import torch

precision = sys.argv[1] if len(sys.argv) > 1 else "float64"
rollouts, tokens = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((2, 1024), (3, 4096)))
kind = getattr(torch, precision)


def noise(seed, n):
    with np.errstate(over="ignore"):
        z = (np.arange(n, dtype=np.uint64) + np.uint64(seed << 32)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53


def resident(what):
    line = next(l for l in open("/proc/self/status") if l.startswith(what))
    return int(line.split()[1]) * 1024 / 1e6


def tensor(x):
    return torch.tensor(x.reshape(rollouts, -1), dtype=kind)


n = rollouts * tokens
base = -noise(1, n)
logp = tensor(base).requires_grad_()
old, ref = (tensor(base + 0.6 * (noise(seed, n) - 0.5)) for seed in (2, 3))
reward = tensor(noise(4, rollouts)).reshape(-1, 8)
mask = torch.ones(rollouts, tokens, dtype=kind)
del base
before = resident("VmRSS:")
open("/proc/self/clear_refs", "w").write("5")


def step():
    """As TRL's trainer computes it."""
    advantage = ((reward - reward.mean(1, keepdim=True)) / (reward.std(1, keepdim=True) + 1e-6)).reshape(-1, 1)
    ratio = torch.exp(logp - old)
    clipped = torch.clamp(ratio, 0.8, 1.2)
    loss = -torch.min(ratio * advantage, clipped * advantage)
    loss = loss + 0.04 * (torch.exp(ref - logp) - (ref - logp) - 1)
    loss = ((loss * mask).sum(-1) / mask.sum(-1)).mean()
    logp.grad = None
    loss.backward()
    return loss.item()


best, loss = float("inf"), None
for _ in range(7):
    start = time.perf_counter()
    loss = step()
    best = min(best, time.perf_counter() - start)
print(
    json.dumps(
        {
            "what": f"torch {torch.__version__}, {precision}",
            "threads": torch.get_num_threads(),
            "seconds": round(best, 4),
            "peak_mb": round(resident("VmHWM:")),
            "above_inputs_mb": round(resident("VmHWM:") - before),
            "loss": loss,
            "gradient_size": logp.grad.abs().sum().item(),
        }
    )
)
