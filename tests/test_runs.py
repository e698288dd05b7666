"""A run is a folder.

- Two builds of one config are equal bytes; a finished build that is started again does nothing.
- A changed parameter runs again just what depends on it, and asks no finished question again.
- A folder belongs to one config, and to one build at a time.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.errors import ConfigError, InputError, RunError
from mindgraph.models import Job, ModelInfo, Reply
from mindgraph.runs import Built, Checked

ROOT = Path(__file__).parent.parent


def tables(run: Path) -> dict[str, str]:
    """The digests of a run's node and edge tables."""
    files = [*run.glob("nodes/*.parquet"), *run.glob("edges/*.parquet")]
    return {f"{p.parent.name}/{p.name}": sha256(p.read_bytes()).hexdigest() for p in files}


def folders(built: Built) -> dict[str, str]:
    return {stage["name"]: stage.get("folder", "") for stage in built.manifest["stages"]}


def test_two_builds_of_one_config_are_equal_bytes(demo: Built, tmp_path: Path) -> None:
    again = mindgraph.build("demo", tmp_path / "again")
    assert tables(again.folder) == tables(demo.folder)
    assert len(tables(demo.folder)) == 33


def test_a_finished_build_started_again_changes_no_file(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    config = shop()
    built = mindgraph.build(config, tmp_path / "run")
    store = (built.folder / "graph.lbug").stat().st_mtime_ns
    before = tables(built.folder)
    again = mindgraph.build(config, tmp_path / "run")
    assert tables(again.folder) == before
    assert (again.folder / "graph.lbug").stat().st_mtime_ns == store
    assert again.manifest == built.manifest


def test_in_is_out_plus_dropped_at_every_stage(demo: Built) -> None:
    for stage in demo.manifest["stages"]:
        if "in" in stage:
            assert stage["in"] == stage["out"] + sum(stage["dropped"].values()), stage["name"]


def test_a_changed_rule_runs_again_just_what_depends_on_it(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    first = folders(mindgraph.build(shop(), tmp_path / "run"))
    second = folders(mindgraph.build(shop(rules={"max_words": 2}), tmp_path / "run"))
    same = {name for name in first if first[name] == second[name]}
    assert {"read_products_1", "products", "pairs", "requests", "replies", "claims"} <= same
    assert not {"sifted_intentions", "intentions", "statements", "graph"} & same


def test_a_new_product_asks_only_about_its_own_pairs(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    built = mindgraph.build(shop(), tmp_path / "run")
    asked = _replies(built.folder)
    grown = shop(
        {"products.csv": (tmp_path / "products.csv").read_text() + "D4,Oat biscuits,,,,\n"}
    )
    orders = (tmp_path / "orders.csv").read_text() + "5,D4\n5,A1\n6,D4\n6,A1\n"
    (tmp_path / "orders.csv").write_text(orders)
    mindgraph.build(grown, tmp_path / "run")
    new = [key for key in _replies(built.folder) if key not in set(asked)]
    assert len(new) == 19  # one pair more, asked once for each relation of the profile
    assert len(_replies(built.folder)) == len(asked) + 19


def _replies(run: Path) -> list[str]:
    files = sorted(run.glob("stages/replies-*/*/replies.parquet"))
    return [key for file in files for key in pq.read_table(file)["key"].to_pylist()]


def test_a_run_folder_of_another_config_is_refused(demo: Built, shop: Callable[..., Path]) -> None:
    with pytest.raises(RunError, match="built by the config 'demo', not by 'shop'"):
        mindgraph.build(shop(), demo.folder)


def test_a_folder_that_is_no_run_is_left_alone(shop: Callable[..., Path], tmp_path: Path) -> None:
    config = shop()
    with pytest.raises(RunError, match="neither empty nor a run"):
        mindgraph.build(config, tmp_path)
    assert not (tmp_path / "manifest.json").exists()


def test_two_builds_at_once_in_one_folder_are_refused(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    config = shop()
    built = mindgraph.build(config, tmp_path / "run")
    with (built.folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="another build is at work"):
            mindgraph.build(config, tmp_path / "run")


def test_a_run_that_did_not_end_is_no_graph_yet(tmp_path: Path) -> None:
    begun = {"state": "building", "config": {"name": "x"}}
    (tmp_path / "manifest.json").write_text(json.dumps(begun))
    with pytest.raises(RunError, match="did not end; run the same build again"):
        mindgraph.stats(tmp_path)


def test_every_missing_input_is_told_in_one_go(shop: Callable[..., Path], tmp_path: Path) -> None:
    config = shop(concepts={"isa": "nowhere.tsv"})
    (tmp_path / "orders.csv").unlink()
    with pytest.raises(InputError) as told:
        mindgraph.build(config, tmp_path / "run")
    lines = str(told.value).splitlines()
    assert len(lines) == 2
    assert "orders.csv" in lines[0] and "nowhere.tsv" in lines[1]


def test_the_plan_counts_calls_and_asks_no_model(shop: Callable[..., Path], tmp_path: Path) -> None:
    config = shop()
    planned = mindgraph.plan(config, tmp_path / "run")[-1]
    assert (planned["items"], planned["calls"], planned["cached"]) == (38, 38, 0)
    assert not (tmp_path / "run").exists()
    mindgraph.build(config, tmp_path / "run")
    planned = mindgraph.plan(config, tmp_path / "run")[-1]
    assert (planned["calls"], planned["cached"]) == (0, 38)


def test_a_check_tells_config_problems_and_rows_apart(shop: Callable[..., Path]) -> None:
    assert mindgraph.check(shop()) == Checked(())
    broken = mindgraph.check(shop({"orders.csv": "order,product\n1,A1\n1,Z9\n"}))
    assert broken.problems == ()
    assert [left.reason for left in broken.left_out] == ["unknown product"]
    assert mindgraph.check("no/such.yaml").problems[0].startswith("no/such.yaml: no such config")


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (
            {"model": "endpoint", "endpoint": {"url": "http://127.0.0.1:9/v1", "model": "m"}},
            "127.0.0.1:9: no connection",
        ),
        ({"model": "transformers", "local": {"weights": "no/such"}}, "no/such"),
    ],
    ids=["a server that is down", "weights that are not there"],
)
def test_a_check_tells_of_a_model_that_could_not_answer(
    shop: Callable[..., Path], model: dict[str, Any], problem: str
) -> None:
    (told,) = mindgraph.check(shop(intentions={"generate": model})).problems
    assert problem in told
    assert "; " in told


def test_a_recorded_run_gives_the_same_graph(demo: Built, tmp_path: Path) -> None:
    record = demo.folder / "replies" / "record.parquet"
    text = (ROOT / "configs/demo.yaml").read_text()
    config = tmp_path / "demo.yaml"
    config.write_text(text.replace("model: metadata", f"model: recorded\n    record: {record}"))
    replayed = mindgraph.build(config, tmp_path / "run")
    for table in tables(demo.folder):
        assert _but_the_run(replayed.folder / table) == _but_the_run(demo.folder / table), table


def _but_the_run(file: Path) -> list[dict[str, object]]:
    rows = pq.read_table(file).to_pylist()
    return [{name: cell for name, cell in row.items() if name != "run"} for row in rows][
        : 0 if file.stem == "Run" else None
    ]


def test_stale_stages_are_removed_but_replies_are_kept(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    mindgraph.build(shop(), tmp_path / "run")
    built = mindgraph.build(
        shop(pairs={"orders": [{"path": "orders.csv"}], "min_support": 9}), tmp_path / "run"
    )
    left = [path.name for path in (built.folder / "stages").iterdir()]
    assert len([name for name in left if name.startswith("pairs-")]) == 1
    assert any(name.startswith("replies-") for name in left)
    assert len(_replies(built.folder)) == 38


def test_a_lost_store_is_made_again(shop: Callable[..., Path], tmp_path: Path) -> None:
    config = shop()
    built = mindgraph.build(config, tmp_path / "run")
    (built.folder / "graph.lbug").unlink()
    mindgraph.build(config, tmp_path / "run")
    assert mindgraph.query(built.folder, "MATCH (p:Product) RETURN count(p) AS n") == [{"n": 3}]


def test_a_run_can_be_moved(shop: Callable[..., Path], tmp_path: Path) -> None:
    built = mindgraph.build(shop(), tmp_path / "run")
    shutil.move(built.folder, tmp_path / "elsewhere")
    assert mindgraph.why(tmp_path / "elsewhere", "A1", "B2")["together"]


def test_a_config_error_is_raised_before_any_folder_is_made(tmp_path: Path) -> None:
    config = tmp_path / "bad.yaml"
    config.write_text("name: bad\nproducts: 7\n")
    with pytest.raises(ConfigError):
        mindgraph.build(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_folder_may_have_almost_any_name(shop: Callable[..., Path], tmp_path: Path) -> None:
    built = mindgraph.build(shop(), tmp_path / 'runs "it\'s" \u00e9 %20')
    assert mindgraph.query(built.folder, "MATCH (c:CoBuy) RETURN count(c) AS n") == [{"n": 2}]
    assert mindgraph.stats(built.folder)["nodes"]["Product"] == 3


def test_a_run_folder_that_engines_take_for_a_pattern_is_refused(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="may hold no"):
        mindgraph.build(shop(), tmp_path / "run[1]")


def test_a_file_name_that_looks_like_a_pattern_names_that_file(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    files = {"p[1].csv": "id,title\nA1,Right\n", "p1.csv": "id,title\nA1,Wrong\n"}
    config = shop(files, products=[{"path": "p[1].csv"}], pairs={})
    built = mindgraph.build(config, tmp_path / "run")
    assert mindgraph.query(built.folder, "product", id="A1")[0]["title"] == "Right"


def test_orders_split_over_files_are_mined_as_one(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    parts = {"o1.csv": "order,product\n1,A1\n2,A1\n2,B2\n", "o2.csv": "order,product\n1,B2\n2,A1\n"}
    orders = [{"path": "o1.csv"}, {"path": "o2.csv"}]
    built = mindgraph.build(shop(parts, pairs={"orders": orders, "min_lift": 0}), tmp_path / "run")
    pairs = mindgraph.query(built.folder, "MATCH (c:CoBuy) RETURN c.id AS id, c.support AS n")
    assert pairs == [{"id": "A1~B2", "n": 2}]
    stages = {stage["name"]: stage for stage in mindgraph.stats(built.folder)["stages"]}
    assert stages["baskets_1"]["dropped"] == {"order line again": 1}


def test_an_edited_record_answers_anew(
    shop: Callable[..., Path], demo: Built, tmp_path: Path
) -> None:
    record = tmp_path / "record.jsonl"
    config = shop()
    rows = pq.read_table(mindgraph.build(config, tmp_path / "a").folder / "replies/record.parquet")
    record.write_text("".join(json.dumps(row) + "\n" for row in rows.to_pylist()))
    told = {"generate": {"model": "recorded", "record": str(record)}}
    first = mindgraph.build(shop(intentions=told), tmp_path / "b")
    silent = [{**row, "text": ""} for row in rows.to_pylist()]
    record.write_text("".join(json.dumps(row) + "\n" for row in silent))
    second = mindgraph.build(shop(intentions=told), tmp_path / "b")
    assert first.manifest["nodes"]["Intention"] > second.manifest["nodes"]["Intention"] == 0
    assert first.manifest["run"] != second.manifest["run"]


def test_a_run_that_is_being_replaced_answers_nothing(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    built = mindgraph.build(shop(), tmp_path / "run")
    manifest = {**built.manifest, "state": "building"}
    (built.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="did not end"):
        mindgraph.why(built.folder, "A1", "B2")


def test_an_unchanged_build_leaves_no_drafts(shop: Callable[..., Path], tmp_path: Path) -> None:
    config = shop()
    for _ in range(2):
        built = mindgraph.build(config, tmp_path / "run")
    assert not list(built.folder.glob("*/.*"))


def test_a_check_tells_the_problems_of_every_file(shop: Callable[..., Path]) -> None:
    config = shop(
        products=[{"path": "products.csv", "columns": {"id": "sku"}}],
        pairs={"orders": [{"path": "orders.csv", "columns": {"order": "number"}}]},
    )
    problems = mindgraph.check(config).problems
    assert len(problems) == 2
    assert "'sku'" in problems[0] and "'number'" in problems[1]


def test_why_takes_ids_as_the_shop_writes_them(shop: Callable[..., Path], tmp_path: Path) -> None:
    rows = "id,title\nX&amp;Y 1/2,Mug\nB2,Filter paper\n"
    orders = "order,product\n1,X&amp;Y 1/2\n1,B2\n2,X&amp;Y 1/2\n2,B2\n"
    config = shop({"products.csv": rows, "orders.csv": orders}, products=[{"path": "products.csv"}])
    built = mindgraph.build(config, tmp_path / "run")
    for given in ("X&Y 1/2", "X&amp;Y  1/2", "X%26Y%201%2F2"):
        assert mindgraph.why(built.folder, given, "B2")["products"][0]["id"] == "X%26Y%201%2F2"


class MoodyModel:
    """Answers nothing but errors while it is in a mood, and counts what it is asked."""

    info = ModelInfo("moody", "moody", "1")
    reads: Literal["cards", "prompts"] = "cards"
    together = 5

    def __init__(self) -> None:
        self.moody, self.asked = True, 0

    def check(self) -> None:
        """In no mood to be checked."""

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        async for job in jobs:
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                self.asked += 1
                failed = self.moody and suffix == "usedFor"
                text = "they both are used for brewing coffee" if suffix == "usedFor" else ""
                yield Reply(key, "", "error", "too tired") if failed else Reply(key, text)


def test_failed_answers_are_rows_in_error_and_the_next_build_asks_just_them_again(
    shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MoodyModel()
    monkeypatch.setattr("mindgraph.pipeline.open_model", lambda *told: model)
    config = shop()
    first = mindgraph.build(config, tmp_path / "run")
    assert [(left.reason, left.count) for left in first.left_out] == [("model failed", 2)]
    assert "too tired" in first.left_out[0].lines[0]
    assert first.manifest["edges"]["USED_FOR"] == 0
    assert model.asked == 38
    model.moody = False
    second = mindgraph.build(config, tmp_path / "run")
    assert model.asked == 38 + 2
    assert second.left_out == ()
    assert second.manifest["edges"]["USED_FOR"] == 2


def test_rejected_rows_of_an_earlier_config_are_not_told_again(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    links = {"links": [{"path": "links.csv", "source": "merchant link"}]}
    broken = shop({"links.csv": "a,b\nA1,Z9\n"}, pairs=links)
    assert mindgraph.build(broken, tmp_path / "run").left_out
    assert mindgraph.build(shop(), tmp_path / "run").left_out == ()


def test_a_build_that_fails_early_leaves_the_finished_run_as_it_was(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    config = shop()
    mindgraph.build(config, tmp_path / "run")
    (tmp_path / "orders.csv").unlink()
    with pytest.raises(InputError):
        mindgraph.build(config, tmp_path / "run")
    assert mindgraph.stats(tmp_path / "run")["nodes"]["Product"] == 3
