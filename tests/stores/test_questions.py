"""The library of questions: each file says what it asks and takes, and answers.

- A file's title is a question; each parameter it uses is declared, and each declared one is used.
- Every question answers on the small graph as counted by hand there.
- A bound leaves out what it says, in the order it says, and nothing else.
- A parameter that is missing, unknown or of another type is told, never guessed.
- A user's own file, or Cypher on the command line, is a question too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.asking import ask
from mindgraph.errors import QueryError
from mindgraph.records import pair_id
from mindgraph.stores import Store
from mindgraph.stores.questions import (
    ENGINES,
    Parameter,
    Question,
    bind,
    find_question,
    questions,
)
from mindgraph.stores.reading import parameters
from tests.stores.conftest import HOSTILE

NAMED = {question.name: question for question in questions()}
LIMITED = [name for name, question in NAMED.items() if "LIMIT $limit" in question.text]

A1, B2, C3, D4, E5, F6, G7 = ("A1", "B~2", "C%203", "D4", "E5", "F'6`\"", "G/7 é$x")

ANSWERS: list[tuple[str, dict[str, Any], str, list[tuple[Any, ...]]]] = [
    ("product", {"id": A1}, "id title category image",
     [(A1, "Steel travel mug", "Kitchen > Mugs", "mug.png")]),
    ("product", {"id": "none"}, "id", []),
    ("find_product", {"text": "mug"}, "id", [(A1,), (F6,)]),
    ("find_product", {"text": "ÄPFEL"}, "id", [(F6,)]),
    ("find_product", {"text": "", "limit": 2}, "id", [(D4,), (G7,)]),
    ("why_together", {"a": B2, "b": A1}, "relation intention support source",
     [("usedFor", "brewing coffee at home", 1, "co-buy"),
      ("usedFor", "brewing coffee outdoors", 4, "co-buy"),
      ("isA", "keeping drinks hot", 2, "co-buy")]),
    ("why_together", {"a": A1, "b": F6}, "intention", []),
    ("why_together", {"a": A1, "b": A1}, "intention", []),
    ("why_shared", {"a": A1, "b": D4}, "id relation_a pairs_a relation_b pairs_b support",
     [("i2", "usedFor", 1, "usedFor", 2, 3), ("i1", "usedFor", 2, "can", 1, 4),
      ("i5", "isA", 1, "similarTo", 1, 2), ("i1", "capableOf", 1, "can", 1, 4)]),
    ("why_shared", {"a": A1, "b": B2}, "id pairs_a pairs_b", [("i2", 1, 1)]),
    ("why_shared", {"a": A1, "b": A1}, "id", []),
    ("why_concepts", {"a": A1, "b": B2}, "id intentions_a intentions_b probability",
     [("thing", 2, 2, 0.3), ("q", 2, 1, 0.3)]),
    ("why_concepts", {"a": B2, "b": A1}, "id intentions_a intentions_b probability",
     [("thing", 2, 2, 0.3), ("q", 1, 2, 0.3)]),
    ("why_concepts", {"a": B2, "b": C3}, "id intentions_a intentions_b probability",
     [("coffee", 2, 1, 0.81), ("thing", 3, 2, 0.36), ("q", 1, 2, 0.3)]),
    ("why_concepts", {"a": A1, "b": E5}, "id", []),
    ("why_concepts", {"a": A1, "b": A1}, "id", []),
    ("partners", {"id": A1}, "id support lift source",
     [(B2, 7, 2.5, "co-buy"), (C3, 3, 1.25, "co-buy"), (D4, 1, 0.1, "merchant cross-sell")]),
    ("partners", {"id": D4}, "id support", [(B2, 4), (C3, 2), (A1, 1), (G7, None)]),
    ("partners", {"id": E5}, "id support lift", [(F6, None, None)]),
    ("intentions_of_product", {"id": A1}, "id relation pairs",
     [("i1", "usedFor", 3), ("i3", "usedFor", 1), ("i4", "createdBy", 1), ("i1", "capableOf", 1),
      ("i2", "usedFor", 1), ("i5", "isA", 1)]),
    ("intentions_of_product", {"id": A1, "relation": "isA"}, "id agreement", [("i5", 0.5)]),
    ("co_buys_of_intention", {"id": "i1"}, "id_a id_b relation score",
     [(A1, B2, "usedFor", 0.8), (A1, C3, "usedFor", 0.7), (C3, D4, "can", 0.5),
      (A1, D4, "usedFor", 0.4), (A1, C3, "capableOf", 0.25)]),
    ("co_buys_of_intention", {"id": "i6"}, "id_a", []),
    ("products_of_intention_text", {"text": "COFFEE"}, "id intentions pairs",
     [(A1, 2, 3), (B2, 2, 1), (C3, 1, 2), (D4, 1, 2)]),
    ("products_of_intention_text", {"text": "", "intentions": 1}, "id intentions pairs",
     [(A1, 1, 3), (C3, 1, 2), (D4, 1, 2), (B2, 1, 1)]),
    ("complements", {"id": A1}, "id category intentions",
     [(C3, "Outdoor", 3), (D4, "Outdoor", 3), (B2, "Kitchen > Coffee", 2)]),
    ("complements", {"id": A1, "most": 2}, "id intentions", [(B2, 1), (C3, 1), (D4, 1)]),
    ("complements", {"id": A1, "intentions": 1}, "id intentions", [(C3, 1)]),
    ("complements", {"id": E5}, "id", []),
    ("cross_category_bridges", {}, "category_a category_b pairs relation statements",
     [("Kitchen > Mugs", "Outdoor", 3, "usedFor", 3), ("Garden", "Outdoor", 1, None, 0),
      ("Kitchen > Coffee", "Kitchen > Mugs", 1, "usedFor", 2),
      ("Kitchen > Coffee", "Outdoor", 1, "similarTo", 1)]),
    ("top_concepts", {}, "id statements intentions",
     [("thing", 10, 3), ("coffee", 6, 2), ("q", 5, 2), ("hot%20drink", 2, 1)]),
    ("top_concepts", {"relation": "usedFor", "limit": 2}, "id statements",
     [("thing", 6), ("coffee", 4)]),
    ("intentions_of_category", {"category": "Kitchen"}, "id statements",
     [("i1", 4), ("i2", 2), ("i4", 2), ("i5", 2), ("i3", 1)]),
    ("intentions_of_category", {"category": "Coffee"}, "id statements",
     [("i5", 2), ("i1", 1), ("i2", 1), ("i3", 1)]),
    ("relation_counts", {}, "relation statements intentions",
     [("usedFor", 7, 3), ("can", 1, 1), ("capableOf", 1, 1), ("createdBy", 1, 1), ("isA", 1, 1),
      ("other", 1, 1), ("similarTo", 1, 1)]),
    ("concept_path", {"concept": "coffee"}, "intentions broader intentions_of_broader",
     [(2, "hot drink", 1), (2, "thing", 3)]),
    ("concept_path", {"concept": "thing"}, "intentions broader", [(3, None)]),
    ("intentions_of_concept", {"concept": "thing"}, "id probability", [("i1", 0.6), ("i2", 0.5)]),
    ("intentions_of_concept", {"concept": "it's", "probability": 0, "limit": 1}, "id", [("i2",)]),
    ("intentions_of_concept", {"concept": "hot%20drink"}, "id mention", [("i5", "drinks")]),
    ("products_of_concept", {"concept": "coffee"}, "id intentions pairs",
     [(A1, 2, 3), (B2, 2, 1), (C3, 1, 2), (D4, 1, 2)]),
    ("products_of_concept", {"concept": "hot drink", "probability": 0.9}, "id", []),
    ("weak_spots", {}, "id_a id_b", [(D4, G7), (E5, F6)]),
    ("generic_intentions", {"limit": 3}, "id support", [("i1", 4), ("i2", 3), ("i4", 2)]),
    ("statement", {"a": D4, "b": A1, "relation": "usedFor"}, "statement run model revision",
     [("A1~D4-usedFor-i1", "run-1", "a 'model'", "r1")]),
    ("complements_for_intention", {"id": A1, "text": "COFFEE"}, "id statements score support",
     [(B2, 2, 0.9, 7), (C3, 2, 0.7, 3), (D4, 1, 0.4, 1)]),
    ("complements_for_intention", {"id": A1, "text": ""}, "id statements",
     [(B2, 3), (C3, 3), (D4, 2)]),
    ("concepts_of_product", {"id": A1}, "id intentions statements probability",
     [("coffee", 2, 5, 0.9), ("thing", 2, 5, 0.6), ("hot%20drink", 1, 1, 0.8), ("q", 1, 1, 1.0)]),
    ("concepts_of_product", {"id": B2, "probability": 0.1}, "id intentions statements",
     [("thing", 3, 4), ("coffee", 2, 2), ("hot%20drink", 1, 2), ("q", 1, 1)]),
    ("neighbourhood", {"id": B2, "pairs": 1}, "pair relation intention concept probability",
     [("A1~B%7E2", "isA", "i5", "hot%20drink", 0.8), ("A1~B%7E2", "isA", "i5", "thing", 0.2),
      ("A1~B%7E2", "usedFor", "i1", "coffee", 0.9), ("A1~B%7E2", "usedFor", "i1", "thing", 0.6),
      ("A1~B%7E2", "usedFor", "i3", "coffee", 0.7)]),
    ("neighbourhood", {"id": D4, "limit": 1}, "statement score text",
     [("A1~D4-createdBy-i4", 0.1, HOSTILE)]),
    ("partners_of_partners", {"id": A1}, "id partners", [(F6, 1), (G7, 1)]),
    ("partners_of_partners", {"id": B2}, "id partners", [(C3, 2), (G7, 1)]),
    ("partners_of_partners", {"id": E5}, "id category", [(C3, "Outdoor")]),
    ("concepts_rolled_up", {}, "id intentions concepts",
     [("q", 5, 3), ("thing", 4, 2), ("hot%20drink", 3, 2), ("coffee", 2, 1)]),
    ("products_of_concept_path", {"concept": "hot drink"}, "id intentions pairs",
     [(A1, 3, 3), (B2, 3, 2), (D4, 2, 3), (C3, 1, 2)]),
    ("products_of_concept_path", {"concept": "it's", "probability": 1.0}, "id intentions pairs",
     [(A1, 1, 1), (C3, 1, 1), (D4, 1, 1), (F6, 1, 1)]),
    ("relations_of_category", {"category": "Kitchen"}, "relation statements pairs intentions",
     [("usedFor", 6, 4, 3), ("capableOf", 1, 1, 1), ("createdBy", 1, 1, 1), ("isA", 1, 1, 1),
      ("other", 1, 1, 1), ("similarTo", 1, 1, 1)]),
    ("doubted_statements", {}, "statement agreement",
     [("A1~D4-createdBy-i4", 0.0), ("A1~C%203-capableOf-i1", 0.25), ("A1~B%7E2-isA-i5", 0.5)]),
    ("search_intentions", {"text": "Coffee"}, "id support", [("i1", 4), ("i3", 1)]),
    ("search_intentions", {"text": "COFFEE at home"}, "id", [("i3",)]),
    ("search_intentions", {"text": "home coffee"}, "id", []),
    ("search_intentions", {"text": ""}, "id", []),
    ("search_products", {"text": "Travel MUG"}, "id", [(A1,)]),
    ("search_products", {"text": "äpfel"}, "id", [(F6,)]),
    ("shortest_path", {"a": A1, "b": G7}, "co_buys ids titles",
     [(2, [A1, pair_id(A1, D4), D4, pair_id(D4, G7), G7],
       ["Steel travel mug", None, HOSTILE, None, "CREATE (n) SET n.x = 1"])]),
    ("shortest_path", {"a": E5, "b": A1}, "co_buys", [(3,)]),
    ("shortest_path", {"a": A1, "b": A1}, "co_buys", []),
]  # fmt: skip


def answer(store: Store, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    return list(ask(store, find_question(name), given))


# ---- what a file says of itself


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
def test_a_title_is_a_question(question: Question) -> None:
    assert question.title.endswith("?")
    assert question.title[0].isupper()


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
def test_what_is_declared_is_used_and_what_is_used_is_declared(question: Question) -> None:
    declared = [parameter.name for parameter in question.parameters]
    for text in (question.text, *question.own.values()):
        comments = [line for line in text.splitlines() if line.startswith("// $")]
        assert len(declared) == len(set(declared)) == len(comments)
        assert set(declared) == parameters(text)


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
def test_every_engine_has_a_text_and_all_are_described_alike(question: Question) -> None:
    shared = question.text not in question.own.values()
    assert shared or set(question.own) == set(ENGINES)
    heads = {tuple(described(text)) for text in (question.text, *question.own.values())}
    assert len(heads) == 1


def described(text: str) -> list[str]:
    """The title and the parameters of a text."""
    lines = text.splitlines()
    return [lines[0], *(line for line in lines if line.startswith("// $"))]


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
def test_a_default_is_of_its_own_type(question: Question) -> None:
    for parameter in question.parameters:
        if parameter.default is not None:
            assert parameter.fits(parameter.read(parameter.default))


def test_only_questions_with_few_rows_have_no_limit() -> None:
    assert set(NAMED) - set(LIMITED) == {"product", "relation_counts", "shortest_path"}


# ---- what it answers


def test_every_question_has_its_answer_here() -> None:
    assert {name for name, *_ in ANSWERS} == set(NAMED)


@pytest.mark.parametrize(
    ("name", "given", "columns", "rows"),
    ANSWERS,
    ids=[f"{name}-{'-'.join(map(str, given.values()))}" for name, given, *_ in ANSWERS],
)
def test_a_question_answers_as_counted_by_hand(
    store: Store, name: str, given: dict[str, Any], columns: str, rows: list[tuple[Any, ...]]
) -> None:
    found = [tuple(row[column] for column in columns.split()) for row in answer(store, name, given)]
    assert found == [tuple(map(near, row)) for row in rows]


def near(value: Any) -> Any:
    return pytest.approx(value) if isinstance(value, float) else value


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
def test_a_question_about_nothing_has_no_rows_and_no_error(
    store: Store, question: Question
) -> None:
    given = {p.name: f"no such {p.name}" for p in question.parameters if p.default is None}
    rows = answer(store, question.name, given)
    assert not (given and rows)


@pytest.mark.parametrize("question", NAMED.values(), ids=NAMED)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_text_parameter_never_breaks_a_question(
    store: Store, question: Question, data: st.DataObject
) -> None:
    texts = [parameter.name for parameter in question.parameters if parameter.kind == "text"]
    given = {name: data.draw(st.text(max_size=8), name) for name in texts}
    assert all(isinstance(row, dict) for row in answer(store, question.name, given))


@pytest.mark.parametrize("name", ["intentions_of_concept", "products_of_concept"])
@pytest.mark.parametrize("limit", range(4))
def test_a_large_concept_is_answered_as_a_small_one(store: Store, name: str, limit: int) -> None:
    """Where a store has a way of its own with large concepts, take it with the small ones here."""
    question = find_question(name)
    text = question.on(store.engine).replace("> 20000", "> 0")
    for concept in ("coffee", "thing", "it's", "hot drink", "none"):
        given = bind(question, [f"concept={concept}", "probability=0.3", f"limit={limit}"])
        given |= {"intentions": limit} if "intentions" in given else {}
        assert list(store.ask(text, given)) == list(store.ask(question.text, given))


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_cuts_the_same_rows_off(store: Store, name: str) -> None:
    given = next(given for answered, given, *_ in ANSWERS if answered == name)
    rows = answer(store, name, {**given, "limit": 100})
    for limit in range(len(rows) + 1):
        assert answer(store, name, {**given, "limit": limit}) == rows[:limit]


# ---- what it takes

ASKED = Question(
    "asked",
    "What?",
    (
        Parameter("id", "text", None, "an id"),
        Parameter("relation", "text", "", "any"),
        Parameter("limit", "whole", "20", "rows"),
        Parameter("least", "real", "0.5", "a share"),
    ),
    "MATCH (n {id: $id}) WHERE n.x >= $least OR $relation = '' RETURN n.id AS id LIMIT $limit",
)


def test_what_is_not_given_takes_its_default() -> None:
    assert bind(ASKED, ["id=B07"]) == {"id": "B07", "relation": "", "limit": 20, "least": 0.5}


@pytest.mark.parametrize(
    ("pair", "name", "value"),
    [
        ("limit=3", "limit", 3),
        ("least=1", "least", 1.0),
        ("$relation=usedFor", "relation", "usedFor"),
        ("relation=a=b", "relation", "a=b"),
        ("relation=''", "relation", "''"),
        ("relation=7", "relation", "7"),
        ("relation=", "relation", ""),
    ],
)
def test_a_given_value_is_read_as_its_type(pair: str, name: str, value: object) -> None:
    bound = bind(ASKED, ["id=x", pair])
    assert (bound[name], type(bound[name])) == (value, type(value))


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], r"\$id has no value; add: -p id=VALUE"),
        (["id=x", "ids=y"], r"no \$ids; it takes id, least, limit, relation"),
        (["id=x", "limit=many"], "limit=many: must be a whole value"),
        (["id=x", "limit=1.5"], "limit=1.5: must be a whole value"),
        (["id=x", "least=half"], "least=half: must be a real value"),
        (["id"], "'id' is no parameter; write name=value"),
        (["=x"], "'=x' is no parameter"),
    ],
)
def test_a_wrong_parameter_is_told(pairs: list[str], told: str) -> None:
    with pytest.raises(QueryError, match=told):
        bind(ASKED, pairs)


@pytest.mark.parametrize(
    "given",
    [{"id": 7}, {"id": None}, {"id": "x", "limit": "3"}, {"id": "x", "limit": 1.5},
     {"id": "x", "limit": True}, {"id": "x", "least": "0.5"}, {"id": ["x"]}],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_before_a_store_can_cast_it(
    store: Store, given: dict[str, Any]
) -> None:
    with pytest.raises(QueryError, match=r"\$(id|limit|least) must be a (text|whole|real) value"):
        ask(store, ASKED, given)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_is_bound_as_it_stands(text: str) -> None:
    assert bind(ASKED, [f"id={text}"])["id"] == text


# ---- a user's own query


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ('"7"', "7"), ("B07", "B07"), ("[1, 2]", [1, 2]), ("true", True), ("null", None),
     ("NaN", "NaN"), ("Infinity", "Infinity"), ("9" * 5000, "9" * 5000), ("it's", "it's")],
)  # fmt: skip
def test_a_value_without_a_declared_type_is_json_or_text(text: str, value: object) -> None:
    assert bind(find_question("RETURN $x AS x"), [f"x={text}"]) == {"x": value}


def test_a_dollar_in_a_string_is_no_parameter(store: Store) -> None:
    asked = find_question("MATCH (p:Product) WHERE p.id ENDS WITH '$x' RETURN p.id AS id")
    assert list(store.ask(asked.text, bind(asked, []))) == [{"id": G7}]


def test_a_name_of_the_library_is_found_and_another_is_told() -> None:
    assert find_question("why_together").title == NAMED["why_together"].title
    with pytest.raises(QueryError, match="no query is called 'why_not'; see: mindgraph query"):
        find_question("why_not")


@pytest.mark.parametrize("head", ["", "// How many?\n", "\ufeff// How many?\r\n"])
def test_a_file_is_a_question_with_and_without_a_title(
    store: Store, tmp_path: Path, head: str
) -> None:
    path = tmp_path / "mine.cypher"
    path.write_text(f"{head}MATCH (p:Product) RETURN count(*) AS n", encoding="utf-8", newline="")
    asked = find_question(str(path))
    assert asked.title == ("How many?" if head else "")
    assert list(ask(store, asked, {})) == [{"n": 7}]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00R"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.cypher"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(QueryError, match=r"mine\.cypher: cannot be read \("):
        find_question(str(path))
