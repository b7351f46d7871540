"""The token-level GRPO advantage of benches/grpo.rs in vectorised NumPy. Run with `taskset -c 0 python3`."""

import json
import time

import numpy as np

rollouts, per_group, tokens = 1024, 8, 8192
rng = np.random.default_rng(1)
reward = rng.random(rollouts)
logp = -rng.random((rollouts, tokens))
ref_logp = -rng.random((rollouts, tokens))
mask = rng.random((rollouts, tokens)) < 0.9


def advantage():
    r = reward.reshape(-1, per_group)
    a = ((r - r.mean(1, keepdims=True)) / (r.std(1, ddof=1, keepdims=True) + 1e-6)).reshape(-1, 1)
    d = ref_logp - logp
    return np.clip(a - 0.04 * (np.exp(d) - d - 1), -5, 5) * mask


best = float("inf")
for _ in range(7):
    clock = time.perf_counter()
    advantage()
    best = min(best, time.perf_counter() - clock)
print(json.dumps({"tokens": rollouts * tokens, "numpy": np.__version__, "numpy_s": round(best, 4)}))
