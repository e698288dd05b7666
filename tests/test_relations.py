"""Relations: the field's 22 names, their aliases, profiles and edge types."""

from __future__ import annotations

import re

import pytest

from mindgraph.graph.schema import EDGES
from mindgraph.relations import ALIASES, PROFILES, RELATIONS, find, nearest

NAMES = (
    "open relatedTo isA partOf madeOf similarTo createdBy hasA propertyOf distinctFrom usedFor can "
    "capableOf definedAs symbolOf mannerOf deriveFrom effect cause motivatedBy causeDesire other"
).split()


def test_there_are_the_fields_22_relations_in_their_order() -> None:
    assert list(RELATIONS) == NAMES
    assert [relation.name for relation in RELATIONS.values()] == NAMES


def test_edge_types_are_upper_snake_and_each_relation_has_its_own() -> None:
    types = [relation.edge_type for relation in RELATIONS.values()]
    assert len(set(types)) == 22
    assert all(re.fullmatch("[A-Z]+(_[A-Z]+)*", name) for name in types)
    assert [RELATIONS[name].edge_type for name in ("usedFor", "isA", "can", "causeDesire")] == [
        "USED_FOR",
        "IS_A",
        "CAN",
        "CAUSE_DESIRE",
    ]
    assert set(types) <= {edge.type for edge in EDGES}


def test_names_of_released_data_are_read() -> None:
    assert ALIASES == {"propertOf": "propertyOf", "causeEffect": "causeDesire"}
    for alias, name in ALIASES.items():
        assert find(alias) is RELATIONS[name]
        assert alias not in RELATIONS


@pytest.mark.parametrize("name", ["", "usedfor", "USED_FOR", "usedFor ", "xNeed"])
def test_a_name_that_is_none_is_not_guessed(name: str) -> None:
    assert find(name) is None


def test_profiles_hold_what_their_papers_list() -> None:
    assert {name: len(names) for name, names in PROFILES.items()} == {
        "mind": 19,
        "folkscope": 21,
        "usage": 5,
        "all": 22,
    }
    assert set(PROFILES["usage"]) == {"usedFor", "capableOf", "effect", "cause", "causeDesire"}
    assert set(NAMES) - set(PROFILES["mind"]) == {"hasA", "motivatedBy", "causeDesire"}
    assert set(NAMES) - set(PROFILES["folkscope"]) == {"other"}


def test_a_profile_names_each_relation_once() -> None:
    for names in PROFILES.values():
        assert len(set(names)) == len(names)
        assert set(names) <= set(RELATIONS)


def test_open_and_other_are_the_generic_ones() -> None:
    assert [name for name, relation in RELATIONS.items() if relation.generic] == ["open", "other"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("usdFor", "usedFor"),
        ("USEDFOR", "usedFor"),
        ("used_for", "usedFor"),
        ("isa", "isA"),
        ("property", "propertyOf"),
        ("made", "madeOf"),
        ("capableof", "capableOf"),
        ("propertOf", "propertyOf"),
    ],
)
def test_a_misprint_is_told_the_name_that_was_meant(given: str, meant: str) -> None:
    assert nearest(given) == meant


@pytest.mark.parametrize("given", ["", "日本", "🙂", "x" * 1000])
def test_whatever_is_given_the_nearest_name_is_a_known_one(given: str) -> None:
    assert nearest(given) in RELATIONS


def test_leads_are_lower_case_and_the_longer_ones_are_tried_first() -> None:
    for relation in RELATIONS.values():
        for place, lead in enumerate(relation.leads):
            assert lead == lead.casefold().strip()
            assert not any(later.startswith(lead) for later in relation.leads[place + 1 :])
