"""Attention that also tells the log-sum-exp of its scores, so that parts of it can be merged."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

_ALIGNED = 16  # columns; the CUDA operator reads a bias in pieces of that many


def hidden_value(dtype: torch.dtype) -> float:
    """What a bias adds to a score that must not count.

    It is finite, since a row may have no other score in a part, and infinities would give NaN; and
    far enough from the type's end that a kernel may multiply it.
    """
    return max(torch.finfo(dtype).min, -1e30)


def lse_attention(
    query: Tensor, key: Tensor, value: Tensor, scale: float, bias: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Attention without dropout: the output, and the log-sum-exp of every query's scores.

    Query [N, H, m, D], key [N, H, t, D], value [N, H, t, Dv]; bias [N, 1, 1 or m, t], added to the
    scores, or None. Output [N, H, m, Dv] in the query's type, log-sum-exp [N, H, m, 1] in float32.
    """
    if query.device.type == "cpu" and query.shape[-1] == value.shape[-1]:
        return _on_cpu(query, key, value, scale, bias)
    if query.device.type == "cuda":
        return _on_cuda(query, key, value, scale, bias)
    return plain(query, key, value, scale, bias)


def plain(
    query: Tensor, key: Tensor, value: Tensor, scale: float, bias: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """What `lse_attention` gives, in a few lines that run everywhere and define it."""
    scores = torch.matmul(query, key.transpose(-1, -2)).float() * scale
    if bias is not None:
        scores = scores + bias
    lse = torch.logsumexp(scores, -1, keepdim=True)
    return torch.matmul(scores.softmax(-1).to(value.dtype), value), lse


def _on_cpu(
    query: Tensor, key: Tensor, value: Tensor, scale: float, bias: Tensor | None
) -> tuple[Tensor, Tensor]:
    attend = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    output, lse = attend(query, key, value, attn_mask=bias, scale=scale)
    return output, lse.float().unsqueeze(-1)


def _on_cuda(
    query: Tensor, key: Tensor, value: Tensor, scale: float, bias: Tensor | None
) -> tuple[Tensor, Tensor]:
    if bias is None and _flash_takes(query, value):
        attend = torch.ops.aten._scaled_dot_product_flash_attention
        output, lse = attend(query, key, value, scale=scale)[:2]
    else:
        attend = torch.ops.aten._scaled_dot_product_efficient_attention
        laid = None if bias is None else _laid(bias, query)
        output, lse = attend(query, key, value, laid, True, scale=scale)[:2]
    return output, lse[..., : query.shape[2]].float().unsqueeze(-1)  # it may come with padding


def _flash_takes(query: Tensor, value: Tensor) -> bool:
    size = query.shape[-1]
    half = query.dtype in (torch.float16, torch.bfloat16)
    return half and size == value.shape[-1] and size % 8 == 0 and size <= 256


def _laid(bias: Tensor, query: Tensor) -> Tensor:
    columns = bias.shape[-1]
    padded = pad(bias, (0, -columns % _ALIGNED))[..., :columns]
    return padded.expand(query.shape[0], query.shape[1], query.shape[2], columns)
