"""Which checkpoint it is, told from its bytes: without loading it, and without a heavy library."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from mindgraph.errors import UsageError
from mindgraph.models import ModelInfo
from mindgraph.models.local.weights import EXTRA

DTYPES = ("auto", "float32", "bfloat16", "float16")
_SMALL = frozenset({".json", ".jinja", ".txt", ".model", ".tiktoken"})
_BLOCK, _BLOCKS = 64 * 1024, 256
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def info(weights: str, revision: str | None, dtype: str, one: bool | None) -> ModelInfo:
    """Who a checkpoint is; raises UsageError where it is not there, or not pinned.

    A folder goes by its architecture, not by its own name, and is told by its small files, and of
    its large ones by size, header and 256 blocks of 64 KiB; a hub's id by the commit that is given.
    """
    folder = Path(weights)
    if folder.is_dir():
        told, name = _digest(folder), _architecture(folder)
    elif _HUB_ID.fullmatch(weights) and revision:
        told, name = _commit(weights, revision), weights
    else:
        raise UsageError(_missing(weights))
    layout = "" if one is None else " one picture" if one else " several pictures"
    return ModelInfo("transformers", name, f"{told} {dtype}{layout}")


def _missing(weights: str) -> str:
    if _HUB_ID.fullmatch(weights):
        return (
            f"there is no folder {weights}; if it is a model of the hub, pin it: "
            "give the commit as `revision`"
        )
    return f"there is no folder {weights}; name a checkpoint's folder in `weights`"


def _commit(weights: str, revision: str) -> str:
    if not _COMMIT.fullmatch(revision):
        raise UsageError(
            f"revision {revision!r} of {weights} is no commit, and a branch or a tag can move; "
            f"give the 40 hex digits listed at https://huggingface.co/{weights}/commits/main"
        )
    return revision


def check_extra() -> None:
    """Raises UsageError where a library that a local model needs is not installed."""
    lacking = [name for name in ("torch", "torchvision", "transformers") if not find_spec(name)]
    if lacking:
        raise UsageError(f"a model of this machine needs {', '.join(lacking)}; {EXTRA}")


def device_of(device: str) -> str:
    """The device that `auto` means: a GPU where this process may see one, without asking torch."""
    if device != "auto":
        return device
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    hidden = visible is not None and visible.strip() in ("", "-1")
    return "cuda" if Path("/dev/nvidiactl").exists() and not hidden else "cpu"


def dtype_of(dtype: str, device: str) -> str:
    """The type that `auto` means: float32 on a CPU, else `auto`, which is the checkpoint's own."""
    if dtype not in DTYPES:
        raise UsageError(f"dtype {dtype!r} is none of {', '.join(DTYPES)}")
    return "float32" if dtype == "auto" and device == "cpu" else dtype


# ---- a folder


def _architecture(folder: Path) -> str:
    """Stays when a folder is copied or renamed, as a request key must."""
    config = _config(folder / "config.json")
    named = config.get("architectures") or [config.get("model_type") or "checkpoint"]
    return str(named[0])


def _config(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except ValueError as error:
        raise UsageError(f"{path} is no JSON ({error}); download the checkpoint again") from error
    return told if isinstance(told, dict) else {}


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if _counts(path, folder))
    if folder / "config.json" not in files:
        raise UsageError(f"{folder} holds no config.json; name a checkpoint's folder in `weights`")
    told = sha256()
    for path in files:
        told.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        told.update(_of_file(path))
    return told.hexdigest()[:32]


def _counts(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.suffix in {*_SMALL, ".safetensors"} and path.is_file()


def _of_file(path: Path) -> bytes:
    told = sha256()
    size = path.stat().st_size
    told.update(str(size).encode())
    with path.open("rb") as file:
        if path.suffix != ".safetensors" or size <= _BLOCK * _BLOCKS:
            told.update(file.read())
        else:
            for block in _sampled(file, size):
                told.update(block)
    return told.digest()


def _sampled(file: BinaryIO, size: int) -> Iterator[bytes]:
    header = int.from_bytes(file.read(8), "little")
    yield file.read(min(header, size))
    for place in range(_BLOCKS):
        file.seek((size - _BLOCK) * place // (_BLOCKS - 1))
        yield file.read(_BLOCK)
