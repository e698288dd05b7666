"""An installed wheel has what a checkout has: it builds the demo and knows the questions."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site")
    return folder / "site"


def test_the_demo_is_built_from_an_installed_wheel(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import mindgraph; print(mindgraph.__file__)"]
    line = [sys.executable, "-m", "mindgraph", "build", "demo"]
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
    assert str(installed) in subprocess.run(where, **options).stdout  # type: ignore[call-overload]
    done = subprocess.run(line, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs/demo/graph.lbug").exists()


def test_questions_configs_and_types_travel_in_the_wheel(installed: Path) -> None:
    for name in ("cypher/queries", "configs"):
        kept = sorted(path.name for path in (ROOT / name).glob("*.*"))
        assert sorted(path.name for path in (installed / "mindgraph" / name).glob("*.*")) == kept
    assert (installed / "mindgraph/py.typed").exists()
    assert not list(installed.rglob("tests"))
