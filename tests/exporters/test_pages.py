"""The pages are true: their example lines stand in the demo's files, their code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mindgraph.exporters.cskg import COLUMNS
from mindgraph.exporters.kgx import EDGE_COLUMNS, NODE_COLUMNS
from mindgraph.exporters.rdf.triples import CLASSES
from mindgraph.exporting import ALL_FORMATS
from mindgraph.runs import Built
from tests.exporters.carried import FOLDER, NAMES, masked, told

ROOT = Path(__file__).parent.parent.parent
EXPORTS = (ROOT / "exports/README.md").read_text(encoding="utf-8")
NETWORKX = (ROOT / "docs/networkx.md").read_text(encoding="utf-8")

SECTIONS = dict(re.findall(r"^## ([\w -]+)\n(.*?)(?=^## |\Z)", EXPORTS, re.MULTILINE | re.DOTALL))

EXAMPLES = re.findall(r"```\w+ demo/(\S+)\n(.*?\n)```", EXPORTS, re.DOTALL)


def section(format_: str) -> str:
    """What the page says of a format; two may share a section."""
    (found,) = [text for name, text in SECTIONS.items() if format_ in name.split(" and ")]
    return found


@pytest.fixture(scope="module")
def demo_files() -> dict[str, str]:
    """The demo's files as text."""
    return told(FOLDER)


@pytest.mark.parametrize(("name", "lines"), EXAMPLES)
def test_an_example_stands_in_the_demo(name: str, lines: str, demo_files: dict[str, str]) -> None:
    assert f"\n{masked(lines)}" in f"\n{demo_files[name]}"


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_every_format_has_an_example_and_a_reader(name: str) -> None:
    shown = set(re.findall(r"^```\w+ demo/(\w[\w.-]*)", section(name), re.MULTILINE))
    assert shown & {kept for kept, (format_, _) in NAMES.items() if format_ == name}
    assert re.search("^Read by ", section(name), re.MULTILINE)


def test_the_columns_are_told() -> None:
    for column in COLUMNS:
        assert f"`{column}`" in section("cskg")
    for column in (*EDGE_COLUMNS, *NODE_COLUMNS):
        assert f"`{column}`" in section("kgx")


@pytest.mark.parametrize("name", CLASSES)
def test_the_terms_of_a_class_are_told(name: str) -> None:
    rows = [line.split("|") for line in section("rdf").splitlines() if f"`{name}`" in line]
    (row,) = [row for row in rows if row[1].strip() == f"`{name}`"]
    terms = {term for term in re.findall(r"`(\w+:\w+)`", row[3]) if not term.startswith("rel:")}
    assert terms == {meant.iri for meant in CLASSES[name]}


def test_the_code_of_the_networkx_page_runs(
    demo: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/demo").symlink_to(demo.folder)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", NETWORKX, re.DOTALL):
        exec(block, names)  # noqa: S102 - the page is to be run as it stands
    said = capsys.readouterr().out
    assert "MultiDiGraph" in said
    assert "Product Hand Coffee Grinder" in said
