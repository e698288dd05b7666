"""Tiny vision-language models with random weights, saved with their processors as checkpoints are.

They say nothing sensible, but they see: projections that a family starts as zeros are filled, or
every test with a picture would pass for nothing. Sizes are the least at which each family's own
processor and model agree on the number of picture tokens.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

WORDS = """both products are used for camping together because they could be made of steel a person
wants to have them Based on the pictures what is the intention of buying these two in one purchase
Yes No yes no YES NO Would you buy Start with property capable related symbol defined as manner
effect water bottle lamp running shoes kitchen travel mug coffee filter answer word only""".split()

HIDDEN, LAYERS, HEADS = 64, 4, 4
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% if m['content'] is string %}"
    "{{ m['content'] }}{% else %}{% for c in m['content'] %}{% if c['type'] == 'image' %}PICTURE"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Built = tuple[Any, Any]


def tokenizer(*specials: str, **named: str) -> Any:
    """A byte-level tokenizer of about 700 tokens that knows a family's special tokens."""
    told = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", *specials, *named.values()]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        show_progress=False,
        special_tokens=list(dict.fromkeys(told)),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    draw = random.Random(0)
    bpe.train_from_iterator([" ".join(draw.choices(WORDS, k=4000))], trainer)
    extra = named or {f"extra_{place}": token for place, token in enumerate(specials)}
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",  # noqa: S106
        eos_token="</s>",  # noqa: S106
        pad_token="<pad>",  # noqa: S106
        padding_side="left",
        extra_special_tokens={**extra, "turn": "<|im_start|>", "turn_end": "<|im_end|>"},
    )


def text(tok: Any, heads_of_keys: int = 2, **more: Any) -> dict[str, Any]:
    """The language model's settings."""
    return {
        "vocab_size": len(tok),
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": heads_of_keys,
        "max_position_embeddings": 4096,
        "initializer_range": 0.08,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        **more,
    }


def vision(**more: Any) -> dict[str, Any]:
    """The picture encoder's settings."""
    return {
        "hidden_size": HIDDEN,
        "intermediate_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": HEADS,
        **more,
    }


def chat(picture: str) -> str:
    """A chat template that writes `picture` where one is shown."""
    return CHAT.replace("PICTURE", picture)


# ---- The families


def llava(crops: bool = True) -> Built:
    """LLaVA 1.5: CLIP, whose processor crops, and full attention."""
    tok = tokenizer(image_token="<image>")  # noqa: S106
    side = {"height": 56, "width": 56}
    size = {"shortest_edge": 56} if crops else side
    pictures = hf.CLIPImageProcessor(size=size, crop_size=side, do_center_crop=crops)
    processor = hf.LlavaProcessor(
        pictures,
        tok,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>\n"),
    )
    config = hf.LlavaConfig(
        vision_config={**vision(image_size=56, patch_size=14), "model_type": "clip_vision_model"},
        text_config={"model_type": "llama", **text(tok, HEADS)},
        image_token_index=tok.convert_tokens_to_ids("<image>"),
    )
    return processor, config


def llava_next() -> Built:
    """LLaVA-NeXT: a picture in tiles."""
    tok = tokenizer(image_token="<image>")  # noqa: S106
    side = {"height": 56, "width": 56}
    grids = [[56, 112], [112, 56]]
    pictures = hf.LlavaNextImageProcessor(
        size={"shortest_edge": 56}, crop_size=side, image_grid_pinpoints=grids
    )
    processor = hf.LlavaNextProcessor(
        pictures,
        tok,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>\n"),
    )
    config = hf.LlavaNextConfig(
        vision_config={**vision(image_size=56, patch_size=14), "model_type": "clip_vision_model"},
        text_config={"model_type": "mistral", **text(tok, sliding_window=None)},
        image_token_index=tok.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=grids,
    )
    return processor, config


def llava_onevision() -> Built:
    """LLaVA-OneVision: SigLIP and tiles."""
    tok = tokenizer(image_token="<image>", video_token="<video>")  # noqa: S106
    grids = [[64, 64], [64, 128], [128, 64]]
    side = {"height": 64, "width": 64}
    processor = hf.LlavaOnevisionProcessor(
        hf.LlavaOnevisionImageProcessor(size=side, image_grid_pinpoints=grids),
        tok,
        hf.LlavaOnevisionVideoProcessor(),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=chat("<image>\n"),
    )
    seeing = vision(image_size=64, patch_size=16, vision_use_head=False)
    config = hf.LlavaOnevisionConfig(
        vision_config={"model_type": "siglip_vision_model", **seeing},
        text_config={"model_type": "qwen2", **text(tok)},
        image_token_index=tok.convert_tokens_to_ids("<image>"),
        video_token_index=tok.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=grids,
    )
    return processor, config


_QWEN = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "vision_start_token": "<|vision_start|>",
    "vision_end_token": "<|vision_end|>",
}


def _qwen_ids(tok: Any) -> dict[str, int]:
    return {f"{name}_id": tok.convert_tokens_to_ids(token) for name, token in _QWEN.items()}


def _pixels(tiles: int) -> dict[str, int]:
    return {"shortest_edge": 28 * 28, "longest_edge": tiles * 32 * 32}


def _mrope(**more: Any) -> dict[str, Any]:
    return {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3], **more}


def qwen2_5_vl() -> Built:
    """Qwen2.5-VL: positions of three axes."""
    tok = tokenizer(**_QWEN)
    processor = hf.Qwen2_5_VLProcessor(
        hf.Qwen2VLImageProcessor(patch_size=14, merge_size=2, size=_pixels(12)),
        tok,
        hf.Qwen2VLVideoProcessor(),
        chat_template=chat("<|vision_start|><|image_pad|><|vision_end|>"),
    )
    config = hf.Qwen2_5_VLConfig(
        text_config=text(tok, rope_parameters=_mrope()),
        vision_config={
            "depth": 2,
            "hidden_size": HIDDEN,
            "intermediate_size": HIDDEN,
            "num_heads": HEADS,
            "out_hidden_size": HIDDEN,
            "fullatt_block_indexes": [1],
            "window_size": 56,
            "patch_size": 14,
            "initializer_range": 0.3,
        },
        **_qwen_ids(tok),
    )
    return processor, config


def _qwen3_processor(tok: Any) -> Any:
    return hf.Qwen3VLProcessor(
        hf.Qwen2VLImageProcessor(patch_size=16, merge_size=2, size=_pixels(12)),
        tok,
        hf.Qwen3VLVideoProcessor(),
        chat_template=chat("<|vision_start|><|image_pad|><|vision_end|>"),
    )


def _qwen3_vision(**more: Any) -> dict[str, Any]:
    return {
        "depth": 2,
        "hidden_size": HIDDEN,
        "intermediate_size": HIDDEN,
        "num_heads": HEADS,
        "out_hidden_size": HIDDEN,
        "patch_size": 16,
        "num_position_embeddings": 64,
        "initializer_range": 0.3,
        **more,
    }


def qwen3_vl() -> Built:
    """Qwen3-VL: interleaved positions, picture features in several layers."""
    tok = tokenizer(**_QWEN)
    settings = text(tok, head_dim=16, rope_parameters=_mrope(mrope_interleaved=True))
    for name in ("bos_token_id", "eos_token_id"):
        del settings[name]
    config = hf.Qwen3VLConfig(
        text_config=settings,
        vision_config=_qwen3_vision(deepstack_visual_indexes=[0, 1]),
        **_qwen_ids(tok),
    )
    return _qwen3_processor(tok), config


def qwen3_5() -> Built:
    """Qwen3.5: three layers of linear attention to one of full attention."""
    tok = tokenizer(**_QWEN)
    rope = _mrope(mrope_interleaved=True, mrope_section=[1, 1, 2], partial_rotary_factor=0.5)
    linear = {
        "linear_key_head_dim": 16,
        "linear_value_head_dim": 16,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
    }
    config = hf.Qwen3_5Config(
        text_config=text(tok, head_dim=16, rope_parameters=rope, **linear),
        vision_config=_qwen3_vision(),
        **_qwen_ids(tok),
    )
    return _qwen3_processor(tok), config


def gemma3() -> Built:
    """Gemma 3: layers that look back over a short window beside layers that see everything."""
    named = {
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    }
    tok = tokenizer(**named)
    processor = hf.Gemma3Processor(
        hf.Gemma3ImageProcessor(size={"height": 64, "width": 64}),
        tok,
        image_seq_length=4,
        chat_template=chat("<start_of_image>"),
    )
    seeing = vision(image_size=64, patch_size=16, vision_use_head=False)
    config = hf.Gemma3Config(
        text_config=text(
            tok,
            head_dim=16,
            query_pre_attn_scalar=16,
            sliding_window=32,
            layer_types=["sliding_attention", "full_attention"] * (LAYERS // 2),
        ),
        vision_config={"model_type": "siglip_vision_model", **seeing},
        mm_tokens_per_image=4,
        boi_token_index=tok.convert_tokens_to_ids(named["boi_token"]),
        eoi_token_index=tok.convert_tokens_to_ids(named["eoi_token"]),
        image_token_index=tok.convert_tokens_to_ids(named["image_token"]),
    )
    return processor, config


def _idefics_tokens() -> list[str]:
    tiles = [f"<row_{row + 1}_col_{col + 1}>" for row in range(6) for col in range(6)]
    plain = ["<end_of_utterance>", "<fake_token_around_image>", "<image>", "<video>"]
    return [*plain, "<global-img>", *tiles]


def _idefics_config(kind: Any, tok: Any) -> Any:
    return kind(
        image_token_id=tok.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=0,
        vision_config=vision(image_size=64, patch_size=16, initializer_range=0.3),
        text_config={"model_type": "llama", **text(tok)},
    )


def smolvlm() -> Built:
    """SmolVLM: Llama under a pixel shuffle."""
    tok = tokenizer(*_idefics_tokens())
    longest = {"longest_edge": 128}
    processor = hf.SmolVLMProcessor(
        hf.SmolVLMImageProcessor(size=longest, max_image_size={"longest_edge": 64}),
        tok,
        hf.SmolVLMVideoProcessor(),
        image_seq_len=4,
        chat_template=chat("<image>"),
    )
    return processor, _idefics_config(hf.SmolVLMConfig, tok)


def idefics3() -> Built:
    """Idefics3, SmolVLM's elder."""
    tok = tokenizer(*_idefics_tokens())
    longest = {"longest_edge": 128}
    processor = hf.Idefics3Processor(
        hf.Idefics3ImageProcessor(size=longest, max_image_size={"longest_edge": 64}),
        tok,
        image_seq_len=4,
        chat_template=chat("<image>"),
    )
    return processor, _idefics_config(hf.Idefics3Config, tok)


def internvl() -> Built:
    """InternVL: a picture in one or two tiles."""
    named = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    tok = tokenizer(**named)
    side = {"height": 56, "width": 56}
    processor = hf.InternVLProcessor(
        hf.GotOcr2ImageProcessor(size=side, crop_to_patches=True, min_patches=1, max_patches=2),
        tok,
        hf.InternVLVideoProcessor(),
        image_seq_length=4,
        chat_template=chat("<IMG_CONTEXT>\n"),
    )
    config = hf.InternVLConfig(
        vision_config=vision(image_size=(56, 56), patch_size=(14, 14)),
        text_config={"model_type": "qwen2", **text(tok)},
        image_token_id=tok.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
    )
    return processor, config


def mistral3() -> Built:
    """Mistral 3: Pixtral's pictures of any size, a break after each line of patches."""
    tok = tokenizer("[IMG]", "[IMG_BREAK]", "[IMG_END]")
    side = {"longest_edge": 64}
    patch = {"height": 14, "width": 14}
    processor = hf.PixtralProcessor(
        hf.PixtralImageProcessor(size=side, patch_size=patch),
        tok,
        patch_size=14,
        spatial_merge_size=2,
        chat_template=chat("[IMG]"),
    )
    config = hf.Mistral3Config(
        vision_config={"model_type": "pixtral", **vision(image_size=112, patch_size=14)},
        text_config={"model_type": "mistral", **text(tok, head_dim=16, sliding_window=None)},
        image_token_index=tok.convert_tokens_to_ids("[IMG]"),
        spatial_merge_size=2,
    )
    return processor, config


def glm4v() -> Built:
    """GLM-4V: positions of three axes, its own picture markers."""
    marks = {
        "image_start": "<|begin_of_image|>",
        "image_end": "<|end_of_image|>",
        "video_start": "<|begin_of_video|>",
        "video_end": "<|end_of_video|>",
    }
    tok = tokenizer(image_token="<|image|>", video_token="<|video|>", **marks)  # noqa: S106
    processor = hf.Glm4vProcessor(
        hf.Glm4vImageProcessor(patch_size=14, merge_size=2, size=_pixels(12)),
        tok,
        hf.Glm4vVideoProcessor(),
        chat_template=chat("<|begin_of_image|><|image|><|end_of_image|>"),
    )
    ids = {f"{name}_token_id": tok.convert_tokens_to_ids(mark) for name, mark in marks.items()}
    config = hf.Glm4vConfig(
        text_config=text(tok, rope_parameters=_mrope()),
        vision_config={
            "depth": 2,
            "hidden_size": HIDDEN,
            "intermediate_size": HIDDEN,
            "num_heads": HEADS,
            "out_hidden_size": HIDDEN,
            "image_size": 56,
            "patch_size": 14,
            "initializer_range": 0.3,
        },
        image_token_id=tok.convert_tokens_to_ids("<|image|>"),
        video_token_id=tok.convert_tokens_to_ids("<|video|>"),
        **ids,
    )
    return processor, config


def aya_vision() -> Built:
    """Aya Vision: Cohere's windows under InternVL's tiles."""
    marks = ["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<|IMG_LINE_BREAK|>"]
    tiles = ["TILE_GLOBAL", *(f"TILE_{place}" for place in range(1, 7))]
    tok = tokenizer("<image>", *marks, *tiles)
    side = {"height": 56, "width": 56}
    processor = hf.AyaVisionProcessor(
        hf.GotOcr2ImageProcessor(size=side, crop_to_patches=True, min_patches=1, max_patches=2),
        tok,
        patch_size=14,
        img_size=56,
        downsample_factor=2,
        chat_template=chat("<image>"),
    )
    seeing = vision(image_size=56, patch_size=14, vision_use_head=False)
    windows = {
        "sliding_window": 32,
        "layer_types": ["sliding_attention", "full_attention"] * (LAYERS // 2),
        "logit_scale": 1.0,
    }
    config = hf.AyaVisionConfig(
        vision_config={"model_type": "siglip_vision_model", **seeing},
        text_config={"model_type": "cohere2", **text(tok, **windows)},
        downsample_factor=2,
        image_token_index=tok.convert_tokens_to_ids("<|IMG_PATCH|>"),
    )
    return processor, config


def lfm2_vl() -> Built:
    """LFM2-VL: short convolutions beside full attention."""
    tok = tokenizer("<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>")
    pictures = hf.Lfm2VlImageProcessor(
        do_image_splitting=False, min_image_tokens=4, max_image_tokens=9, encoder_patch_size=16
    )
    processor = hf.Lfm2VlProcessor(pictures, tok, chat_template=chat("<image>"))
    seeing = vision(num_patches=36, patch_size=16, vision_use_head=False)
    layers = {"layer_types": ["conv", "full_attention"] * (LAYERS // 2)}
    config = hf.Lfm2VlConfig(
        vision_config={"model_type": "siglip2_vision_model", **seeing},
        text_config={"model_type": "lfm2", **text(tok, **layers)},
        image_token_id=tok.convert_tokens_to_ids("<image>"),
        projector_hidden_size=HIDDEN,
    )
    return processor, config


FAMILIES: dict[str, Callable[[], Built]] = {
    family.__name__: family
    for family in (
        llava,
        llava_next,
        llava_onevision,
        qwen2_5_vl,
        qwen3_vl,
        qwen3_5,
        gemma3,
        smolvlm,
        idefics3,
        internvl,
        mistral3,
        glm4v,
        aya_vision,
        lfm2_vl,
    )
}


def save(family: str, folder: Path) -> Path:
    """Writes one family's checkpoint into a folder, as a download would lie there."""
    processor, config = FAMILIES[family]()
    torch.manual_seed(0)
    model = hf.AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    _see(model)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def save_text_only(folder: Path) -> Path:
    """Writes the checkpoint of a language model that takes no pictures."""
    tok = tokenizer("<image>")
    tok.chat_template = chat("")
    torch.manual_seed(0)
    model = hf.AutoModelForCausalLM.from_config(hf.LlamaConfig(**text(tok)), dtype=torch.float32)
    model.save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


def _see(model: Any) -> None:
    """Makes what is seen matter: a random projection is too faint, one of zeros is blind."""
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.ndim >= 2 and not weights.any():
                weights.normal_(0, 0.2)
            elif weights.ndim >= 2 and any(
                part in name for part in ("projector", "merger", "connector")
            ):
                weights.mul_(3.0)
