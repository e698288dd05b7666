"""A LLaVA of any size with random weights, and the processor that goes with it.

It answers nonsense, in the time a trained one of that size would take: nothing but the shapes of
its weights decides that. Every word of its texts is one token, so prompts have exact lengths.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
import transformers

from mindgraph.models.local.weights import Loaded

ANSWERS = ("Yes", "No", "yes", "no", "YES", "NO")
MARKS = ("<pad>", "<s>", "</s>", "<unk>", "<image>")
CHAT = (
    "{% for m in messages %}USER: {% for c in m['content'] %}{% if c['type'] == 'image' %}<image>\n"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %} {% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


@dataclass(frozen=True)
class Geometry:
    """The shape of a LLaVA: `intermediate` and `key_heads` 0 follow from the width."""

    hidden: int = 768
    layers: int = 6
    heads: int = 12
    key_heads: int = 0
    intermediate: int = 0
    vocabulary: int = 2000
    picture_side: int = 336
    patch: int = 14
    vision_hidden: int = 64
    vision_layers: int = 3
    vision_heads: int = 4

    @property
    def picture_tokens(self) -> int:
        """How many tokens one picture is."""
        return (self.picture_side // self.patch) ** 2


def vocabulary(size: int) -> dict[str, int]:
    """Words and their tokens: the marks first, then yes and no, then `w6`, `w7` and so on."""
    told = [*MARKS, *ANSWERS]
    told += [f"w{place}" for place in range(len(told), size)]
    return {word: place for place, word in enumerate(told)}


def words(count: int, seed: int, size: int) -> str:
    """So many words of the vocabulary, drawn at random."""
    first = len(MARKS) + len(ANSWERS)
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(first, size)}" for _ in range(count))


def tokenizer(size: int) -> Any:
    """One token a word."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    told = Tokenizer(models.WordLevel(vocabulary(size), unk_token="<unk>"))
    told.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=told,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        padding_side="left",
        extra_special_tokens={"image_token": "<image>"},
    )


def processor(shape: Geometry) -> Any:
    """LLaVA's processor: a picture becomes a square, and the square its patches."""
    side = {"height": shape.picture_side, "width": shape.picture_side}
    pictures = transformers.CLIPImageProcessor(
        size={"shortest_edge": shape.picture_side}, crop_size=side
    )
    return transformers.LlavaProcessor(
        pictures,
        tokenizer(shape.vocabulary),
        patch_size=shape.patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    )


def config(shape: Geometry) -> Any:
    """The settings of a LLaVA of this shape."""
    return transformers.LlavaConfig(
        vision_config=_vision(shape),
        text_config=_text(shape),
        image_token_index=MARKS.index("<image>"),
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )


def _vision(shape: Geometry) -> Any:
    return transformers.CLIPVisionConfig(
        hidden_size=shape.vision_hidden,
        intermediate_size=2 * shape.vision_hidden,
        num_hidden_layers=shape.vision_layers,
        num_attention_heads=shape.vision_heads,
        image_size=shape.picture_side,
        patch_size=shape.patch,
        initializer_range=0.2,
        initializer_factor=5.0,
    )


def _text(shape: Geometry) -> Any:
    return transformers.LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate or shape.hidden * 11 // 4,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads or shape.heads,
        max_position_embeddings=16384,
        initializer_range=0.05,
        pad_token_id=MARKS.index("<pad>"),
        bos_token_id=MARKS.index("<s>"),
        eos_token_id=MARKS.index("</s>"),
    )


def load(shape: Geometry, dtype: torch.dtype = torch.float32, device: str = "cpu") -> Loaded:
    """The model, ready to be asked; no token ends its answers, so all have their full length."""
    torch.manual_seed(0)
    with torch.device(device):
        model = transformers.AutoModelForImageTextToText.from_config(config(shape), dtype=dtype)
    pad = MARKS.index("<pad>")
    model.generation_config = transformers.GenerationConfig(pad_token_id=pad)
    _see(model)
    engine = f"transformers {transformers.__version__} torch {torch.__version__}"
    return Loaded(model.eval(), frozenset(), pad, None, engine)


def parameters(model: Any) -> int:
    """How many numbers a model is made of."""
    return sum(weights.numel() for weights in model.parameters())


@torch.no_grad()
def _see(model: Any) -> None:
    # what a random projection lets through is too faint to change an answer
    for name, weights in model.named_parameters():
        if weights.ndim >= 2 and "projector" in name:
            weights.mul_(3.0)
