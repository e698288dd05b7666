"""How many pairs fit in a GPU's memory at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RESERVE = 3 * 10**9
"""Bytes left to what a step computes, beside weights, keys and values."""

_PREFIX, _ROWS, _SUFFIX, _ANSWER = 1200, 20, 60, 120  # tokens of an ordinary pair, and its rows
_ROOM = 64  # tokens by which a row's room grows
_MOST = 32


def pairs_that_fit(config: Any, free: int, weights: int, width: int) -> int:
    """Pairs whose prefix is kept once, each with 20 rows of their own, between 1 and 32.

    `free` and `weights` are bytes, `width` the bytes of one number.
    """
    # A prefix is kept, once more with the opening of its questions, and once more beside others; a
    # row's room is a little more than it holds. Computed, not measured on a GPU.
    tokens = 3 * _PREFIX + _ROWS * (_SUFFIX + _ANSWER + _ROOM)
    pair = bytes_a_token(config.get_text_config(), width) * tokens
    return max(1, min(_MOST, (free - weights - RESERVE) // pair))


def bytes_a_token(config: Any, width: int) -> int:
    """What a token's keys and values take in all layers, `width` bytes a number."""
    heads = config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    pairs = getattr(config, "num_key_value_heads", None) or heads
    return int(2 * config.num_hidden_layers * pairs * size * width)


def weight_bytes(folder: Path) -> int:
    """The size of a checkpoint's weights on disk; 0 where they are not in a folder."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))
