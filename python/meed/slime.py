"""A spec as slime's reward.

    --custom-rm-path meed.slime.reward            # one sample at a time
    --custom-rm-path meed.slime.group --group-rm  # the samples of a group together
    --reward-key score --eval-reward-key score

The spec is named by the environment variable MEED_SPEC, or by `args.meed_spec`. Rewards are dicts with the same
numeric keys on every sample: `score`, `valid`, and the components. `meed.slime.reply` is what a server answers to
`--rm-type remote_rm`.
"""

import asyncio
import os

from meed._rows import flat, spec_of

__all__ = ["group", "reply", "reward"]


async def reward(args, sample, **kwargs):
    """The reward of one sample. The spec must not look at other rollouts: see `group`."""
    return await asyncio.to_thread(lambda: flat(_spec(args), [row(sample)])[0])


async def group(args, samples, **kwargs):
    """The rewards of the samples of one group."""
    rows = [row(sample) for sample in samples]
    return await asyncio.to_thread(lambda: flat(_spec(args), rows, single=False, group_size=len(rows)))


def reply(spec, body, output="reward", absent=0.0):
    """The answer to slime's `{"prompt", "response", "label"}`: a dict; choose its number with `--reward-key score`."""
    return flat(spec_of(spec), [dict(body)], output, absent=absent)[0]


def row(sample):
    """A sample as a row."""
    made = {"prompt": sample.prompt, "response": sample.response}
    if sample.label is not None:
        made["label"] = sample.label
    if getattr(sample, "response_length", None):
        made["length"] = sample.response_length
    metadata = getattr(sample, "metadata", None)
    if isinstance(metadata, dict):
        made["metadata"] = metadata
    return made


def _spec(args):
    spec = getattr(args, "meed_spec", None) or os.environ.get("MEED_SPEC")
    if not spec:
        raise ValueError("no spec: set the environment variable MEED_SPEC")
    return spec_of(spec)
