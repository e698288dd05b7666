"""Checkpoints: what is loaded of them, what is not, and how they are told apart."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import torch

from mindgraph.errors import ModelError, UsageError
from mindgraph.models.local.identity import device_of, dtype_of, info
from mindgraph.models.local.memory import bytes_a_token, pairs_that_fit, weight_bytes
from mindgraph.models.local.weights import Checkpoint


def load(folder, dtype="float32"):
    found = Checkpoint(str(folder), None)
    processor = found.processor()
    return found.load(dtype, "cpu", getattr(processor, "tokenizer", processor))


def rewrite(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


# ---- what is loaded


def test_generation_settings_are_left_behind_but_for_the_tokens_that_end(copy_of):
    copied = copy_of("llava")
    settings = {"repetition_penalty": 1.7, "top_k": 3, "max_new_tokens": 9, "eos_token_id": [2, 7]}
    (copied / "generation_config.json").write_text(json.dumps(settings))
    loaded = load(copied)
    told = loaded.model.generation_config
    assert (told.repetition_penalty, told.top_k, told.max_new_tokens) == (None, None, None)
    assert loaded.eos == {2, 7}
    assert loaded.pad == 0
    assert loaded.room == 4096
    assert not loaded.model.training


@pytest.mark.parametrize(("dtype", "kind"), [("bfloat16", torch.bfloat16), ("auto", torch.float32)])
def test_weights_come_in_the_type_asked_for(dtype, kind, checkpoint):
    assert load(checkpoint("llava"), dtype).model.dtype == kind


def test_a_model_of_texts_comes_with_its_tokenizer(checkpoint):
    found = Checkpoint(str(checkpoint("text")), None)
    assert not hasattr(found.processor(), "image_processor")
    assert type(load(checkpoint("text")).model).__name__ == "LlamaForCausalLM"


def test_pickled_weights_are_not_opened(copy_of):
    copied = copy_of("llava")
    (copied / "model.safetensors").unlink()
    torch.save({}, copied / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(copied)


def test_code_that_a_checkpoint_brings_is_not_run(copy_of, tmp_path):
    copied = copy_of("llava")
    ran = tmp_path / "ran"
    (copied / "own.py").write_text(f"open({str(ran)!r}, 'w').close()\nclass Own: pass\n")
    rewrite(
        copied / "config.json",
        model_type="own",
        auto_map={"AutoConfig": "own.Own", "AutoModelForImageTextToText": "own.Own"},
    )
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(copied)
    assert not ran.exists()


def test_damaged_weights_are_told_in_one_line(copy_of):
    copied = copy_of("llava")
    (copied / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{broken")
    with pytest.raises(ModelError) as refused:
        load(copied)
    assert str(copied) in str(refused.value)
    assert "download the checkpoint again" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_model_that_writes_no_text_is_refused(copy_of):
    copied = copy_of("text")
    rewrite(copied / "config.json", model_type="vit", architectures=["ViTModel"])
    with pytest.raises(ModelError, match="vit, which writes no text"):
        load(copied)


def test_the_librarys_own_loudness_is_put_back(checkpoint):
    from transformers.utils import logging

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    load(checkpoint("llava"))
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


# ---- who it is


def who(folder, dtype="float32", one=None):
    return info(str(folder), None, dtype, one)


def test_a_checkpoint_that_was_moved_is_the_same(copy_of, checkpoint, tmp_path):
    copied = copy_of("llava")
    (copied / "README.md").write_text("read me")
    (copied / ".cache").mkdir()
    (copied / ".cache" / "note.json").write_text("{}")
    assert who(copied) == who(checkpoint("llava"))
    assert who(copied).backend == "transformers"
    assert who(copied).model == "LlavaForConditionalGeneration"


def test_a_checkpoint_goes_by_its_type_where_no_architecture_is_named(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llava"}')
    assert who(tmp_path).model == "llava"
    (tmp_path / "config.json").write_text('{"architectures": []}')
    assert who(tmp_path).model == "checkpoint"


def test_a_config_that_is_no_json_is_told_at_once(tmp_path):
    (tmp_path / "config.json").write_text("<html>")
    with pytest.raises(UsageError, match=r"config\.json is no JSON .* download"):
        who(tmp_path)


def test_a_config_in_a_folder_below_makes_no_checkpoint(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "config.json").write_text("{}")
    with pytest.raises(UsageError, match=r"holds no config\.json"):
        who(tmp_path)


@pytest.mark.parametrize("moving", ["main", "v1.0", "abc123", "a" * 39, "g" * 40, "a" * 41])
def test_a_hubs_id_is_pinned_by_a_whole_commit(moving):
    with pytest.raises(UsageError, match=r"no commit.*40 hex digits.*org/eye/commits/main"):
        info("org/eye", moving, "float32", None)
    assert info("org/eye", "0a" * 20, "auto", None).revision == f"{'0a' * 20} auto"


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "chat_template.jinja", "model.safetensors"]
)
def test_whatever_decides_answers_decides_the_revision(name, copy_of):
    copied = copy_of("llava")
    before = who(copied).revision
    with (copied / name).open("ab") as file:
        file.write(b" ")
    assert who(copied).revision != before


def test_large_weights_are_told_by_size_header_and_samples(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    path = tmp_path / "model.safetensors"
    path.write_bytes((100).to_bytes(8, "little") + b" " * 100)
    os.truncate(path, 40 * 2**20)
    seen = [who(tmp_path).revision]
    for place in (50, 20 * 2**20, 40 * 2**20 - 1):
        with path.open("r+b") as file:
            end = place // (64 * 1024) * 64 * 1024
            file.seek(end if place > 50 else place)
            file.write(b"x" * (160 * 1024 if 50 < place < 40 * 2**20 - 1 else 1))
        seen.append(who(tmp_path).revision)
    os.truncate(path, 40 * 2**20 + 1)
    seen.append(who(tmp_path).revision)
    assert len(set(seen)) == 5


def test_type_and_layout_of_pictures_are_part_of_who_it_is(checkpoint):
    folder = checkpoint("llava")
    told = {
        who(folder, dtype, one).revision for dtype in ("float32", "auto") for one in (None, True)
    }
    assert len(told) == 4


def test_a_type_that_is_not_known_is_refused():
    with pytest.raises(UsageError, match="float8"):
        dtype_of("float8", "cpu")


def test_on_a_cpu_auto_is_exact_and_on_a_gpu_the_checkpoints_own():
    assert [dtype_of("auto", device) for device in ("cpu", "cuda")] == ["float32", "auto"]
    assert dtype_of("bfloat16", "cpu") == "bfloat16"


def test_a_hidden_gpu_is_not_taken(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert device_of("auto") == "cpu"
    assert device_of("cuda:1") == "cuda:1"


# ---- how many pairs fit


class Geometry:
    """LLaVA 1.5 of 13B: 40 layers of 40 heads, each of 128 numbers."""

    num_hidden_layers, num_attention_heads, hidden_size = 40, 40, 5120

    def get_text_config(self):
        return self


def test_keys_and_values_are_counted_as_the_model_keeps_them():
    assert bytes_a_token(Geometry(), 2) == 819_200


@pytest.mark.parametrize(
    ("free", "pairs"), [(141e9, 16), (80e9, 7), (30e9, 1), (20e9, 1), (10e12, 32)]
)
def test_as_many_pairs_as_memory_holds_but_never_none(free, pairs):
    assert pairs_that_fit(Geometry(), int(free), int(26e9), 2) == pairs


def test_weights_are_counted_on_disk(checkpoint, tmp_path):
    size = (checkpoint("llava") / "model.safetensors").stat().st_size
    assert weight_bytes(checkpoint("llava")) == size
    assert weight_bytes(tmp_path) == 0
    shutil.copy(checkpoint("llava") / "model.safetensors", tmp_path / "a.safetensors")
    assert weight_bytes(tmp_path) == size
