"""Tiny checkpoints, pictures and jobs for the tests of the local model."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mindgraph.models import Job, ModelInfo, Part, Sampling, prefix_digest, request_key

os.environ["HF_HUB_OFFLINE"] = "1"
collect_ignore_glob = [] if find_spec("torch") and find_spec("transformers") else ["*.py"]

WHO = ModelInfo("transformers", "tiny", "r")
WHY = (
    " what is the intention of buying these two?",
    " the person wants to have property of",
    " used for",
    "",
)


def _drawn(seed: int) -> Image.Image:
    draw = random.Random(seed)
    raw = bytes(draw.randrange(256) for _ in range(6 * 4 * 3))
    size = (90, 60) if seed % 2 else (60, 100)
    return Image.frombytes("RGB", (6, 4), raw).resize(size, Image.Resampling.BICUBIC)


def _door(path: Path) -> Image.Image:
    if not path.stem.isdigit():
        raise OSError("this is no picture")
    return _drawn(int(path.stem))


def _job(
    a: int,
    b: int,
    suffixes: Sequence[str] = WHY,
    op: str = "generate",
    text: str | None = None,
    pictures: bool = True,
    **sampling: Any,
) -> Job:
    shown = [Part("image", f"sha {place}", f"{place}.png") for place in (a, b)]
    told = f"both products {'are used ' * (a % 3)}for camping {a} {b}" if text is None else text
    prefix = (*(shown if pictures else []), Part("text", told))
    how = Sampling(**{"max_tokens": 6, **sampling})
    digest = prefix_digest(prefix)
    keys = tuple(request_key(digest, suffix, WHO, how, op) for suffix in suffixes)
    return Job(prefix, tuple(suffixes), keys, how, op)  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def door() -> Callable[[Path], Image.Image]:
    """Opens `7.png` as the seventh picture; a name that is no number is no picture."""
    return _door


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], Image.Image]:
    """The picture of a number: odd ones lie, even ones stand."""
    return _drawn


@pytest.fixture(scope="session")
def about() -> Callable[..., Job]:
    """A job about two numbered products: their pictures, a text, some suffixes."""
    return _job


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny checkpoint, by family or `text`; made when it is first named."""
    from tests.models.local.tiny import save, save_text_only

    root = tmp_path_factory.mktemp("checkpoints")

    @cache
    def folder(family: str) -> Path:
        place = root / family
        return save_text_only(place) if family == "text" else save(family, place)

    return folder


@pytest.fixture
def copy_of(checkpoint: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a tiny checkpoint that a test may change."""
    return lambda family: Path(shutil.copytree(checkpoint(family), tmp_path / "copy"))


@pytest.fixture(scope="session")
def model(checkpoint: Callable[[str], Path], door: Any) -> Callable[..., Any]:
    """A `TransformersModel` of a family, on the CPU."""
    from mindgraph.models.local import TransformersModel

    def build(family: str | Path, **options: Any) -> TransformersModel:
        folder = checkpoint(family) if isinstance(family, str) else family
        return TransformersModel(
            weights=str(folder), open_picture=door, **{"device": "cpu", **options}
        )

    return build
