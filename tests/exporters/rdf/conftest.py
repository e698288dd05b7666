"""The demo as RDF in every format, read by two programs that are not ours; tables of any text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mindgraph.exporters.about import About, about_of
from mindgraph.exporters.rdf import Exported, write_rdf
from mindgraph.runs import Built
from tests.exporters.conftest import Rows, write_tables
from tests.exporters.rdf.reading import FORMATS

ABOUT = About("r-1", "small", "0.1.0", "a model", ("co-buy",), {})


@pytest.fixture
def small(tmp_path: Path) -> Callable[[Rows], Path]:
    """Writes a graph of these rows."""

    def write(rows: Rows) -> Path:
        return write_tables(tmp_path / "run [it's] *", rows)

    return write


@pytest.fixture(scope="session")
def about(demo: Built) -> About:
    """What is said of the demo's run."""
    return about_of(demo.folder, demo.manifest)


@pytest.fixture(scope="session")
def exported(
    demo: Built, about: About, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Exported]:
    """The demo in every format, by the file's name."""
    folder = tmp_path_factory.mktemp("rdf")
    return {
        name: write_rdf(demo.folder, folder / name, profile=told.profile, about=about)
        for name, told in FORMATS.items()
    }
