"""What a query may hold: everything that reads, nothing that writes or reaches outside the graph.

- A forbidden word is no command inside a string, a comment, a name in backticks, a property, a
  label, a relationship type or a parameter.
- It is one in any case, after any blank or comment, glued to a number, or written as `\\uXXXX`.
- One question at a time; a semicolon may end it.
- No text, however broken, raises anything but QueryError, in a time that grows with its length.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph.errors import QueryError
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.stores.questions import Question, questions
from mindgraph.stores.reading import check_reads_only, parameters

COMMANDS = """CREATE MERGE SET DELETE DETACH REMOVE DROP ALTER COPY LOAD EXPORT IMPORT INSTALL
    UNINSTALL UPDATE ATTACH USE FOREACH BEGIN COMMIT ROLLBACK CHECKPOINT COMMENT GRANT DENY REVOKE
    INSERT FORCE PROJECT START STOP TERMINATE ENABLE RENAME MACRO ANALYZE CALL""".split()

SIGNS = "' \" ` /* */ // ; : . $ ( ) { } [ ] , = | \\ \n \r \t MATCH RETURN 1 2. x".split(" ")

ALLOWED = r"""
RETURN 'CREATE (n)' AS x
RETURN "it's SET" AS x
RETURN 'a \' DELETE' AS x
RETURN 'a \\' AS x
RETURN 'caf\u00e9' AS x
MATCH (n:Product) RETURN n.`create` AS `set`, 1 AS `DROP TABLE x`
MATCH (n:Product) RETURN n.set AS x, n. create AS y, n.delete + n.load AS z
MATCH (n {create: 1, set: 'x', call: 2}) RETURN n.id AS id
MATCH (create:Product) RETURN create.id AS id
MATCH (set)-[load:USED_FOR]->(n) RETURN set.id AS a, load.id AS b
MATCH (n:Create)-[:CREATED_BY|SIMILAR_TO]->(:Use)-[:SET]->(:Load) RETURN n.id AS id
MATCH (a)-[:COMMENT]->(b) RETURN b.id AS start_id, a.created AS created, 1 AS setting, 2 AS offset
MATCH (n) WHERE n.id = $create RETURN n.id AS id
MATCH (n) WHERE n.id IN $load RETURN n.id AS id LIMIT $set
MATCH (n) /* CREATE (m) */ RETURN n.id AS id // then DELETE it
// SET x = 1
/* one; two */ MATCH (n) RETURN 'a;b' AS x;
RETURN 1 AS x; // DROP it
MATCH (n) RETURN n.id AS id ;
RETURN 1.5 AS a, .5 AS b, 1e5 AS c, 0xff AS d, 10 AS e, [1, 2][0..1] AS f
MATCH (a)-[:SUBCONCEPT_OF*1..3]->(b) RETURN DISTINCT b.id AS id
MATCH (n) CALL { MATCH (m) RETURN m LIMIT 1 } RETURN m.id AS id
MATCH (n) CALL (n) { MATCH (n)--(m) RETURN m } RETURN m.id AS id
CALL db.labels() YIELD label RETURN label
CALL DB.INDEX.FULLTEXT.queryNodes('texts', $text) YIELD node RETURN node.id AS id
CALL show_tables() RETURN *
EXPLAIN MATCH (n) RETURN n.id AS id
"""

REFUSED = r"""
CREATE (n)
create (n)
MATCH (n) SET n.x = 1
MATCH (n) WHERE n.x > 1.5SET n.x = 1
MATCH (n) WHERE n.x > 1. SET n.x = 1
MATCH (n) WHERE n.x > 1.SET n.x = 1
MATCH (n) WHERE n.x > $1SET n.x = 1
MATCH (n) WHERE n.x > 0xASET n.x = 1
MATCH (n) WHERE n.x > 1e5CALL db.createLabel('x')
MATCH (n) RETURN n LIMIT 1LOAD FROM 'x' RETURN *
MATCH (n) WITH n/**/DELETE n
MATCH (n)DELETE n
RETURN ''CREATE (n)
RETURN `a``b`CREATE (n)
RETURN 'a\\' CREATE (n) //'
RETURN "a" + 'b"' CREATE (n) //'
/* a */ /* b */ CREATE (n) /* c */
/*/ CREATE (n) */ CREATE (n)
\u0043\u0052EATE (n)
\uu0043REATE (n)
RETURN '\u0027 CREATE (n) //'
RETURN 1 // \u000aCREATE (n)
CALL apoc.load.json('x')
CALL dbms.components()
CALL `db.labels`()
CALL
CALL threads=1
RETURN 1; RETURN 2
RETURN 1;; RETURN 2
RETURN 1; $x
RETURN 1; 2
;CREATE (n)
RETURN 'unclosed
RETURN "unclosed
RETURN `unclosed
RETURN 1 /* unclosed
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(ALLOWED))
def test_what_only_reads_is_allowed(text: str) -> None:
    check_reads_only(text)


@pytest.mark.parametrize("text", lines(REFUSED))
def test_what_does_more_than_read_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as raised:
        check_reads_only(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_comment_hides_only_its_own_line(end: str) -> None:
    check_reads_only(f"RETURN 1 AS x // CREATE (n){end}")
    with pytest.raises(QueryError, match="CREATE is refused"):
        check_reads_only(f"MATCH (n) // a comment{end}CREATE (m)")


@pytest.mark.parametrize("name", [part.label for part in NODES] + [part.type for part in EDGES])
def test_no_name_of_the_schema_is_a_command(name: str) -> None:
    check_reads_only(f"MATCH (n:{name})-[r:{name}|{name}]->(m) RETURN n.{name} AS x")


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
def test_no_question_of_the_library_is_refused(question: Question) -> None:
    check_reads_only(question.text)


@given(st.sampled_from(COMMANDS), st.sampled_from(["", " ", "\n", "/* x */", "//\n"]), st.data())
def test_a_command_is_refused_in_any_case_after_any_blank(
    command: str, blank: str, data: st.DataObject
) -> None:
    letters = [data.draw(st.sampled_from([c.lower(), c.upper()])) for c in command]
    with pytest.raises(QueryError):
        check_reads_only(f"MATCH (n) WITH n LIMIT 1{blank}{''.join(letters)} x y")


@given(st.text(st.characters(exclude_characters="'\\"), max_size=30))
def test_nothing_in_a_string_is_a_command(text: str) -> None:
    check_reads_only(f"RETURN '{text} CREATE' AS x")


@given(st.text(st.characters(exclude_characters="`\\"), max_size=30))
def test_nothing_in_backticks_is_a_command(text: str) -> None:
    check_reads_only(f"RETURN 1 AS `{text} CREATE`")


@given(
    st.text(st.characters(exclude_categories=()))
    | st.lists(st.sampled_from([*COMMANDS, *SIGNS])).map(" ".join)
)
@example("'" * 9)
@example("\\ud800")
def test_any_text_is_allowed_or_a_query_error(text: str) -> None:
    try:
        check_reads_only(text)
    except QueryError as error:
        assert str(error)


@pytest.mark.parametrize(
    "piece", ["'", "`a", "/*", "//\r", "CALL {", "CALL (", "set.", "1.", "\\u0041", "$x ", "a;"]
)
def test_a_long_text_is_read_in_a_moment(piece: str) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError):
        check_reads_only(piece * 50_000 + "; CREATE (n)")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("MATCH (n {id: $id}) RETURN $ b AS x LIMIT $limit", {"id", "b", "limit"}),
        ("RETURN '$5' AS x, \"$a\" AS y, `$c`.d AS z // $e\n/* $f */", set()),
        ("RETURN $1 AS x, $größe AS y", {"1", "größe"}),
        ("RETURN 1 AS x", set()),
    ],
)
def test_a_parameter_counts_only_where_the_store_would_bind_it(text: str, names: set[str]) -> None:
    assert parameters(text) == names
