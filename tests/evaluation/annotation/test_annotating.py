"""`sample` and `agreement` end to end: a run, sheets, people who fill them in, what comes out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("krippendorff", reason="needs the extra annotate")
pytest.importorskip("openpyxl", reason="needs the extra annotate")
pytest.importorskip("statsmodels", reason="needs the extra annotate")

from PIL import Image

import mindgraph
from mindgraph import annotating
from mindgraph.errors import InputError, RunError, UsageError
from mindgraph.runs import Built
from tests.evaluation.annotation.people import fill, rows_of

Command = Callable[..., CompletedProcess[str]]

HOSTILE = '=HYPERLINK("http://127.0.0.1/","tea")'


_WORDS = [
    first + last for first in "bcdfghklmn" for last in "ax ex ix ox ux ab eb ib ob ub".split()
]

_PRODUCTS = f"""id,title,category,image
A1,"{HOSTILE.replace('"', '""')}",Kitchen,mug.png
B2,Paper filters,Kitchen,https://shop.example/a b.png?x=1
C3,Gas stove,Outdoor,javascript:alert(1)
"""

_CONFIG = """
name: scored
products:
  - {path: products.csv, columns: {id: id, title: title, categories: category, image: image}}
pictures: {folder: .}
intentions: {ready: [{path: rows.csv}]}
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose claims were judged with every P(yes) from 0.00 to 0.99, half of them kept."""
    shop = tmp_path_factory.mktemp("scored")
    rows = ["product_a,product_b,relation,intention,agreement"]
    for place, word in enumerate(_WORDS):
        pair = ("A1,B2", "B2,C3", "A1,C3")[place % 3]
        rows.append(f"{pair},usedFor,They are both used for brewing {word},0.{place:02}")
    (shop / "rows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (shop / "products.csv").write_text(_PRODUCTS, encoding="utf-8")
    (shop / "scored.yaml").write_text(_CONFIG, encoding="utf-8")
    Image.new("RGB", (4, 4)).save(shop / "mug.png")
    return mindgraph.build(shop / "scored.yaml", shop / "run").folder


def says(row: dict[str, str]) -> dict[str, str]:
    """A person who finds plausible what the model gave at least 0.7."""
    place = _WORDS.index(row["sentence"].split()[-1])
    return {"plausibility": "yes" if place >= 70 else "no", "typicality": str(1 + place // 25)}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_planted_threshold_is_found_from_filled_sheets(
    scored: Path, tmp_path: Path, kind: str
) -> None:
    done = mindgraph.sample(scored, 1000, tmp_path / f"s.{kind}", annotators=2)
    assert (done.claims, done.kept, done.rejected) == (100, 50, 50)
    for sheet in done.sheets:
        fill(sheet, says)
    found = mindgraph.agreement(*done.sheets, run=scored, precision=1.0).findings
    assert found.annotators == ("1", "2")
    assert found.plausible.value == pytest.approx(0.3)
    assert [agreed.alpha.value for agreed in found.agreement] == [1.0, 1.0]
    assert found.disagreements == ()
    assert found.thresholds is not None
    assert found.thresholds.chosen is not None
    assert (found.thresholds.chosen.threshold, found.thresholds.chosen.recall) == (0.7, 1)


def test_a_sheet_shows_neither_score_nor_verdict(scored: Path, tmp_path: Path) -> None:
    (sheet,) = mindgraph.sample(scored, 60, tmp_path / "s.csv").sheets
    assert list(rows_of(sheet)[0]) == [
        "title_a", "title_b", "relation", "sentence", "picture_a", "picture_b",
        "plausibility", "typicality", "annotator", "id", "check",
    ]  # fmt: skip
    text = sheet.read_text(encoding="utf-8-sig")
    assert not re.search(r"\b0\.\d\d", text)
    kept = [_WORDS.index(row["sentence"].split()[-1]) >= 50 for row in rows_of(sheet)]
    assert kept != sorted(kept)
    assert kept != sorted(kept, reverse=True)


def test_a_hostile_title_is_a_text_and_its_pictures_are_safe_links(scored: Path) -> None:
    (sheet,) = mindgraph.sample(scored, 100, scored.parent / "beside.csv").sheets
    raw = sheet.read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in raw
    assert '"=HYPERLINK' not in raw
    found = {}
    for row in rows_of(sheet):
        found |= {row["title_a"]: row["picture_a"], row["title_b"]: row["picture_b"]}
    assert found == {
        HOSTILE: "mug.png",
        "Paper filters": "https://shop.example/a%20b.png?x=1",
        "Gas stove": "",
    }


def test_pictures_elsewhere_are_linked_by_file_addresses(demo: Built, tmp_path: Path) -> None:
    done = mindgraph.sample(demo.folder, 40, tmp_path / "s.csv")
    links = [row[name] for row in rows_of(done.sheets[0]) for name in ("picture_a", "picture_b")]
    assert done.pictures == sum(map(bool, links)) > 60
    for link in filter(None, links):
        assert link.startswith("file:///")
        assert Path(unquote(urlsplit(link).path)).is_file()


def test_equal_seeds_are_equal_bytes_and_annotators_have_orders_of_their_own(
    demo: Built, tmp_path: Path
) -> None:
    def bytes_of(name: str, seed: int) -> list[bytes]:
        done = mindgraph.sample(demo.folder, 30, tmp_path / name, annotators=2, seed=seed)
        return [sheet.read_bytes() for sheet in done.sheets]

    for kind in ("csv", "xlsx"):
        assert bytes_of(f"a.{kind}", 0) == bytes_of(f"b.{kind}", 0) != bytes_of(f"c.{kind}", 1)
    one, two = ([row["id"] for row in rows_of(tmp_path / f"a-{number}.csv")] for number in (1, 2))
    assert sorted(one) == sorted(two)
    assert one != two


def test_disagreements_come_most_split_first(demo: Built, tmp_path: Path) -> None:
    done = mindgraph.sample(demo.folder, 12, tmp_path / "s.csv", annotators=4)
    ids = sorted(row["id"] for row in rows_of(done.sheets[0]))
    for number, sheet in enumerate(done.sheets):
        noes = {ids[0]: number < 1, ids[1]: number < 2}
        fill(
            sheet,
            lambda row, noes=noes, number=number: {
                "plausibility": "no" if noes.get(row["id"]) else "yes",
                "typicality": str(1 + number) if row["id"] == ids[2] else "4",
            },
        )
    found = mindgraph.agreement(*done.sheets).findings
    assert [claim.id for claim in found.disagreements] == [ids[1], ids[0], ids[2]]
    assert found.disagreements[0].plausibility == "2 yes, 2 no"
    assert found.disagreements[2].typicality == "1, 2, 3, 4"
    assert found.thresholds is None


def test_a_sheet_with_votes_is_never_written_over(demo: Built, tmp_path: Path) -> None:
    mindgraph.sample(demo.folder, 5, tmp_path / "s.csv")
    with pytest.raises(UsageError, match="is there already and may hold votes"):
        mindgraph.sample(demo.folder, 5, tmp_path / "s.csv")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"count": 0}, "from 1 to 10,000"),
        ({"count": 10_001}, "from 1 to 10,000"),
        ({"annotators": 0}, "from 1 to 100"),
        ({"verdict": "perhaps"}, "choose one of kept, rejected, both"),
        ({"to": "sheet.ods"}, "neither .csv nor .xlsx"),
    ],
)
def test_what_cannot_be_sampled_is_refused(
    demo: Built, tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        mindgraph.sample(demo.folder, **{"count": 5, "to": tmp_path / "s.csv", **asked})


def test_a_name_too_long_for_a_file_is_one_clear_line(demo: Built, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no name for a file"):
        mindgraph.sample(demo.folder, 5, tmp_path / f"{'s' * 300}.csv")


def test_a_sheet_given_twice_does_not_agree_with_itself(demo: Built, tmp_path: Path) -> None:
    (sheet,) = mindgraph.sample(demo.folder, 5, tmp_path / "s.csv").sheets
    with pytest.raises(UsageError, match="give each sheet once"):
        mindgraph.agreement(sheet, tmp_path / "." / ".." / tmp_path.name / "s.csv")


def test_a_sheet_of_another_run_and_one_without_votes(
    demo: Built, scored: Path, tmp_path: Path
) -> None:
    (sheet,) = mindgraph.sample(demo.folder, 5, tmp_path / "s.csv").sheets
    with pytest.raises(InputError, match="nobody has voted yet"):
        mindgraph.agreement(sheet)
    fill(sheet, lambda row: {"plausibility": "yes"})
    with pytest.raises(UsageError, match="knows none of these claims"):
        mindgraph.agreement(sheet, run=scored)
    with pytest.raises(RunError, match="no run here"):
        mindgraph.agreement(sheet, run=tmp_path / "none")


def test_a_missing_package_is_one_line_that_names_the_extra(
    demo: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotating, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'mindgraph\[annotate\]'"):
        mindgraph.sample(demo.folder, 5, tmp_path / "s.xlsx")
    with pytest.raises(UsageError, match=r"pip install 'mindgraph\[annotate\]'"):
        mindgraph.agreement(tmp_path / "s.csv")
    assert mindgraph.sample(demo.folder, 5, tmp_path / "s.csv").claims == 5


# ---- the command line


def test_the_command_line_says_what_it_wrote_and_what_people_say(
    scored: Path, tmp_path: Path, command: Command
) -> None:
    done = command("sample", scored, 50, "--to", tmp_path / "s.csv", "--seed", 3)
    assert done.returncode == 0, done.stderr
    assert "50 claims (25 kept, 25 judged no," in done.stderr
    fill(tmp_path / "s.csv", says)
    told = command("agreement", tmp_path / "s.csv", "--run", scored, "--precision", 0.9)
    assert told.returncode == 0, told.stderr
    assert "50 of 50 claims voted on by 1" in told.stdout
    assert "threshold for precision 0.9: 0.7" in told.stdout
    asked = command("agreement", tmp_path / "s.csv", "--run", scored, "--format", "json")
    assert json.loads(asked.stdout)["thresholds"]["implausible"] == 35


def test_rows_left_out_are_exit_code_3_and_an_edited_sheet_is_2(
    scored: Path, tmp_path: Path, command: Command
) -> None:
    (sheet,) = mindgraph.sample(scored, 10, tmp_path / "s.csv").sheets
    first = rows_of(sheet)[0]["id"]
    fill(sheet, lambda row: {**says(row), **({"typicality": "9"} if row["id"] == first else {})})
    told = command("agreement", sheet)
    assert told.returncode == 3
    assert f"mindgraph: {sheet}:2: typicality: '9' is no vote" in told.stderr
    assert "1 row in error was left out" in told.stderr
    fill(sheet, lambda row: {"sentence": "they are both used for tea"})
    told = command("agreement", sheet)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1


def test_claims_kept_alone_have_no_negatives_and_hence_no_threshold(
    demo: Built, tmp_path: Path, command: Command
) -> None:
    run = tmp_path / "run"
    shutil.copytree(demo.folder, run)
    (sheet,) = mindgraph.sample(run, 10, tmp_path / "s.csv", verdict="kept").sheets
    fill(sheet, lambda row: {"plausibility": "yes"})
    told = command("agreement", sheet, "--run", run)
    assert told.returncode == 0
    assert "no threshold: no claim has both a score and a majority" in told.stdout
