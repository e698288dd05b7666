"""Reading IntentionQA's files, and what is said where they are another benchmark's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.questions import read_benchmark
from mindgraph.intentions.tails import relation_of
from tests.evaluation.intentionqa import small_benchmark as small


def test_rows_with_fewer_than_four_options_are_read_but_not_scored(tmp_path: Path) -> None:
    rows = small.rows()
    rows[0]["options"] = {rows[0]["gold_ind"]: "because they both are related to tents."}
    benchmark, _ = small.read(small.write(tmp_path, changed=rows))
    assert benchmark.counts == {"rows": 80, "scored": 79, "with a repeated option": 0}
    assert "Q0" not in {question.id for question in benchmark.scored}


def test_entities_are_undone_in_titles_and_options(tmp_path: Path) -> None:
    rows = small.rows()
    rows[0]["item_a_name"] = "Pots &amp; 6&quot; pans"
    rows[0]["options"]["A"] = "because they both are related to salt &amp; pepper."
    benchmark, _ = small.read(small.write(tmp_path, changed=rows))
    assert benchmark.questions[0].a.title == 'Pots & 6" pans'
    assert benchmark.questions[0].options[0].endswith("salt & pepper.")


def test_distractors_are_known_by_the_set_of_their_ids_in_any_order(tmp_path: Path) -> None:
    rows = small.rows()
    straight, _ = small.read(small.write(tmp_path / "one", changed=rows))
    for row in rows:
        row["distractors_id"].reverse()
    turned, _ = small.read(small.write(tmp_path / "two", changed=rows))
    assert [one.sources for one in straight.questions] == [one.sources for one in turned.questions]


def test_the_relation_is_the_one_that_the_file_by_relation_says(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    (folder / "QA_fullInfo_task1_byRelation.jsonl").write_text('{"id": "Q3", "relation": "can"}\n')
    benchmark, _ = small.read(folder)
    assert [one.relation for one in benchmark.questions[3:5]] == ["can", "usedFor"]


def test_listings_of_one_title_are_one_product(tmp_path: Path) -> None:
    rows = small.rows()
    rows[1]["item_a_name"] = f"{rows[0]['item_a_name']}s".replace("model", "Model")
    benchmark, _ = small.read(small.write(tmp_path, changed=rows))
    first, second = benchmark.questions[:2]
    assert first.component != second.component
    rows[1]["item_a_name"] = "model " + rows[0]["item_a_name"].replace("model ", "")
    benchmark, _ = small.read(small.write(tmp_path, changed=rows))
    first, second = benchmark.questions[:2]
    assert first.component == second.component == "A0"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: row.pop("assertion"), "no text in the field assertion"),
        (lambda row: row.pop("item_b_name"), "no text in the field item_b_name"),
        (lambda row: row.update(gold_ind="Z"), "gold_ind is 'Z'"),
        (lambda row: row.update(options=["a", "b"]), "options holds no texts by letter"),
        (lambda row: row.pop("distractors_id"), "distractors_id"),
    ],
)
def test_a_row_of_another_benchmark_is_one_clear_line(
    tmp_path: Path, change: Callable[[dict[str, object]], object], said: str
) -> None:
    rows = small.rows()
    change(rows[6])
    with pytest.raises(InputError, match=r"QA_fullInfo_task1.jsonl, row 7: ") as told:
        small.read(small.write(tmp_path, changed=rows))
    assert said in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_a_folder_without_the_files_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"DATA is the folder with IntentionQA's"):
        read_benchmark(tmp_path, 1, relation_of)


def test_a_file_that_is_no_json_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "QA_fullInfo_task2.jsonl").write_text(json.dumps({}) + "\nid,title\n")
    with pytest.raises(InputError, match="row 1: no text in the field id"):
        read_benchmark(tmp_path, 2, relation_of)


def test_an_empty_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "QA_fullInfo_task1.jsonl").write_text("")
    with pytest.raises(InputError, match=r"task1.jsonl: no question"):
        read_benchmark(tmp_path, 1, relation_of)


def test_a_broken_line_is_told_by_file_and_row(tmp_path: Path) -> None:
    path = small.write(tmp_path) / "QA_fullInfo_task1.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:4], lines[4][:50], *lines[5:]]))
    with pytest.raises(InputError, match=r"QA_fullInfo_task1.jsonl, row 5: no JSON"):
        read_benchmark(tmp_path, 1, relation_of)


@pytest.mark.parametrize("row", ['{"id": "Q3"}', "[1]", '{"id": "Q3", "relation": 5}'])
def test_a_row_without_a_relation_is_one_clear_line(tmp_path: Path, row: str) -> None:
    folder = small.write(tmp_path)
    (folder / "QA_fullInfo_task1_byRelation.jsonl").write_text(f"{row}\n")
    with pytest.raises(InputError, match=r"byRelation.jsonl, row 1: no id with a relation"):
        small.read(folder)
