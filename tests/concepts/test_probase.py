"""Is-a knowledge.

- A line is concept TAB instance TAB frequency; any other line is told, and the others go on.
- P(concept | instance) is a share of the instance's frequency; ties go by name.
- Nothing is a kind of itself, however it is spelt.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.concepts.probase import ISA, IsA, isa_rows, read_isa
from mindgraph.reasons import REASONS
from mindgraph.records import REJECTED


def rows_of(*lines: str | None) -> tuple[pa.Table, list[dict[str, object]]]:
    """Lines as is-a rows, and those that are none, after both have been counted."""
    columns = {
        "_row": pa.array(range(1, len(lines) + 1), pa.int64()),
        "_line": pa.array(lines, pa.string()),
        "_error": pa.nulls(len(lines), pa.string()),
    }
    outcome = isa_rows(pa.RecordBatch.from_pydict(columns), "isa.tsv")
    good, bad = outcome.tables["isa"], outcome.tables["rejected"]
    assert (good.schema, bad.schema) == (ISA, REJECTED)
    assert outcome.seen == len(lines) == good.num_rows + bad.num_rows
    return good, bad.to_pylist()


def knowledge(*lines: str, top: int = 10) -> IsA:
    good, bad = rows_of(*lines)
    assert not bad
    return IsA(good.to_batches(), top)


# ---- Lines


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("drink\ttea\t7", ("drink", "tea", 7)),
        ("Hot Drink\tGreen  Tea\t1", ("hot drink", "green tea", 1)),
        (" drink \t tea \t 7 ", ("drink", "tea", 7)),
        ("two-wheeler\tmountain-bike\t3", ("two-wheeler", "mountain bike", 3)),
        ("Getränk\tTEE\t2", ("getränk", "tee", 2)),
        ("drink\te\u0301t\u00e9\t2", ("drink", "été", 2)),
        ("drink\ttea\t9223372036854775807", ("drink", "tea", 2**63 - 1)),
    ],
)
def test_a_line_is_concept_instance_and_frequency(line: str, row: tuple[str, str, int]) -> None:
    assert read_isa(line) == row


BAD = [
    "",
    "drink",
    "drink\ttea",
    "drink\ttea\t7\tmore",
    "drink tea 7",
    "\ttea\t7",
    "drink\t \t7",
    "drink\t-\t7",
    "drink\ttea\t",
    "drink\ttea\tmany",
    "drink\ttea\t1.5",
    "drink\ttea\t0",
    "drink\ttea\t-3",
    "drink\ttea\t9223372036854775808",
    "drink\ttea\t" + "9" * 5000,
]


@pytest.mark.parametrize("line", BAD)
def test_any_other_line_is_none(line: str) -> None:
    with pytest.raises(ValueError):
        read_isa(line)


def test_bad_lines_are_told_and_the_others_go_on() -> None:
    good, bad = rows_of("drink\ttea\t7", *BAD, None, "plant\ttea\t3")
    assert good["concept"].to_pylist() == ["drink", "plant"]
    assert good["row"].to_pylist() == [1, len(BAD) + 3]
    assert {row["reason"] for row in bad} == {"malformed row"} <= set(REASONS)
    assert [row["row"] for row in bad] == list(range(2, len(BAD) + 3))
    assert {row["file"] for row in bad} == {"isa.tsv"}


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]) | st.just("\t"), max_size=12), max_size=5
    )
)
def test_every_line_is_a_row_or_is_told(lines: list[str]) -> None:
    good, _ = rows_of(*lines)
    for row in good.to_pylist():
        assert row["concept"] and row["instance"] and row["frequency"] >= 1
        assert "-" not in row["instance"] and row["instance"] == row["instance"].strip()


# ---- Concepts


def test_a_concept_has_its_share_of_the_instances_frequency() -> None:
    isa = knowledge("drink\ttea\t6", "plant\ttea\t3", "meal\ttea\t1", "drink\tcoffee\t5")
    assert isa.concepts("tea") == [("drink", 0.6), ("plant", 0.3), ("meal", 0.1)]
    assert isa.concepts("coffee") == [("drink", 1.0)]


def test_rows_of_the_same_pair_add_up_over_files() -> None:
    one, other = rows_of("drink\ttea\t2", "plant\ttea\t4")[0], rows_of("drink\ttea\t4")[0]
    isa = IsA([*one.to_batches(), *other.to_batches()], 10)
    assert isa.concepts("tea") == [("drink", 0.6), ("plant", 0.4)]


def test_ties_go_by_name() -> None:
    lines = [f"{name}\ttea\t2" for name in ("plant", "drink", "meal", "habit")] + ["x\ttea\t3"]
    names = [name for name, _ in knowledge(*lines).concepts("tea")]
    assert names == ["x", "drink", "habit", "meal", "plant"]


def test_only_the_likeliest_are_kept_and_their_shares_stay() -> None:
    isa = knowledge("drink\ttea\t6", "plant\ttea\t3", "meal\ttea\t1", top=2)
    assert isa.concepts("tea") == [("drink", 0.6), ("plant", 0.3)]


@pytest.mark.parametrize(
    ("line", "name"),
    [("tea\ttea\t9", "tea"), ("Tea\ttea\t9", "tea"), ("t-shirt\tt-shirt\t9", "t-shirt")],
)
def test_nothing_is_a_kind_of_itself(line: str, name: str) -> None:
    isa = knowledge(line, line.replace(line.split("\t")[0], "thing", 1), top=1)
    assert isa.concepts(name) == [("thing", 0.5)]
    assert knowledge(line).concepts(name) == []


def test_hyphens_and_blanks_are_one_spelling_of_an_instance() -> None:
    isa = knowledge("garment\tt-shirt\t1", "garment\tpolo shirt\t1")
    assert isa.concepts("t-shirt") == isa.concepts("t shirt") == [("garment", 1.0)]
    assert isa.concepts("polo-shirt") == isa.concepts("polo shirt") == [("garment", 1.0)]


def test_what_nobody_knows_has_no_concepts() -> None:
    isa = knowledge("drink\ttea\t1")
    assert isa.concepts("drink") == isa.concepts("") == isa.concepts("te") == []
    assert IsA([], 3).concepts("tea") == []


def test_how_long_a_name_may_get_is_known_by_its_first_word() -> None:
    isa = knowledge("x\ttea\t1", "x\ttea pot with lid\t1", "x\tpot-lid\t1")
    assert [isa.longest(word) for word in ("tea", "pot", "lid", "")] == [4, 2, 0, 0]


NAME = st.sampled_from(["tea", "green tea", "drink", "t-shirt", "t shirt", "plant", "thing"])
TABLE = st.lists(st.tuples(NAME, NAME, st.integers(1, 50)), max_size=25)


@given(TABLE, st.integers(1, 5), st.randoms(use_true_random=False))
def test_shares_are_those_of_a_count_by_hand(
    table: list[tuple[str, str, int]], top: int, turn: random.Random
) -> None:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for concept, instance, n in table:
        counts[instance.replace("-", " ")][concept] += n
    lines = [f"{concept}\t{instance}\t{n}" for concept, instance, n in table]
    isa, whole = knowledge(*lines, top=top), knowledge(*lines, top=99)
    turn.shuffle(lines)
    assert all(knowledge(*lines, top=top).concepts(name) == isa.concepts(name) for name in counts)
    for instance, of_instance in counts.items():
        total = sum(of_instance.values())
        expected = sorted(
            (-n / total, name)
            for name, n in of_instance.items()
            if name.replace("-", " ") != instance
        )
        found = whole.concepts(instance)
        assert [name for name, _ in found] == [name for _, name in expected]
        assert [p for _, p in found] == pytest.approx([-p for p, _ in expected], abs=1e-6)
        assert sum(p for _, p in found) <= 1 + 1e-5
        assert isa.concepts(instance) == found[:top]
