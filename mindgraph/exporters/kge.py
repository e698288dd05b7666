"""Id triples for training embeddings, split so that training knows all that is asked later.

The graph's structure (products, categories, concepts) is all in `train.tsv`; what is held back
are statements, of which every entity and every relation occurs in `train.tsv` too. `pair` holds
back whole co-buys, so that nothing is asked of a pair of which training read other statements.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.errors import UsageError
from mindgraph.exporters.files import new_folder, new_text
from mindgraph.exporters.tables import END, LINKS, START, name_of, open_tables, spoken
from mindgraph.exporters.tsv import header, line, text, write_lines
from mindgraph.exporters.written import Written, columns
from mindgraph.graph.schema import EDGES, NODES, Edge

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPLITS = ("statement", "pair")
"""What is held back as one."""

_UNITS = {"statement": "id", "pair": "start"}


def write_kge(
    tables: Path,
    path: Path,
    *,
    split: str = "statement",
    seed: int = 0,
    valid: float = 0.1,
    test: float = 0.1,
) -> list[Written]:
    """Write the triples, and what the ids mean, into a new folder.

    `valid` and `test` are the parts of all statements to hold back; there are fewer where more
    would leave training without one of their intentions. Equal seeds make equal splits anywhere.
    """
    _check(split, valid, test)
    with new_folder(path) as folder, open_tables(tables) as con:
        _hold_back(con, _UNITS[split], seed, {"test": test, "valid": valid})
        return [
            _write(con, folder / "train.tsv", [_triples("train"), *_structure()]),
            _write(con, folder / "valid.tsv", [_triples("valid")]),
            _write(con, folder / "test.tsv", [_triples("test")]),
            _write(con, folder / "entities.tsv", _entities(), "id", "kind", "text"),
            _write(con, folder / "relations.tsv", _relations(), "id", "text"),
        ]


def _check(split: str, valid: float, test: float) -> None:
    if split not in SPLITS:
        raise UsageError(f"--split: {split!r} is none of {', '.join(SPLITS)}")
    if not (0 <= valid < 1 and 0 <= test < 1 and valid + test < 1):
        raise UsageError(f"--valid {valid} --test {test}: give parts of 1 that leave some to train")


def _write(con: DuckDBPyConnection, path: Path, queries: list[str], *names: str) -> Written:
    with new_text(path) as file:
        if names:
            file.write(header(*names))
        rows = sum(write_lines(con, query, file) for query in queries)
    return Written(path.name, rows, columns(names), file.sha256)


def _hold_back(con: DuckDBPyConnection, unit: str, seed: int, parts: dict[str, float]) -> None:
    """Make `drawn`, the units that are not for training, each with its file.

    Units are put in order by a digest of seed and id, which is the same everywhere. The first unit
    of every relation, and of every intention or co-buy that the structure does not hold, stays.
    """
    con.execute(f"""CREATE TEMP TABLE units AS
        SELECT {unit} AS unit, md5('{int(seed)} ' || {unit}) AS turn, count(*) AS statements
        FROM stated GROUP BY {unit}""")
    con.execute(f"""CREATE TEMP TABLE needed AS
        WITH turns AS (SELECT s.*, u.turn, u.unit FROM stated s JOIN units u ON u.unit = s.{unit})
        SELECT arg_min(unit, turn) AS unit FROM turns GROUP BY relation
        UNION SELECT arg_min(unit, turn) FROM turns
            ANTI JOIN "HAS_CONCEPT" h ON h.start = turns."end" GROUP BY turns."end"
        UNION SELECT arg_min(unit, turn) FROM turns
            ANTI JOIN "HAS_PRODUCT" h ON h.start = turns.start GROUP BY turns.start""")
    total = con.sql("SELECT count(*) FROM stated").fetchall()[0][0]
    first, second = (int(total * part) for part in parts.values())
    con.execute(f"""CREATE TEMP TABLE drawn AS
        WITH placed AS (
            SELECT unit,
                sum(statements) OVER (ORDER BY turn, unit ROWS UNBOUNDED PRECEDING) AS place
            FROM units ANTI JOIN needed USING (unit)
        )
        SELECT unit, if(place <= {first}, 'test', 'valid') AS file FROM placed
        WHERE place <= {first + second}""")
    con.execute(f"""CREATE TEMP VIEW split AS
        SELECT s.*, coalesce(d.file, 'train') AS file
        FROM stated s LEFT JOIN drawn d ON d.unit = s.{unit}""")


def _triples(file: str) -> str:
    told = line(name_of("CoBuy", START), "relation", name_of("Intention", END))
    return f"SELECT {told} FROM split e WHERE file = '{file}' ORDER BY place, {START}, {END}"


def _structure() -> list[str]:
    return [_link(edge) for edge in EDGES if edge.type in LINKS]


def _link(edge: Edge) -> str:
    told = line(name_of(edge.start, START), f"'{LINKS[edge.type]}'", name_of(edge.end, END))
    return f'SELECT {told} FROM "{edge.type}" e ORDER BY {START}, {END}'


_TEXTS = {"Product": "title", "Intention": "text", "Concept": "name", "Category": "name"}


def _entities() -> list[str]:
    """All nodes but the runs, which no triple is about."""
    return [_nodes(node.label) for node in NODES if node.label != "Run"]


def _nodes(label: str) -> str:
    named = "t.titles" if label == "CoBuy" else _TEXTS[label]
    told = line(name_of(label, "n.id"), f"'{label}'", text(named))
    titled = "LEFT JOIN pair_titles t ON t.id = n.id" if label == "CoBuy" else ""
    return f'SELECT {told} FROM "{label}" n {titled} ORDER BY n.id'


def _relations() -> list[str]:
    stated = f"SELECT {line('name', 'spoken')} FROM relations"
    rows = ", ".join(f"('{link}', '{spoken(link)}')" for link in LINKS.values())
    return [stated, f"SELECT {line('name', 'spoken')} FROM (VALUES {rows}) l(name, spoken)"]
