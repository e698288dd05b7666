"""The pages are true: their example lines stand in the demo's files, their code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mindgraph.exporters.cskg import COLUMNS
from mindgraph.exporters.kgx import EDGE_COLUMNS, NODE_COLUMNS
from mindgraph.exporting import ALL_FORMATS
from mindgraph.runs import Built

ROOT = Path(__file__).parent.parent.parent
EXPORTS = (ROOT / "exports/README.md").read_text(encoding="utf-8")
NETWORKX = (ROOT / "docs/networkx.md").read_text(encoding="utf-8")

EXAMPLES = re.findall(r"```tsv (\S+)\n(.*)\n```", EXPORTS)


def masked(text: str) -> str:
    return re.sub(r"demo-[0-9a-f]{8}", "demo-run", text)


@pytest.mark.parametrize(("name", "line"), EXAMPLES)
def test_an_example_is_a_line_of_the_demo(name: str, line: str) -> None:
    lines = (ROOT / "exports" / name).read_text(encoding="utf-8").splitlines()
    assert masked(line) in map(masked, lines)


def test_there_are_examples_of_every_format_of_lines() -> None:
    shown = {name.split("/")[1].partition(".")[0] for name, _ in EXAMPLES}
    assert shown == {"cskg", "conceptnet", "kgx", "kge", "atomic"}


@pytest.mark.parametrize("name", sorted(set(ALL_FORMATS) - {"rdf", "neo4j-csv", "node-link"}))
def test_every_format_has_its_section(name: str) -> None:
    assert re.search(rf"^## {name}\b", EXPORTS, re.MULTILINE)


def test_the_columns_are_told() -> None:
    for column in {*COLUMNS, *EDGE_COLUMNS, *NODE_COLUMNS}:
        assert f"`{column}`" in EXPORTS


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
