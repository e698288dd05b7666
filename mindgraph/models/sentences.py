"""Sentence vectors: any sentence-transformers folder, or an installed package that carries one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.errors import InputError, ModelError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MARK = "modules.json"
"""The file that every folder of sentence-transformers has."""


def sentence_encoder(name: str) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """A function from texts to vectors of length one; nothing is downloaded.

    `name` is a folder, or a package with such a folder in it. UsageError where
    sentence-transformers is not installed, InputError where there is no model, ModelError where it
    cannot be read.
    """
    folder = _folder(name)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise UsageError(
            "sentence vectors need sentence-transformers: pip install 'mindgraph[vectors]'"
        ) from None
    from mindgraph.models.local.weights import quiet

    try:
        with quiet():
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        raise ModelError(f"{folder}: the sentence model cannot be loaded: {told}") from None
    return lambda texts: model.encode(
        list(texts),
        batch_size=64,
        normalize_embeddings=True,
        convert_to_numpy=True,
        show_progress_bar=False,
    )


def _folder(name: str) -> Path:
    """The model's folder: the one named, or the one inside the package named."""
    given = Path(name)
    roots = [given] if given.is_dir() else [*_inside(name)]
    found = [one for root in roots for one in (root, *sorted(root.glob("*"))) if _is_model(one)]
    if not found:
        raise InputError(
            f"{name}: neither a sentence-transformers folder (with {_MARK}) nor an installed "
            "package that carries one"
        )
    return found[0]


def _inside(package: str) -> list[Path]:
    known = find_spec(package) if package.isidentifier() else None
    return [Path(place) for place in (known.submodule_search_locations or [])] if known else []


def _is_model(folder: Path) -> bool:
    return (folder / _MARK).is_file()
