"""Records: ids that are made the same way everywhere, and schemas.

- The id of a pair is the same from both sides, and no two pairs share one.
- The parts of an id cannot run into each other.
- All ids are ASCII and safe in an IRI.
"""

from __future__ import annotations

import re
from hashlib import blake2b

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph import records
from mindgraph.records import (
    REJECTED,
    category_ids,
    digest,
    intention_id,
    pair_id,
    rejected,
    statement_id,
)
from mindgraph.relations import RELATIONS
from mindgraph.text import iri_safe

NAMES = st.text("ab~%7E/ -ä", min_size=1, max_size=6)
"""Names of products as a shop may give them; their ids are made safe first."""

PAIRS = st.tuples(NAMES, NAMES)

IRI = re.compile(r"[A-Za-z0-9._~%/-]+")


def made(pair: tuple[str, str]) -> str:
    return pair_id(iri_safe(pair[0]), iri_safe(pair[1]))


@given(PAIRS)
def test_a_pair_has_one_id_from_both_sides(pair: tuple[str, str]) -> None:
    assert made(pair) == made(pair[::-1])
    assert IRI.fullmatch(made(pair))
    assert made(pair).count("~") == 1


@given(PAIRS, PAIRS)
@example(("a", "b~c"), ("a~b", "c"))
@example(("a~", "b"), ("a", "~b"))
@example(("a~", "b"), ("a%7E", "b"))
def test_no_two_pairs_share_an_id(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (made(one) == made(other)) == (sorted(one) == sorted(other))


def test_the_id_of_a_pair_is_its_products_in_order() -> None:
    assert pair_id("B2", "A1") == "A1~B2"
    assert pair_id("A~1", "B2") == "A%7E1~B2"


TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4))
@example(["ab", "c"], ["a", "bc"])
@example(["a", ""], ["a"])
@example(["\ud800"], ["?"])
def test_the_parts_of_a_digest_cannot_run_into_each_other(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_digest_has_the_size_that_was_asked_for() -> None:
    assert [len(digest("a", size=size)) for size in (6, 12)] == [12, 24]
    assert len(digest("a")) == 24


def test_ids_stay_what_they_were() -> None:
    """Ids are in people's graphs and answers; a change of their making is a new major version."""
    assert digest("tea", "cup") == "ffc0318b0477cc2ee66b710a"
    assert intention_id("camp") == blake2b(b"camp", digest_size=12).hexdigest()
    assert statement_id("A1~B2", "usedFor", "9f2c") == "A1~B2-usedFor-9f2c"


@given(PAIRS, st.sampled_from(list(RELATIONS)), st.text(min_size=1))
def test_a_statement_key_can_be_taken_apart(
    pair: tuple[str, str], relation: str, text: str
) -> None:
    intention = intention_id(text.encode("utf-8", "replace").decode())
    key = statement_id(made(pair), relation, intention)
    assert key.rsplit("-", 2) == [made(pair), relation, intention]
    assert IRI.fullmatch(key)


def test_a_category_path_gives_itself_and_all_above_it() -> None:
    assert category_ids("Kitchen > Tea & Coffee > Mugs") == [
        "Kitchen/Tea%20%26%20Coffee/Mugs",
        "Kitchen/Tea%20%26%20Coffee",
        "Kitchen",
    ]
    assert category_ids("Kitchen") == ["Kitchen"]


PATHS = st.lists(st.text("ab/>& ä", min_size=1, max_size=4), min_size=1, max_size=4)


@given(PATHS, PATHS)
@example(["a/b"], ["a", "b"])
def test_no_two_category_paths_share_an_id(one: list[str], other: list[str]) -> None:
    told, else_told = " > ".join(one), " > ".join(other)
    assert (category_ids(told)[0] == category_ids(else_told)[0]) == (told == else_told)


def test_every_schema_names_its_columns_once() -> None:
    schemas = [value for value in vars(records).values() if isinstance(value, pa.Schema)]
    assert len(schemas) == 8
    for schema in schemas:
        assert len(set(schema.names)) == len(schema.names)


def test_a_rejected_row_may_leave_fields_out() -> None:
    table = rejected([{"reason": "malformed row", "row": 3}, {"reason": "generic", "item": "x"}])
    assert table.schema == REJECTED
    assert table["row"].to_pylist() == [3, None]
    assert rejected([]).schema == REJECTED


def test_a_rejected_row_of_the_wrong_type_is_no_row() -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        rejected([{"reason": "malformed row", "row": "third"}])
