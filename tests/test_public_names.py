"""The public names: what `import mindgraph` offers, and what it does not yet load."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import mindgraph

HEAVY = {
    "pyarrow",
    "duckdb",
    "ladybug",
    "pydantic",
    "yaml",
    "PIL",
    "simplemma",
    "numpy",
    "pandas",
} | {"neo4j", "networkx", "matplotlib", "jinja2"}
NAMES = [
    "Config",
    "MindgraphError",
    "Selection",
    "__version__",
    "agreement",
    "audit",
    "build",
    "check",
    "compare",
    "export",
    "intentionqa",
    "intentionqa_asked",
    "load",
    "load_config",
    "open_store",
    "plan",
    "query",
    "report",
    "sample",
    "stats",
    "to_networkx",
    "why",
]


def loaded_after(code: str) -> set[str]:
    """The heavy packages in a fresh process once some code has run."""
    script = f"import json, sys\n{code}\nprint('\\n' + json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])} & HEAVY


def test_the_public_names_are_these() -> None:
    assert mindgraph.__all__ == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(mindgraph, name)
    assert value is getattr(mindgraph, name)
    assert isinstance(value, str) or value.__doc__


def test_a_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from mindgraph import *", names)  # noqa: S102 - no other way to import a star here
    assert set(names) - {"__builtins__"} == set(NAMES)


def test_dir_shows_the_public_names() -> None:
    assert set(NAMES) <= set(dir(mindgraph))
    assert dir(mindgraph) == sorted(set(dir(mindgraph)))


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mindgraph' has no attribute 'bild'"):
        _ = mindgraph.bild


def test_an_import_loads_nothing_heavy() -> None:
    assert loaded_after("import mindgraph; dir(mindgraph)") == set()
    assert "pydantic" in loaded_after("import mindgraph; mindgraph.Config")


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        f"import runpy\nsys.argv = {['mindgraph', *words]!r}\n"
        "try:\n    runpy.run_module('mindgraph', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
    )
    assert loaded_after(code) == set()
