"""`eval intentionqa --model`: from a config to a table, a result, and replies that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mindgraph import evaluating
from mindgraph.cli import main
from mindgraph.errors import ConfigError, InputError, UsageError
from mindgraph.evaluation.intentionqa.asked_measuring import AskedPlan
from tests.evaluation.intentionqa.camp_shop import write
from tests.evaluation.intentionqa.test_asked import by_turns, played, right
from tests.models.endpoint.faulty_server import FaultyServer

ARMS = "zero-shot,zero-shot+graph,zero-shot+shuffled"


@pytest.fixture
def shop_data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return write(folder)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(played(by_turns)) as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, server: FaultyServer) -> Path:
    """A config whose only use is the model that it names."""
    path = tmp_path / "server.yaml"
    path.write_text(
        f"""
name: asked
products: [{{path: products.csv}}]
intentions:
  generate:
    model: endpoint
    structured: true
    endpoint: {{url: "{server.url}", model: m}}
"""
    )
    return path


@pytest.fixture
def run(tmp_path: Path, shop_data: Path, config: Path) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        told = ["--task", "1", "--model", str(config), "--arms", ARMS, *words]
        kept = ["--replies", str(tmp_path / "kept.jsonl"), "--to", str(tmp_path / "result.json")]
        return CliRunner().invoke(main, ["eval", "intentionqa", str(shop_data), *told, *kept])

    return run


def test_figures_and_effects_are_printed_and_written_and_failures_end_with_3(
    run: Callable[..., Result], tmp_path: Path, server: FaultyServer
) -> None:
    first = run()
    assert first.exit_code == 3
    assert "27 questions got no reply; run the same again to ask them" in first.stderr
    assert "model: m (endpoint, unpinned openai)" in first.stdout
    assert first.stdout.count("50.0 [") == 3
    task = json.loads((tmp_path / "result.json").read_text("utf-8"))["tasks"]["task 1"]
    for row in task["accuracies"]:
        assert row["asked"] == row["right"] + row["wrong"] + row["unparsed"] + row["failed"] == 45
    assert [row["of"] for row in task["effects"]] == [
        "real - shuffled graph",
        "graph and its products",
    ]
    assert list(task["answers"]["official"]["zero-shot"].items())[:5] == [
        ("Q00", "A"),
        ("Q01", "B"),
        ("Q02", "B"),
        ("Q03", "?"),
        ("Q04", "!"),
    ]
    server.faults = played(right)
    server.requests.clear()
    assert run().exit_code == 0
    assert len(server.requests) == 27


def test_so_many_questions_as_are_wanted_are_drawn_by_the_seed(
    run: Callable[..., Result], tmp_path: Path, server: FaultyServer
) -> None:
    server.faults = played(right)

    def asked(*words: str) -> list[str]:
        assert run("--questions", "7", *words).exit_code == 0
        found = json.loads((tmp_path / "result.json").read_text("utf-8"))
        return list(found["tasks"]["task 1"]["answers"]["official"]["zero-shot"])

    first = asked()
    assert len(first) == 7
    assert asked() == first != asked("--seed", "1")


def test_by_default_every_arm_is_asked_but_the_one_without_concepts(
    shop_data: Path, config: Path, tmp_path: Path, server: FaultyServer
) -> None:
    server.faults = played(right)
    isa = tmp_path / "isa.tsv"
    isa.write_text("shelter\ttent\t9\nplace\tforest\t8\n")
    told: dict[str, Any] = {"plan": AskedPlan(questions=4), "replies": tmp_path / "kept.jsonl"}
    plain = evaluating.intentionqa_asked(shop_data, config, tasks=(1,), **told)
    more = evaluating.intentionqa_asked(shop_data, config, tasks=(1,), isa=isa, **told)
    arms = [[row.arm for row in found.tasks[0].accuracies] for found in (plain, more)]
    assert {*arms[1]} - {*arms[0]} == {"zero-shot+graph+concepts"}
    assert len(arms[0]) == 6
    asked = [body["messages"][0]["content"][-1]["text"] for body in server.requests]
    assert any('("shelter"' in text or '("place"' in text for text in asked)


def test_without_a_name_replies_are_kept_in_a_file_for_each_model(
    shop_data: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.yaml"
    other.write_text(config.read_text().replace("model: m}", "model: n}"))
    plan = AskedPlan(arms=("options-only",), questions=3)
    for told in (config, other, config):
        evaluating.intentionqa_asked(shop_data, told, tasks=(1,), plan=plan)
    assert len(list(tmp_path.glob("intentionqa-answers-*.jsonl"))) == 2


def test_a_config_without_a_model_is_told_so(shop_data: Path, tmp_path: Path) -> None:
    config = tmp_path / "none.yaml"
    config.write_text("name: none\nproducts: [{path: products.csv}]\n")
    with pytest.raises(ConfigError, match="no model to ask; name one under"):
        evaluating.intentionqa_asked(shop_data, config)


def test_an_unknown_arm_and_another_benchmarks_folder_are_told_so(
    shop_data: Path, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="five-shot: no arm; choose of zero-shot, few-shot"):
        evaluating.intentionqa_asked(shop_data, config, plan=AskedPlan(arms=("five-shot",)))
    with pytest.raises(InputError, match="QA_fullInfo"):
        evaluating.intentionqa_asked(tmp_path, config, replies=tmp_path / "kept.jsonl")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--questions", "5"], "--questions needs --model"),
        (["--answers", "letter"], "--answers needs --model"),
        (["--model", "any.yaml", "--repeats", "5"], "--repeats does not go with --model"),
        (["--model", "any.yaml", "--shuffles", "1"], "--shuffles does not go with --model"),
        (["--model", "any.yaml", "--vectors", "any"], "--vectors does not go with --model"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    tmp_path: Path, words: list[str], said: str
) -> None:
    told = CliRunner().invoke(main, ["eval", "intentionqa", str(tmp_path), *words])
    assert told.exit_code == 2
    assert told.stderr.startswith(f"mindgraph: {said}")
    assert len(told.stderr.splitlines()) == 1


def test_orders_of_options_that_are_judged_one_by_one_are_refused() -> None:
    with pytest.raises(UsageError, match="judged one by one have no orders"):
        _ = AskedPlan(answers="p_yes", orders=4).way
