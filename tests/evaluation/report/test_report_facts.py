"""What a report says is what the run's tables hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mindgraph
from mindgraph.evaluation.audit import audit
from mindgraph.evaluation.report import facts as room
from mindgraph.evaluation.report.cost import cost
from mindgraph.evaluation.report.facts import Facts, facts
from mindgraph.evaluation.report.words import MEANINGS, MEASURED
from mindgraph.reasons import REASONS
from mindgraph.runs import Built


@pytest.fixture(scope="module")
def told(demo: Built) -> Facts:
    return facts(demo.folder, demo.manifest)


def test_every_reason_and_every_measure_has_plain_words(demo: Built) -> None:
    assert MEANINGS.keys() == REASONS.keys()
    assert MEASURED.keys() == {measure.name for measure in audit(demo.folder).measures}


def test_the_demos_facts(told: Facts) -> None:
    assert {
        name: told.counts[name] for name in ("products", "pictures", "pairs", "statements")
    } == {
        "products": 43,
        "pictures": 42,
        "pairs": 55,
        "statements": 213,
    }
    assert [row["relation"] for row in told.relations][:3] == ["relatedTo", "usedFor", "createdBy"]
    assert sum(row["statements"] for row in told.relations) == 213
    assert {(left.stage, left.reason): left.count for left in told.left_out} == {
        ("claims", "nothing said"): 878,
        ("mined_1", "support too small"): 57,
        ("intentions", "generic"): 12,
        ("concepts", "no concept found"): 2,
        ("sifted_pairs", "variants of one product"): 2,
    }
    assert told.scores == ()
    assert told.ranked.by == "support"
    assert [file.role for file in told.provenance.files] == ["products", "orders", "concepts"]
    assert told.provenance.sources == (
        {"source": "co-buy (orders of a fictitious shop)", "pairs": 55},
    )


def test_examples_are_rows_that_were_left_out(told: Facts) -> None:
    generic = next(left for left in told.left_out if left.reason == "generic")
    assert len(generic.examples) == 3
    assert all(example["detail"] for example in generic.examples)


def test_no_pair_and_no_intention_is_shown_twice(told: Facts) -> None:
    for statements in (told.ranked.best, told.ranked.worst):
        assert len({said.pair for said in statements}) == len(statements) == 9
        assert len({said.text for said in statements}) == len(statements)
        assert all(len(said.products) == 2 for said in statements)
    supports = [said.score for said in told.ranked.best]
    assert supports == sorted(supports, reverse=True)


def test_checksums_are_those_of_the_files(told: Facts, demo: Built) -> None:
    from hashlib import blake2b

    for path, digest in demo.manifest["inputs"].items():
        assert blake2b(Path(path).read_bytes(), digest_size=16).hexdigest() == digest
    assert {file.digest for file in told.provenance.files} == set(demo.manifest["inputs"].values())


def test_a_run_of_an_older_build_has_no_checksums(demo: Built) -> None:
    older = {name: part for name, part in demo.manifest.items() if name != "inputs"}
    assert {file.digest for file in facts(demo.folder, older).provenance.files} == {None}


def test_a_large_run_is_not_audited_in_passing(
    demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert facts(demo.folder, demo.manifest).audit is not None
    monkeypatch.setattr(room, "AUDITED", 212)
    assert facts(demo.folder, demo.manifest).audit is None


READY = (
    "product_a,product_b,relation,intention,typicality\n"
    "A1,B2,usedFor,brewing coffee,0.9\n"
    "A1,C3,usedFor,cooking outdoors,0.2\n"
    "B2,C3,usedFor,waking up,1.0\n"
    "A1,B2,usedFor,a warm drink,\n"
)


def test_statements_are_ranked_by_their_score_and_counted_in_bins(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    config = shop({"ready.csv": READY}, intentions={"ready": [{"path": "ready.csv"}]}, pairs={})
    built = mindgraph.build(config, tmp_path / "run")
    told = facts(built.folder, built.manifest)
    assert told.ranked.by == "typicality"
    assert [(said.text, said.score) for said in told.ranked.best] == [
        ("waking up", 1.0),
        ("brewing coffee", 0.9),
        ("cooking outdoors", 0.2),
    ]
    (scores,) = told.scores
    assert (scores.figures["counted"], scores.figures["mean"], scores.figures["median"]) == (
        3,
        0.7,
        0.9,
    )
    assert [place for place, count in enumerate(scores.kept) if count] == [4, 18, 19]
    assert sum(scores.left) == 0


def manifest(**price: Any) -> dict[str, Any]:
    generate = {"cost": {"cached_price": None, "currency": "EUR", **price}}
    return {"stages": [], "config": {"intentions": {"generate": generate}}}


REPLIES = [{"tokens_in": 3_000_000, "tokens_cached": 1_000_000, "tokens_out": None}]


@pytest.mark.parametrize(
    ("price", "replies", "money"),
    [
        ({"input_price": 2.0, "output_price": 9.0}, REPLIES, "6.00 EUR"),
        ({"input_price": 2.0, "cached_price": 0.5, "output_price": 9.0}, REPLIES, "4.50 EUR"),
        ({"input_price": 2.0, "output_price": None}, REPLIES, None),
        ({"input_price": 2.0, "output_price": 9.0}, [{**REPLIES[0], "tokens_in": None}], None),
    ],
)
def test_money_is_told_where_prices_and_tokens_are_known(
    price: dict[str, Any], replies: list[dict[str, Any]], money: str | None
) -> None:
    assert cost(manifest(**price), replies).money == money
