"""Where bundled files lie: the same names in a checkout and in an installed wheel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mindgraph
from mindgraph.errors import UsageError
from mindgraph.resources import config_path, resource

PACKAGE = Path(mindgraph.__file__).parent
BUNDLED = ["adventureworks", "demo", "gift_cards", "intentionqa", "magento_luma"]


def test_folders_and_files_are_found() -> None:
    assert resource("configs/demo.yaml").is_file()
    assert list(resource("cypher/queries").glob("*.cypher"))


def test_a_resource_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UsageError, match="cypher/nothing is not part of this installation"):
        resource("cypher/nothing")


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bare_name_is_a_bundled_config(name: str) -> None:
    assert config_path(name) == resource(f"configs/{name}.yaml")


@pytest.mark.parametrize("name", ["shop.yaml", "configs/shop", "/somewhere/shop"])
def test_a_path_is_itself_whether_it_exists_or_not(name: str) -> None:
    assert config_path(name) == Path(name)


def test_a_file_here_comes_before_a_bundled_config_and_a_folder_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("demo").mkdir()
    assert config_path("demo") == resource("configs/demo.yaml")
    Path("demo").rmdir()
    Path("demo").write_text("name: mine")
    assert config_path("demo") == Path("demo")


@pytest.mark.parametrize("name", ["dmo", "", "Demo"])
def test_a_name_that_is_no_config_is_told_the_bundled_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        config_path(name)
    assert "\n" not in str(caught.value)
    assert "adventureworks, demo, gift_cards" in str(caught.value)


LOOK = """
import json, mindgraph
from mindgraph.config import load_config
from mindgraph.resources import config_path, resource
demo = load_config(config_path("demo"))
paths = [demo.products[0].path, demo.pictures.folder, demo.pairs.orders[0].path, demo.concepts.isa]
found = [mindgraph.__file__, config_path("intentionqa"), resource("cypher/queries"), *paths]
print(json.dumps([str(path) for path in found]))
"""


def test_an_installed_wheel_finds_what_a_checkout_finds(tmp_path: Path) -> None:
    site = tmp_path / "site"
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, site / "mindgraph", ignore=left_out)
    for name in ("configs", "cypher"):  # where pyproject.toml puts them in a wheel
        shutil.copytree(PACKAGE.parent / name, site / "mindgraph" / name, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [Path(path).resolve() for path in json.loads(done.stdout)]
    assert len(found) == 7
    for path in found:
        assert path.is_relative_to(site.resolve())
        assert path.exists()
