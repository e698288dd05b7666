"""Asking each prompt alone, prefix and all: the slow way, and what every other way is held to.

It goes through the library's own generation, so that nothing of ours is compared with itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from mindgraph.models.local.decoding import Pick, Row
from mindgraph.models.local.prefix import columns

Inputs = Mapping[str, Tensor]


@torch.inference_mode()
def generate_alone(
    model: Any, inputs: Inputs, pick: Pick | None, max_tokens: int, eos: frozenset[int], pad: int
) -> Row:
    """The answer to one whole prompt: greedy, or as `pick` chooses for row 0."""
    told = _generated(model, inputs, max_tokens, eos, pad, pick)
    tokens = told.sequences[0, inputs["input_ids"].shape[1] :].tolist()
    ended = bool(tokens) and tokens[-1] in eos
    return Row(tokens[:-1] if ended else tokens, ended)


@torch.inference_mode()
def logits_alone(model: Any, inputs: Inputs, steps: int, pad: int) -> Tensor:
    """The logits [steps, V] of the greedy answer to one whole prompt, which nothing ends."""
    told = _generated(model, inputs, steps, frozenset(), pad, None)
    return torch.stack([logits[0] for logits in told.logits])


@torch.inference_mode()
def next_alone(model: Any, inputs: Inputs) -> Tensor:
    """The logits [V] of the token after one whole prompt."""
    told = model(**inputs, use_cache=False, **columns(model, 1))
    last: Tensor = told.logits[0, -1]
    return last.float()


def _generated(
    model: Any,
    inputs: Inputs,
    max_tokens: int,
    eos: frozenset[int],
    pad: int,
    pick: Pick | None,
) -> Any:
    return model.generate(
        **inputs,
        generation_config=_settings(max_tokens, eos, pad),
        logits_processor=LogitsProcessorList([] if pick is None else [_Chosen(pick)]),
    )


def _settings(max_tokens: int, eos: frozenset[int], pad: int) -> Any:
    # Every knob that can change an answer is named: what is left open, the library fills in.
    settings: Any = GenerationConfig
    return settings(
        do_sample=False,
        num_beams=1,
        max_new_tokens=max_tokens,
        min_new_tokens=0,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        use_cache=True,
        eos_token_id=sorted(eos) or None,
        pad_token_id=pad,
        return_dict_in_generate=True,
        output_logits=True,
    )


class _Chosen(LogitsProcessor):
    """Leaves only the token that was picked; greedy generation then takes it."""

    def __init__(self, pick: Pick) -> None:
        self._pick = pick
        self._step = 0

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        token = self._pick(scores.float(), [0], self._step)
        self._step += 1
        return torch.full_like(scores, -torch.inf).index_fill_(1, token, 0.0)
