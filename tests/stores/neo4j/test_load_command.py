"""`mindgraph load`, `query` and `why` on a server: what they print, where, and how they end."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

import mindgraph
from mindgraph.runs import Built

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_load_prints_true_counts(demo: Built, server: str, command: Command) -> None:
    first = command("load", demo.folder, server)
    assert first.returncode == 0
    assert first.stdout.splitlines()[0].split() == [
        "name", "created", "changed", "unchanged", "removed", "left"
    ]  # fmt: skip
    assert ["Product", "43", "0", "0", "0", "0"] in map(str.split, first.stdout.splitlines())
    assert first.stderr == f"{server}: loaded; the counts are those of {demo.folder}\n"
    again = command("load", demo.folder, server)
    assert ["Product", "0", "0", "43", "0", "0"] in map(str.split, again.stdout.splitlines())
    quiet = command("load", demo.folder, server, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_what_is_left_is_told_with_how_to_remove_it(
    demo: Built, server: str, command: Command, ask: Callable[..., object]
) -> None:
    ask("CREATE (:Product {id: 'old-1'}), (:Product {id: 'old-2'})")
    done = command("load", demo.folder, server)
    assert done.returncode == 0
    assert "2 nodes and relationships there are not of this run; remove them with" in done.stderr
    pruned = command("load", demo.folder, server, "--prune")
    assert ["Product", "0", "0", "43", "2", "0"] in map(str.split, pruned.stdout.splitlines())
    assert "--prune" not in pruned.stderr


def test_a_loaded_run_answers_as_its_folder_does(
    demo: Built, server: str, command: Command
) -> None:
    mindgraph.load(demo.folder, server)
    for words in (["query", "{}", "top_concepts", "-p", "relation=usedFor"],
                  ["why", "{}", "COF-101", "COF-102"]):  # fmt: skip
        told = [
            command(*(str(where) if word == "{}" else word for word in words), "--format", "json")
            for where in (demo.folder, server)
        ]
        assert [done.returncode for done in told] == [0, 0]
        assert json.loads(told[0].stdout) == json.loads(told[1].stdout)


@pytest.mark.parametrize("store", ["folder", "server"])
@pytest.mark.parametrize(
    "text",
    [
        "CREATE (:Product {id: 'X'})",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CALL db.createLabel('X')",
        "CALL db.clearQueryCaches()",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(
    demo: Built, server: str, command: Command, store: str, text: str
) -> None:
    done = command("query", demo.folder if store == "folder" else server, text)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "is refused: " in line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give URI, or --offline DIR"),
        (["bolt://localhost:1", "--offline", "x"], "give URI, or --offline DIR"),
        (["bolt://me:secret@localhost"], "the address holds credentials"),
    ],
)
def test_a_wrong_use_is_told(demo: Built, command: Command, words: list[str], told: str) -> None:
    done = command("load", demo.folder, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "secret" not in done.stderr


def test_a_folder_that_is_no_run_is_told(command: Command, tmp_path: object) -> None:
    done = command("load", tmp_path, "bolt://localhost:1")
    assert done.returncode == 2
    assert "no run here; build one with" in done.stderr
