"""Small models of real families with random weights: the shape of each is a checkpoint's, shrunk.

They answer nonsense, but through the family's own code, so what must not change can be compared.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.ways import Way

VOCABULARY, LAYERS, PICTURE, STEPS = 512, 2, 3, 5

torch.set_num_threads(1)  # the tensors are too small to be shared out

SIZES: Mapping[int, str] = {
    64: "hidden_size d_model dim out_hidden_size projection_dim hidden_dim image_size "
    "text_hidden_size projector_hidden_size mm_hidden_size vision_hidden_size",
    128: "intermediate_size mlp_dim ffn_dim encoder_ffn_dim decoder_ffn_dim",
    4: "num_attention_heads num_heads n_heads encoder_attention_heads decoder_attention_heads "
    "attention_heads linear_num_value_heads mm_tokens_per_image",
    2: "num_key_value_heads num_layers depth encoder_layers decoder_layers linear_num_key_heads "
    "num_hidden_layers num_global_layers num_global_key_value_heads",
    16: "head_dim patch_size global_head_dim linear_key_head_dim linear_value_head_dim "
    "hidden_size_per_layer_input",
    32: "sliding_window attention_chunk_size",
    4096: "max_position_embeddings",
    VOCABULARY: "vocab_size vocab_size_per_layer_input",
}
SIZE = {name: size for size, names in SIZES.items() for name in names.split()}

TOKENS = {"image": PICTURE, "video": 4, "eos": 1, "pad": 0, "bos": 2}
LEFT_OUT = ("dtype", "architectures", "transformers_version", "_name_or_path", "per_layer_config")


def shrunk(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config of the same shape, small enough to be computed in milliseconds."""
    layers = config.get("num_hidden_layers")
    return {
        name: _shrunk(name, value, layers) for name, value in config.items() if name not in LEFT_OUT
    }


def _shrunk(name: str, value: Any, layers: Any) -> Any:
    if isinstance(value, Mapping) and name not in ("id2label", "label2id"):
        return {
            **shrunk(value),
            **({"mrope_section": [2, 3, 3]} if "mrope_section" in value else {}),
        }
    if isinstance(value, list) and layers and len(value) == layers:
        kinds = list(dict.fromkeys(value))
        return (kinds * LAYERS)[:LAYERS]
    if name == "deepstack_visual_indexes":
        return [0, 1]
    if name == "initializer_range":
        return 0.08
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(name, value)
    return value


def _number(name: str, value: int) -> int:
    for end in ("_token_id", "_token_index"):
        if name.endswith(end):
            return TOKENS.get(name[: -len(end)], 7)
    return SIZE.get(name, value)


def _gemma4(config: dict[str, Any]) -> None:
    sizes = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    seen = {name: SIZE[name] for name in (*sizes, "num_key_value_heads", "head_dim")}
    config["vision_config"] = {**seen, "global_head_dim": 16}
    config["text_config"].update(use_bidirectional_attention="vision", num_kv_shared_layers=0)


def _sections(config: dict[str, Any]) -> None:
    config["text_config"]["rope_parameters"]["mrope_section"] = [2, 3, 3]


def _conv(config: dict[str, Any]) -> None:
    config["text_config"]["layer_types"] = ["conv", "full_attention"]


def _wide(config: dict[str, Any]) -> None:
    config["text_config"]["sliding_window"] = 4096


def _crossed(config: dict[str, Any]) -> None:
    config["text_config"]["cross_attention_layers"] = [1]


def _tiles(config: dict[str, Any]) -> None:
    config["image_grid_pinpoints"] = [[64, 128], [128, 64]]  # two tiles and the whole: three


def _shared_keys(config: dict[str, Any]) -> None:
    _gemma4(config)
    kinds = ["sliding_attention", "full_attention"] * 2
    shared = {"num_hidden_layers": 4, "num_kv_shared_layers": 2, "layer_types": kinds}
    config["text_config"].update(shared, use_bidirectional_attention=None)


def _windowed(config: dict[str, Any]) -> None:
    _sections(config)
    kinds = ["full_attention", "sliding_attention"]
    config["text_config"].update(use_sliding_window=True, sliding_window=32, layer_types=kinds)


MENDED: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "gemma4": _gemma4,
    "gemma4:shared keys": _shared_keys,
    "qwen2_5_vl:window": _windowed,
    "llava_onevision": _tiles,
    "glm4v": _sections,
    "qwen2_5_vl": _sections,
    "lfm2_vl": _conv,
    "idefics2": _wide,
    "mllama": _crossed,
}


@cache
def tiny(family: str) -> Any:
    """A family's model (a variant follows a colon), the same for the whole session, in float32."""
    from transformers import AutoModelForImageTextToText
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    kind = CONFIG_MAPPING[family.partition(":")[0]]
    config = shrunk(kind().to_dict())
    config.pop("model_type", None)
    MENDED.get(family, lambda config: None)(config)
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(transformers|torch)\.")
        model = AutoModelForImageTextToText.from_config(kind(**config), dtype=torch.float32)
    return seeing(model.eval())


@torch.no_grad()
def seeing(model: Any) -> Any:
    """Some projections start as zeros: such a model is blind, and would pass every picture test."""
    for weights in model.parameters():
        if weights.ndim == 2 and not weights.any():
            weights.normal_(0, 0.2)
    return model


# ---- prompts


def _normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def pictures(family: str, model: Any, seed: int, wide: int = 4) -> dict[str, Tensor]:
    """Two pictures, laid out as the family's processor would; some can be wider than others."""
    family = family.partition(":")[0]
    sizes = torch.tensor([[64, 64]] * 2)
    if family in ("smolvlm", "idefics2", "idefics3"):
        return {"pixel_values": _normal(seed, 1, 2, 3, 64, 64)}
    if family == "llava_onevision":
        return {"pixel_values": _normal(seed, 2, 3, 3, 64, 64), "image_sizes": sizes}
    if family == "mistral3":
        return {"pixel_values": _normal(seed, 2, 3, 64, 64), "image_sizes": sizes}
    if family == "lfm2_vl":
        mask = torch.ones(2, 16, dtype=torch.long)
        shapes = torch.tensor([[4, 4]] * 2)
        seen = {"spatial_shapes": shapes, "pixel_attention_mask": mask}
        return {"pixel_values": _normal(seed, 2, 16, 768), **seen}
    if family == "gemma4":
        grid = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="xy")
        places = torch.stack(grid, -1).reshape(1, 36, 2).repeat(2, 1, 1)
        return {"pixel_values": _normal(seed, 2, 36, 768).sigmoid(), "image_position_ids": places}
    if "image_grid_thw" in inspect.signature(model.get_image_features).parameters:
        seen = model.config.vision_config
        patch = 3 * getattr(seen, "temporal_patch_size", 1) * seen.patch_size**2
        grid = torch.tensor([[1, 4, wide]] * 2)
        return {"pixel_values": _normal(seed, 8 * wide, patch), "image_grid_thw": grid}
    return {"pixel_values": _normal(seed, 2, 3, 64, 64)}


TEXT_ONLY = ("mllama",)
"""Families whose picture inputs are not laid out here."""


def prompt(family: str, seed: int = 1, words: int = 40, wide: int = 4) -> dict[str, Tensor]:
    """A prefix as a processor gives it: some text, two pictures between, more text."""
    model = tiny(family)
    if family in TEXT_ONLY:
        return {"input_ids": text(9, words + 20)[None]}
    seen = pictures(family, model, seed, wide)
    picture = torch.tensor([5] + [PICTURE] * (_places(model, seen) // 2) + [6])
    parts = [text(8, 4), picture, text(7, 3), picture, text(9, words)]
    ids = torch.cat(parts)[None]
    return {**seen, "input_ids": ids, **_kinds(family, model, ids)}


def text(seed: int, words: int) -> Tensor:
    """Words that no family has a meaning of its own for."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(10, VOCABULARY, (words,), generator=generator)


@torch.inference_mode()
def _places(model: Any, seen: dict[str, Tensor]) -> int:
    told = model.get_image_features(**seen)
    told = getattr(told, "pooler_output", told)
    parts = told if isinstance(told, list | tuple) else [told]
    return sum(part.reshape(-1, part.shape[-1]).shape[0] for part in parts)


def _kinds(family: str, model: Any, ids: Tensor) -> dict[str, Tensor]:
    named = inspect.signature(type(model).forward).parameters
    shown = (ids == PICTURE).long()
    if "mm_token_type_ids" in named:
        return {"mm_token_type_ids": shown}
    if "token_type_ids" in named:
        return {"token_type_ids": torch.zeros_like(ids) if family == "paligemma" else shown}
    return {}


SUFFIXES = [text(20 + place, length).tolist() for place, length in enumerate((5, 9, 7, 9))]


# ---- asking alone


@dataclass(frozen=True)
class Pair:
    """Two products as these tests know them; pairs differ in their pictures and their length."""

    seed: int = 1
    words: int = 40
    wide: int = 4

    def prompt(self, family: str) -> dict[str, Tensor]:
        """What a processor would make of it."""
        return prompt(family, self.seed, self.words, self.wide)


PAIR = Pair()
OTHERS = (PAIR, Pair(2, 21, 8), Pair(3, 33))


def prefix_of(family: str, pair: Pair = PAIR) -> Prefix:
    """The family's model, having read a pair."""
    return Prefix(tiny(family), pair.prompt(family))


CASCADE, BUCKETS, REPEAT = Way("cascade"), Way("cascade", buckets=True), Way("repeat")

SURE: Mapping[str, Way] = {
    **dict.fromkeys("llava llava_onevision internvl smolvlm idefics3 mistral3".split(), CASCADE),
    **dict.fromkeys("qwen2_5_vl qwen3_vl glm4v".split(), CASCADE),
    **dict.fromkeys("gemma3 gemma4 cohere2_vision aya_vision qwen2_5_vl:window".split(), BUCKETS),
    **dict.fromkeys(["gemma4:shared keys", "qwen3_5", "lfm2_vl"], BUCKETS),
    "idefics2": REPEAT,  # windows throughout, wider than these texts
}
"""Families whose cache is read right, and the way it tells."""


def alone(family: str, pair: Pair, suffix: list[int], steps: int) -> tuple[list[int], Tensor]:
    """What a family's model answers to one suffix of a pair; see `asked_alone`."""
    return asked_alone(tiny(family), pair.prompt(family), suffix, steps)


@torch.inference_mode()
def asked_alone(
    model: Any, given: dict[str, Tensor], suffix: list[int], steps: int
) -> tuple[list[int], Tensor]:
    """Greedy tokens and their logits [steps, V], the whole text read anew for every token."""
    written: list[int] = []
    logits = []
    for _ in range(steps):
        told = model(**_longer(given, suffix + written), use_cache=False)
        logits.append(told.logits[0, -1])
        written.append(int(logits[-1].argmax()))
    return written, torch.stack(logits)


def _longer(given: dict[str, Tensor], added: list[int]) -> dict[str, Tensor]:
    more = torch.tensor([added], device=given["input_ids"].device)
    longer = {**given, "input_ids": torch.cat([given["input_ids"], more], 1)}
    for name in ("mm_token_type_ids", "token_type_ids"):
        if name in given:
            longer[name] = torch.cat([given[name], torch.zeros_like(more)], 1)
    return longer


@cache
def answers(family: str, pair: Pair = PAIR) -> tuple[tuple[list[int], Tensor], ...]:
    """What the family's model answers to each of `SUFFIXES`, asked alone."""
    return tuple(alone(family, pair, suffix, STEPS) for suffix in SUFFIXES)


def furthest(some: Any, others: Any) -> float:
    """The largest difference between tensors, pair by pair."""
    return max(float((a - b).abs().max()) for a, b in zip(some, others, strict=True))
