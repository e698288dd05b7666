"""Bad input: one clear line each, with file, row, field and repair; the other rows go on.

Every case runs the command as a user does, and looks at the lines on stderr, the exit code
(3 where rows were left out, 2 where nothing could be built, 1 for a full disk) and what the
graph still holds.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import mindgraph

Command = Callable[..., subprocess.CompletedProcess[str]]
Shop = Callable[..., Path]


def lines_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines that tell of problems, without the closing one that counts them."""
    told = [line for line in done.stderr.splitlines() if line.startswith("mindgraph: ")]
    return [line for line in told if "in error w" not in line]


def built(command: Command, config: Path, code: int = 3) -> tuple[list[str], Path]:
    run = config.parent / "run"
    done = command("build", config, "--run", run)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return lines_of(done), run


def count(run: Path, label: str) -> int:
    return int(mindgraph.query(run, f"MATCH (n:{label}) RETURN count(n) AS n")[0]["n"])


def test_a_malformed_json_line(command: Command, shop: Shop) -> None:
    lines = '{"id": "A1", "title": "Mug"}\n{"id": "B2", "title": \n{"id": "C3", "title": "Stove"}\n'
    products = [{"path": "products.jsonl"}]
    (line,), run = built(command, shop({"products.jsonl": lines}, products=products, pairs={}))
    assert "products.jsonl:2: malformed row: (not JSON: " in line and "correct the row" in line
    assert count(run, "Product") == 2


def test_a_row_with_too_many_columns(command: Command, shop: Shop) -> None:
    rows = "id,title\nA1,Mug\nB2,Filters,of paper\nC3,Stove\n"
    (line, *_), run = built(
        command, shop({"products.csv": rows}, products=[{"path": "products.csv"}], pairs={})
    )
    assert "products.csv:2: malformed row: (too many columns: " in line
    assert count(run, "Product") == 2


def test_a_column_that_the_file_does_not_have(command: Command, shop: Shop) -> None:
    products = [{"path": "products.csv", "columns": {"id": "sku"}}]
    (line,), _ = built(command, shop(products=products), code=2)
    assert "products.csv: no column 'sku'; it has id, title, description" in line
    assert "`columns`" in line


@pytest.mark.parametrize("content", ["", "id,title,description,category,brand,image\n"])
def test_an_empty_file(command: Command, shop: Shop, content: str) -> None:
    lines, _ = built(command, shop({"products.csv": content}, pairs={}))
    assert "products.csv: empty file: " in lines[0] and "fill the file" in lines[0]


def test_a_pair_with_an_unknown_product(command: Command, shop: Shop) -> None:
    links = "a,b\nA1,B2\nA1,Z9\n"
    pairs = {"links": [{"path": "links.csv", "source": "merchant link"}]}
    (line,), run = built(command, shop({"links.csv": links}, pairs=pairs))
    assert "links.csv:2: unknown product: product Z9" in line and "add the product" in line
    assert count(run, "CoBuy") == 1


def test_a_product_paired_with_itself(command: Command, shop: Shop) -> None:
    links = "a,b\nA1,A1\nA1,B2\n"
    pairs = {"links": [{"path": "links.csv", "source": "merchant link"}]}
    (line,), run = built(command, shop({"links.csv": links}, pairs=pairs))
    assert "links.csv:1: paired with itself: product A1" in line and "delete the row" in line
    assert count(run, "CoBuy") == 1


def test_an_intention_about_a_product_and_itself(command: Command, shop: Shop) -> None:
    rows = "product_a,product_b,relation,intention\nA1,A1,usedFor,brewing tea\nA1,B2,usedFor,tea\n"
    intentions = {"ready": [{"path": "said.csv"}]}
    (line,), _ = built(command, shop({"said.csv": rows}, intentions=intentions, pairs={}))
    assert "said.csv:1: paired with itself: product_b A1~A1" in line


def test_duplicate_ids_that_disagree(command: Command, shop: Shop) -> None:
    rows = "id,title\nA1,Mug\nB2,Filters\nA1,Cup\nB2,Filters\n"
    (line,), run = built(
        command, shop({"products.csv": rows}, products=[{"path": "products.csv"}], pairs={})
    )
    assert "products.csv:3: product again, but different: id A1 (first in row 1)" in line
    assert "make the rows agree" in line
    assert mindgraph.query(run, "MATCH (p:Product {id: 'A1'}) RETURN p.title AS t") == [
        {"t": "Mug"}
    ]
    stages = {stage["name"]: stage for stage in mindgraph.stats(run)["stages"]}
    assert stages["products"]["dropped"] == {
        "product again, but different": 1,
        "same product again": 1,
    }


def test_nul_and_lone_surrogates_are_cleaned_by_the_one_rule(command: Command, shop: Shop) -> None:
    rows = '{"id": "A1", "title": "Mug\\u0000 \\ud800blue"}\n{"id": "B2", "title": "Filters"}\n'
    config = shop({"products.jsonl": rows}, products=[{"path": "products.jsonl"}], pairs={})
    lines, run = built(command, config, code=0)
    assert lines == []
    titles = mindgraph.query(run, "MATCH (p:Product) RETURN p.title AS title ORDER BY title")
    assert titles == [{"title": "Filters"}, {"title": "Mug �blue"}]


def test_a_row_that_is_not_utf_8(command: Command, shop: Shop) -> None:
    rows = b"id,title\nA1,Mug\nB2,Fil\xffters\nC3,Stove\n"
    (line, *_), run = built(
        command, shop({"products.csv": rows}, products=[{"path": "products.csv"}], pairs={})
    )
    assert "products.csv:2: malformed row: (invalid encoding: " in line
    assert count(run, "Product") == 2


def jpeg() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(target, "JPEG")
    return target.getvalue()


def huge() -> bytes:
    target = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "reason", "repair"),
    [
        (huge, "picture too large", "scale it down"),
        (lambda: jpeg()[:300], "picture broken", "save the picture again"),
        (lambda: b"this is a text", "not a picture", "save it as JPEG"),
        (lambda: None, "picture missing", "put the file there"),
    ],
    ids=["20,000 by 20,000", "truncated", "text", "missing"],
)
def test_a_picture_that_cannot_be_used(
    command: Command, shop: Shop, content: Callable[[], bytes | None], reason: str, repair: str
) -> None:
    rows = "id,title,image\nA1,Mug,mug.jpg\nB2,Filters,filters.jpg\n"
    raw = content()
    files: dict[str, Any] = {"products.csv": rows, "filters.jpg": jpeg()}
    products = [{"path": "products.csv", "columns": {"image": "image"}}]
    config = shop(
        files | ({"mug.jpg": raw} if raw is not None else {}), products=products, pairs={}
    )
    lines, run = built(command, config)
    (line,) = lines
    assert f"products.csv:1: {reason}: image A1" in line and repair in line
    assert count(run, "Product") == 2, "the product goes on without its picture"


def test_an_unknown_relation(command: Command, shop: Shop) -> None:
    rows = "product_a,product_b,relation,intention\nA1,B2,usdFor,brewing\nA1,B2,usedFor,brewing\n"
    (line,), run = built(
        command, shop({"said.csv": rows}, intentions={"ready": [{"path": "said.csv"}]}, pairs={})
    )
    assert (
        "said.csv:1: unknown relation: relation A1~B2 (usdFor; the nearest known name is usedFor)"
        in line
    )
    assert count(run, "Intention") == 1


def test_an_unknown_config_key(command: Command, shop: Shop) -> None:
    (line,), _ = built(command, shop(picturs={"folder": "."}), code=2)
    assert "shop.yaml:" in line and "picturs: unknown key; did you mean 'pictures'?" in line


def test_a_config_value_of_the_wrong_type(command: Command, shop: Shop) -> None:
    (line,), _ = built(command, shop(pairs={"min_support": "often"}), code=2)
    assert "pairs.min_support: " in line and "valid integer" in line and "'often'" in line


def test_a_run_folder_made_by_another_config(command: Command, shop: Shop) -> None:
    config = shop()
    built(command, config, code=0)
    (line,), _ = built(command, shop(name="other"), code=2)
    assert "built by the config 'shop', not by 'other'; choose another folder" in line


def test_a_full_disk_is_one_line_and_the_next_build_mends_it(shop: Shop, tmp_path: Path) -> None:
    config = shop()
    run = tmp_path / "run"
    whole = mindgraph.build(config, tmp_path / "whole")

    def only_small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    line = [os.sys.executable, "-m", "mindgraph", "build", str(config), "--run", str(run)]  # type: ignore[attr-defined]
    done = subprocess.run(line, capture_output=True, text=True, preexec_fn=only_small_files)
    assert done.returncode == 1, done.stderr
    (told,) = lines_of(done)
    assert "cannot be written" in told and "free some space" in told
    mended = mindgraph.build(config, run)
    assert mended.manifest["edges"] == whole.manifest["edges"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
@pytest.mark.parametrize("size", ["60k", "200k", "500k", "1m"])
def test_a_full_file_system(command: Command, shop: Shop, tmp_path: Path, size: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        done = command("build", shop(), "--run", small / "run")
        assert done.returncode == 1, done.stderr
        (told,) = lines_of(done)
        assert str(small) in told and "free some space" in told
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert command("build", shop(), "--run", small / "run").returncode == 0
    finally:
        subprocess.run(["umount", str(small)], check=True)
