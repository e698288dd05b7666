"""The verbs `audit` and `compare`: what they print, what they refuse, and real data."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import mindgraph
from mindgraph.errors import RunError
from mindgraph.evaluation.audit import MEASURES
from mindgraph.relations import EXCLUSIONS
from mindgraph.runs import Built

Command = Callable[..., subprocess.CompletedProcess[str]]

PAGE = (Path(__file__).parent.parent / "docs/audit.md").read_text(encoding="utf-8")


def test_audit_prints_shares_and_the_worst_with_where_they_are_from(
    demo: Built, command: Command
) -> None:
    done = command("audit", demo.folder, "--worst", 1)
    assert (done.returncode, done.stderr) == (0, "")
    assert "category rigidity     0.9718    207  213 statements" in done.stdout
    assert "category rigidity: the worst 1\ntext: coffee; support: 8" in done.stdout
    assert "  COF-101~COF-102 = Hand Coffee Grinder with Steel Burrs + House Blend" in done.stdout


def test_audit_as_json_is_what_the_function_returns(demo: Built, command: Command) -> None:
    told = json.loads(command("audit", demo.folder, "--format", "json").stdout)
    assert told == json.loads(json.dumps(mindgraph.audit(demo.folder).as_dict()))


def test_a_finding_names_the_row_it_was_read_from(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    ready = "pair_a,pair_b,says,rel\nA1,C3,They are both used for brewing coffee outdoors,usedFor\n"
    ready += "A1,C3,They both are a type of gas camping stove,isA\n"
    columns = {"product_a": "pair_a", "product_b": "pair_b", "intention": "says", "relation": "rel"}
    source = {"path": "said.csv", "format": "plain", "columns": columns}
    config = shop({"said.csv": ready}, intentions={"ready": [source]})
    found = mindgraph.audit(mindgraph.build(config, tmp_path / "run").folder)
    copies = next(measure for measure in found.measures if measure.name == "title copies")
    said = found.said[copies.worst[0].statements[0]]
    assert (said.relation, said.row) == ("isA", 2)
    assert said.file is not None
    assert said.file.endswith("said.csv")


def test_a_run_that_did_not_end_is_one_clear_line(
    demo: Built, command: Command, tmp_path: Path
) -> None:
    folder = shutil.copytree(demo.folder, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "state": "building"}))
    for words in (("audit", folder), ("compare", demo.folder, folder)):
        done = command(*words)
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"mindgraph: {folder}: the build did not end")


def test_a_folder_that_is_no_run_is_one_clear_line(command: Command, tmp_path: Path) -> None:
    done = command("audit", tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "no run here" in line


def test_a_run_without_one_of_its_tables_is_told(demo: Built, tmp_path: Path) -> None:
    folder = shutil.copytree(demo.folder, tmp_path / "run")
    (folder / "nodes/Intention.parquet").unlink()
    with pytest.raises(RunError, match=r"Intention\.parquet: cannot be read .* build again"):
        mindgraph.audit(folder)


def test_compare_prints_csv_and_warns_on_stderr(
    demo: Built, command: Command, tmp_path: Path
) -> None:
    again = shutil.copytree(demo.folder, tmp_path / "again")
    done = command("compare", demo.folder, again, "--format", "csv")
    assert (done.returncode, done.stderr) == (
        0,
        "mindgraph: no ablation: nothing that the runs tell differs\n",
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows[0] == {
        "run": str(demo.folder),
        "table": "counts",
        "key": "products",
        "value": "43",
    }
    table = command("compare", demo.folder, again).stdout
    assert "relation share" in table
    assert "more with --format csv" in table
    assert json.loads(command("compare", demo.folder, again, "--format", "json").stdout)["warning"]


def test_compare_of_one_run_is_one_clear_line(demo: Built, command: Command) -> None:
    done = command("compare", demo.folder)
    assert done.returncode == 2
    assert done.stderr == "mindgraph: give two runs or more, each of them once\n"


def test_the_page_names_every_measure_and_every_relation_that_excludes(demo: Built) -> None:
    for measure in mindgraph.audit(demo.folder, worst=0).measures:
        assert f"**{measure.name}**" in PAGE
    assert len(MEASURES) == PAGE.count("| **")
    for name in {name for both in EXCLUSIONS for name in both}:
        assert f"`{name}`" in PAGE


@pytest.mark.data
def test_the_weak_spots_of_intentionqa(
    data: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDGRAPH_DATA", str(data("intentionqa").parent))
    data("wordnet_isa")
    run = mindgraph.build("intentionqa", tmp_path / "run").folder
    found = mindgraph.audit(run, worst=5)
    shares = {measure.name: measure.share for measure in found.measures}
    assert shares == {
        "category rigidity": None,  # the files have no categories
        "property ambiguity": pytest.approx(0.0079, abs=5e-4),
        "relation confusion": None,  # the relations left in the release exclude none
        "generic tails": pytest.approx(0.1263, abs=5e-4),
        "hub concepts": pytest.approx(0.1903, abs=5e-3),
        "title copies": pytest.approx(0.0254, abs=5e-4),
        "near-duplicates left": pytest.approx(0.0744, abs=1e-3),
    }
    assert found.kept["model"][0]["claims"] == 2303
    assert found.measures[3].worst[0].figures["text"].casefold() == "jewelry"
    assert all(said.file and said.row for said in found.said.values())
