"""The arithmetic that nobody can leave out of one pair's questions, in floating-point operations.

A prefix is read once, every suffix and every written token once, causal attention looks back only,
and the output layer is asked for no column that nobody reads. A product of matrices [m, k] and
[k, n] counts 2 * m * k * n; norms, activations and softmax count nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Work:
    """One pair in tokens: its prefix, and of each row the suffix, the answer and the verdict's.

    `prefix` has the tokens of the picture among them; an answer's end token counts as one.
    """

    prefix: int
    suffixes: Sequence[int]
    answers: Sequence[int]
    verdicts: Sequence[int]


def floor_flops(config: Any, work: Work) -> int:
    """The operations of one pair: its picture, its prefix, its answers, a verdict on each."""
    text = config.text_config
    rows = zip(work.suffixes, work.answers, strict=True)
    # what is written last is not read again
    spans = [read + written - 1 for read, written in rows] + list(work.verdicts)
    asked = sum(work.answers) + len(work.verdicts)
    read = work.prefix + sum(spans)
    looks = _looks(0, work.prefix) + sum(_looks(work.prefix, span) for span in spans)
    head = 2 * text.hidden_size * text.vocab_size * asked
    language = read * token_flops(text) + looks * look_flops(text) + head
    return vision_flops(config) + int(language)


def token_flops(text: Any) -> int:
    """One token through all layers of the language model, without attention and output."""
    size, heads = _head_size(text), text.num_attention_heads
    projections = 2 * text.hidden_size * size * (heads + text.num_key_value_heads)
    feed_forward = 3 * text.hidden_size * text.intermediate_size
    return int(2 * text.num_hidden_layers * (projections + feed_forward))


def look_flops(text: Any) -> int:
    """One query at one key and its value, in all heads of all layers."""
    return int(4 * text.num_hidden_layers * text.num_attention_heads * _head_size(text))


def _head_size(text: Any) -> int:
    return int(getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads)


def _looks(before: int, span: int) -> int:
    return span * before + span * (span + 1) // 2


def vision_flops(config: Any) -> int:
    """One picture through a CLIP tower and LLaVA's projector of two layers."""
    seen, width = config.vision_config, config.text_config.hidden_size
    patches = (seen.image_size // seen.patch_size) ** 2
    places, size = patches + 1, seen.hidden_size
    layer = 2 * places * (4 * size**2 + 2 * size * seen.intermediate_size) + 4 * places**2 * size
    embedding = 2 * patches * 3 * seen.patch_size**2 * size
    projector = 2 * patches * (size * width + width**2)
    return int(seen.num_hidden_layers * layer + embedding + projector)
