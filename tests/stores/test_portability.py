"""The library is text that Neo4j and Ladybug answer alike: a lint keeps out what they do not.

Each rule is a form that both engines take, or that one takes, and that means two things. They
were found by asking a real Neo4j 5.26 and Ladybug 0.22 the same texts over the same graph:

- an edge type twice in one MATCH: Neo4j uses an edge once, Ladybug again and again;
- a path of many steps: trails in Neo4j, walks in Ladybug; only DISTINCT ends agree;
- ORDER BY … LIMIT before an aggregate without a group: Ladybug drops the order, so LIMIT keeps
  any rows at all;
- list indexes, `substring`, `(n:A:B)`, `labels()`, `keys()`, names in another case, look-around,
  `+` and `sum` over nothing, and what only one of them knows.

Each rule has a text here that it must catch. What cannot be said in one way has a text for each
engine; that both answer alike is shown where questions are answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from mindgraph.graph.schema import EDGES, NODES, STATED
from mindgraph.stores.questions import Question, questions

PROPERTIES = {
    **{node.label: {"id", *node.properties} for node in NODES},
    **{edge.type: set(edge.properties) for edge in EDGES},
}

_LITERAL = re.compile(r"//[^\n]*|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CLAUSE = re.compile(
    r"\b(OPTIONAL MATCH|MATCH|WHERE|WITH|RETURN|ORDER BY|SKIP|LIMIT|UNWIND|UNION)\b"
)
_EDGE = re.compile(r"-\[(\w*)(?::([\w|]+))?[^\]]*\]-|(--)")
_NODE = re.compile(r"\((\w*)(?::(\w+))?\s*(?:\{([^}]*)\}\s*)?\)")
_AGGREGATE = re.compile(r"\b(count|sum|min|max|avg|collect)\s*\(", re.IGNORECASE)

ONE_ENGINE = """type label labels keys properties nodes relationships id elementId head last tail
    reduce substring split toString toInteger toFloat round stDev size timestamp datetime
    shortestPath allShortestPaths toUpper reverse startNode endNode""".split()


def bare(text: str) -> str:
    """The text without comments, its strings emptied, its blanks single."""
    return " ".join(_LITERAL.sub(lambda m: "''" if m[0][0] != "/" else "", text).split())


def clauses(text: str) -> list[tuple[str, str]]:
    """Each clause of a bare text: its word and what follows it."""
    parts = _CLAUSE.split(text)
    return list(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def matches(text: str) -> list[str]:
    return [body for word, body in clauses(text) if word.endswith("MATCH")]


def bound(text: str) -> dict[str, str]:
    """Variables of nodes and edges, each with its label or type; `CoBuy…` for any relation."""
    found = {}
    for body in matches(text):
        found |= {m[1]: m[2] for m in _NODE.finditer(body) if m[1] and m[2]}
        found |= {m[1]: m[2] or "" for m in _EDGE.finditer(body) if m[1]}
    return found


def items(body: str) -> list[str]:
    """The parts of a projection, split at the commas outside brackets."""
    body, depth, parts = re.sub(r"^DISTINCT ", "", body), 0, [""]
    for letter in body:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def projections(text: str) -> list[tuple[str, list[str], set[str]]]:
    """Each WITH and RETURN: its word, its parts, and which of ORDER BY, LIMIT, WHERE follow."""
    found: list[tuple[str, list[str], set[str]]] = []
    for word, body in clauses(text):
        if word in {"WITH", "RETURN"}:
            found.append((word, items(body), set()))
        elif found and word in {"ORDER BY", "LIMIT", "SKIP"}:
            found[-1][2].add(word)
    return found


# ---- the rules: each yields what it finds


def type_twice_in_a_match(text: str) -> Iterator[str]:
    for body in matches(text):
        edges = [m[2] or "any" for m in _EDGE.finditer(body)]
        types = [name for edge in edges for name in edge.split("|")]
        if len(types) != len(set(types)) or ("any" in types and len(edges) > 1):
            yield body


def unlabelled_end_of_any_relation(text: str) -> Iterator[str]:
    known = bound(text)
    for body in matches(text):
        if any(not m[2] for m in _EDGE.finditer(body)):
            yield from (m[0] for m in _NODE.finditer(body) if not (m[2] or known.get(m[1])))


def many_steps(text: str) -> Iterator[str]:
    for m in re.finditer(r"\[(\w*)(?::\w+)?\s*\*([^\]]*)\]", text):
        rest = text[m.end() :]
        projected = re.search(r"\b(WITH|RETURN)\b(.*?)(?=\b(?:MATCH|RETURN|ORDER)\b|$)", rest)
        once = projected and "DISTINCT" in projected[2]
        if m[1] or not re.fullmatch(r"\d+\.\.\d+", m[2]) or not once:
            yield m[0]
    yield from re.findall(r"\w+ = \(|\)\s*\{\d|->\{|SHORTEST|TRAIL|ACYCLIC|\)[-\]>]*\+", text)


def list_index(text: str) -> Iterator[str]:
    for m in re.finditer(r"(\w+|[)\]])\s*\[", text):
        if m[1].upper() not in {"IN", "UNWIND", "WITH", "RETURN", "AND", "OR", "NOT", "WHERE"}:
            yield m[0]


def one_engines_own(text: str) -> Iterator[str]:
    yield from re.findall(rf"(?<!\.)\b(?:{'|'.join(ONE_ENGINE)})\s*\(", text, re.IGNORECASE)
    yield from re.findall(r"\|\||\bFOREACH\b|\bCALL\b|\bUNION\b|\bREMOVE\b|\bdb\.|\bgds\.", text)
    yield from re.findall(r"\[\s*\w+ IN\b|\[\s*\(|\w\s*\{\s*\.|\([^()]*\bWHERE\b", text)


def two_labels(text: str) -> Iterator[str]:
    yield from re.findall(r"\(\w*:\w+[:&]\w+", text)
    yield from re.findall(r"\b(?:WHERE|AND|OR|NOT) \w+:\w+", text)


def name_that_is_not_the_schemas(text: str) -> Iterator[str]:
    known, keys = bound(text), set(re.findall(r"[{,] ?(\w+):", text))
    for body in matches(text):
        used = [name for m in _NODE.finditer(body) if m[2] for name in [m[2]]]
        used += [name for m in _EDGE.finditer(body) if m[2] for name in m[2].split("|")]
        yield from (name for name in used if name not in PROPERTIES)
        for m in _NODE.finditer(body):
            named = set(re.findall(r"(\w+):", m[3] or ""))
            yield from named - PROPERTIES.get(m[2] or known.get(m[1], ""), named)
    for variable, name in re.findall(r"(?<![\w.$])([a-zA-Z]\w*)\.(\w+)", text):
        label = known.get(variable)
        has = keys if label is None else PROPERTIES.get(label, set(STATED))
        if name not in has:
            yield f"{variable}.{name}"


def unguarded_search(text: str) -> Iterator[str]:
    for m in re.finditer(r"(?:CONTAINS|STARTS WITH|ENDS WITH) (?:toLower\()?\$(\w+)", text):
        if f"${m[1]} = ''" not in text:
            yield m[0]


def regular_expression(text: str) -> Iterator[str]:
    yield from re.findall(r"=~", text)


def plus_with_a_possible_null(text: str) -> Iterator[str]:
    yield from re.findall(r"\b[a-z]\w*\.\w+ \+|\+ [a-z]\w*\.\w+", text)


def sum_over_nothing(text: str) -> Iterator[str]:
    for _, parts, _ in projections(text):
        if all(_AGGREGATE.search(part) for part in parts):
            yield from (p for p in parts if "sum(" in p and "coalesce(sum(" not in p)


def null_in_a_list(text: str) -> Iterator[str]:
    yield from re.findall(r"\[[^\]]*\bnull\b[^\]]*\]", text, re.IGNORECASE)


def null_as_a_sentinel(text: str) -> Iterator[str]:
    yield from re.findall(r"\$\w+ IS (?:NOT )?NULL", text)


def limit_lost_before_an_aggregate(text: str) -> Iterator[str]:
    found = projections(text)
    for (_, _, after), (_, parts, _) in pairwise(found):
        if "LIMIT" in after and all(_AGGREGATE.search(part) for part in parts):
            yield ", ".join(parts)


def order_without_limit_or_limit_without_order(text: str) -> Iterator[str]:
    for word, parts, after in projections(text):
        one_without_other = ("LIMIT" in after) != ("ORDER BY" in after)
        if one_without_other and not (word == "RETURN" and "LIMIT" not in after):
            yield ", ".join(parts)


def rows_in_no_order(text: str) -> Iterator[str]:
    one_by_key = re.fullmatch(r"MATCH \(\w+:\w+ \{id: \$\w+\}\) RETURN .*", text)
    if "ORDER BY" not in projections(text)[-1][2] and not one_by_key:
        yield "RETURN"


def returned_whole(text: str) -> Iterator[str]:
    known, last = bound(text), projections(text)[-1][1]
    yield from (part for part in last if part == "*" or part.split(" AS ")[0] in known)
    yield from (part for part in last if "collect(" in part)


def alias_that_is_a_variable(text: str) -> Iterator[str]:
    yield from set(re.findall(r" AS (\w+)", text)) & set(bound(text))


RULES: dict[str, Callable[[str], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        type_twice_in_a_match, unlabelled_end_of_any_relation, many_steps, list_index,
        one_engines_own, two_labels, name_that_is_not_the_schemas, unguarded_search,
        regular_expression, plus_with_a_possible_null, sum_over_nothing, null_in_a_list,
        null_as_a_sentinel, limit_lost_before_an_aggregate,
        order_without_limit_or_limit_without_order, rows_in_no_order, returned_whole,
        alias_that_is_a_variable,
    )
}  # fmt: skip
"""Rules over the bare text."""


def value_written_in_the_text(text: str) -> Iterator[str]:
    """A literal that should be a parameter, or a relation that should be its edge type."""
    without = re.sub(r"//[^\n]*", "", text)
    strings = re.findall(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"", without)
    yield from set(strings) - {"''", "'~'", "'%7E'"}
    plain = re.sub(r"\*\d+\.\.\d+", "", bare(text))
    yield from set(re.findall(r"(?<![\w.$])\d[\d.]*", plain)) - {"0", "1", "0.0", "0.5"}


def faults(text: str) -> dict[str, list[str]]:
    """What the lint finds in a query: rule and place; empty where both engines agree on it."""
    found = {name: list(rule(bare(text))) for name, rule in RULES.items()}
    found[value_written_in_the_text.__name__] = list(value_written_in_the_text(text))
    return {name: places for name, places in found.items() if places}


SHARED = [question for question in questions() if question.text not in question.own.values()]


@pytest.mark.parametrize("question", SHARED, ids=lambda question: question.name)
def test_both_engines_answer_a_question_alike(question: Question) -> None:
    assert faults(question.text) == {}


ORDERED = "ORDER BY x LIMIT $limit"

CAUGHT = [
    ("type_twice_in_a_match",
     "MATCH (p:Product)<-[:HAS_PRODUCT]-(c:CoBuy)-[:HAS_PRODUCT]->(q:Product)"),
    ("type_twice_in_a_match",
     "MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product), (c)-[:HAS_PRODUCT]->(q:Product)"),
    ("type_twice_in_a_match",
     "MATCH (i:Intention)<-[:USED_FOR|CAN]-(c:CoBuy)-[s:CAN]->(j:Intention)"),
    ("type_twice_in_a_match", "MATCH (i:Intention)<-[r]-(c:CoBuy)-[s]->(j:Intention)"),
    ("type_twice_in_a_match", "MATCH (i:Intention)--(c:CoBuy)--(j:Intention)"),
    ("unlabelled_end_of_any_relation", "MATCH (c:CoBuy)-[r]->(i)"),
    ("unlabelled_end_of_any_relation", "MATCH (c:CoBuy)-[r]->()"),
    ("many_steps", "MATCH (a:Concept)-[:SUBCONCEPT_OF*]->(b:Concept) RETURN DISTINCT b.id AS x"),
    ("many_steps", "MATCH (a:Concept)-[:SUBCONCEPT_OF*1..]->(b:Concept) RETURN DISTINCT b.id AS x"),
    ("many_steps", "MATCH (a:Concept)-[:SUBCONCEPT_OF*1..3]->(b:Concept) RETURN b.id AS x"),
    ("many_steps", "MATCH (a:Concept)-[:SUBCONCEPT_OF*1..3]->(b:Concept) RETURN count(*) AS x"),
    ("many_steps", "MATCH p = (a:Concept)-[:SUBCONCEPT_OF]->(b:Concept) RETURN b.id AS x"),
    ("many_steps", "MATCH (a:Concept)-[:SUBCONCEPT_OF]->{1,3}(b:Concept) RETURN b.id AS x"),
    ("list_index", "MATCH (c:CoBuy) WITH collect(c.id) AS ids RETURN ids[0] AS x"),
    ("list_index", "MATCH (c:CoBuy) RETURN collect(c.id)[1..2] AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN substring(p.title, 0, 2) AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN labels(p) AS x"),
    ("one_engines_own", "MATCH (c:CoBuy)-[r]->(i:Intention) RETURN type(r) AS x"),
    ("one_engines_own", "MATCH (c:CoBuy)-[r]->(i:Intention) RETURN LABEL(r) AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN keys(p) AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN size(p.title) AS x"),
    ("one_engines_own", "MATCH (c:CoBuy) RETURN round(c.lift, 1) AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN p.id || p.title AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN p {.id} AS x"),
    ("one_engines_own", "WITH $ids AS xs RETURN [y IN xs WHERE y > $a] AS x"),
    ("one_engines_own", "CALL { MATCH (p:Product) RETURN p.id AS x } RETURN x"),
    ("one_engines_own", "MATCH (p:Product WHERE p.id = $id) RETURN p.id AS x"),
    ("one_engines_own", "MATCH (p:Product) RETURN p.id AS x UNION MATCH (c:Run) RETURN c.id AS x"),
    ("two_labels", "MATCH (n:Product:Concept)"),
    ("two_labels", "MATCH (n:Product) WHERE n:Concept"),
    ("name_that_is_not_the_schemas", "MATCH (n:product)"),
    ("name_that_is_not_the_schemas", "MATCH (c:CoBuy)-[r:used_for]->(i:Intention)"),
    ("name_that_is_not_the_schemas", "MATCH (c:CoBuy)-[r:USED_FOR|Can]->(i:Intention)"),
    ("name_that_is_not_the_schemas", "MATCH (n:Product) RETURN n.ID AS x"),
    ("name_that_is_not_the_schemas", "MATCH (n:Product) RETURN n.text AS x"),
    ("name_that_is_not_the_schemas", "MATCH (n:Product {Id: $id}) RETURN n.id AS x"),
    ("name_that_is_not_the_schemas", "MATCH (c:CoBuy)-[r]->(i:Intention) RETURN r.mention AS x"),
    ("name_that_is_not_the_schemas", "MATCH (n:Product) WITH n AS m RETURN m.price AS x"),
    ("unguarded_search", "MATCH (p:Product) WHERE p.title CONTAINS $text RETURN p.id AS x"),
    ("unguarded_search", "MATCH (p:Product) WHERE p.title STARTS WITH toLower($text)"),
    ("regular_expression", "MATCH (p:Product) WHERE p.title =~ '(?=.*tea)cup.*'"),
    ("plus_with_a_possible_null", "MATCH (p:Product) RETURN p.title + $text AS x"),
    ("plus_with_a_possible_null", "MATCH (p:Product) RETURN $text + p.title AS x"),
    ("sum_over_nothing", "MATCH (c:CoBuy) RETURN sum(c.support) AS x"),
    ("sum_over_nothing", "MATCH (c:CoBuy) RETURN count(*) AS n, sum(c.support) AS x"),
    ("null_in_a_list", "MATCH (c:CoBuy) WHERE c.support IN [1, null]"),
    ("null_as_a_sentinel", "MATCH (c:CoBuy) WHERE $id IS NULL OR c.id = $id"),
    ("limit_lost_before_an_aggregate",
     f"MATCH (c:CoBuy) WITH c.id AS x {ORDERED} RETURN collect(x) AS xs"),
    ("limit_lost_before_an_aggregate",
     f"MATCH (c:CoBuy) WITH c.id AS x {ORDERED} WITH collect(x) AS xs, count(*) AS n RETURN n"),
    ("order_without_limit_or_limit_without_order",
     "MATCH (c:CoBuy) WITH c.id AS x LIMIT $limit RETURN x ORDER BY x"),
    ("order_without_limit_or_limit_without_order",
     "MATCH (c:CoBuy) WITH c.id AS x ORDER BY x RETURN x ORDER BY x"),
    ("order_without_limit_or_limit_without_order", "MATCH (c:CoBuy) RETURN c.id AS x LIMIT $limit"),
    ("rows_in_no_order", "MATCH (c:CoBuy) RETURN c.id AS x"),
    ("returned_whole", f"MATCH (c:CoBuy) RETURN c {ORDERED}"),
    ("returned_whole", f"MATCH (c:CoBuy) RETURN c AS x {ORDERED}"),
    ("returned_whole", f"MATCH (c:CoBuy)-[r]->(i:Intention) RETURN r AS x {ORDERED}"),
    ("returned_whole", f"MATCH (c:CoBuy) RETURN * {ORDERED}"),
    ("returned_whole", f"MATCH (c:CoBuy) RETURN c.source AS x, collect(c.id) AS ids {ORDERED}"),
    ("alias_that_is_a_variable", "MATCH (i:Intention) RETURN i.id AS i ORDER BY i"),
    ("value_written_in_the_text",
     "MATCH (c:CoBuy)-[r]->(i:Intention) WHERE r.relation = 'usedFor'"),
    ("value_written_in_the_text", "MATCH (p:Product {id: \"A1\"}) RETURN p.id AS x"),
    ("value_written_in_the_text", "MATCH (c:CoBuy) RETURN c.id AS x ORDER BY x LIMIT 10"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), CAUGHT)
def test_a_text_that_the_engines_read_in_two_ways_is_caught(rule: str, text: str) -> None:
    whole = text if " RETURN " in text else f"{text} RETURN $id AS x"
    assert rule in faults(whole)


def test_every_rule_catches_something() -> None:
    assert {rule for rule, _ in CAUGHT} == {*RULES, value_written_in_the_text.__name__}


@pytest.mark.parametrize(
    "text",
    [
        f"MATCH (p:Product {{id: $id}})<-[:HAS_PRODUCT]-(c:CoBuy) MATCH (c)-[:HAS_PRODUCT]->"
        f"(q:Product) WHERE q.id <> p.id RETURN q.id AS x {ORDERED}",
        f"MATCH (a:Concept)-[:SUBCONCEPT_OF*1..3]->(b:Concept) RETURN DISTINCT b.id AS x {ORDERED}",
        f"MATCH (i:Intention) RETURN coalesce(i.text, '') + $id AS x {ORDERED}",
        f"MATCH (c:CoBuy) WITH c.id AS y ORDER BY y LIMIT $limit WITH 1 AS one, collect(y) AS ids "
        f"MATCH (d:CoBuy) WHERE d.id IN ids RETURN d.id AS x {ORDERED}",
        "MATCH (c:CoBuy) RETURN coalesce(sum(c.support), 0) AS x ORDER BY x",
        f"MATCH (p:Product) WHERE $a = '' OR p.title CONTAINS $a RETURN p.id AS x {ORDERED}",
        f"// MATCH (n:nope) RETURN n[0], 'x' LIMIT 10\nMATCH (c:CoBuy) RETURN c.id AS x {ORDERED}",
    ],
)
def test_the_portable_form_of_each_is_left_alone(text: str) -> None:
    assert faults(text) == {}
