"""Which claims are sampled: shares of strata, seeds, and ids that give no verdict away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.errors import UsageError
from mindgraph.evaluation.annotation.claims import scores, show_claims
from mindgraph.evaluation.annotation.sampling import Drawn, Verdict, draw, spread
from mindgraph.intentions.judging import VERDICT
from mindgraph.records import REJECTED, statement_id

RELATIONS = {"usedFor": 3000, "isA": 900, "can": 90, "effect": 10}


@contextmanager
def tables(
    run: Path, stated: list[tuple[str, str, float | None]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The views of a run with one pair whose statements are (relation, text, agreement)."""
    with duckdb.connect() as con:
        rows = [
            {
                "id": statement_id("A~B", relation, f"{text:0>24}"),
                "start": "A~B",
                "relation": relation,
                "surface": text,
                "agreement": agreement,
            }
            for relation, text, agreement in stated
        ]
        kept = [("start", pa.string()), ("id", pa.string()), ("relation", pa.string())]
        kept += [("surface", pa.string()), ("agreement", pa.float64())]
        con.register("stated", pa.Table.from_pylist(rows, pa.schema(kept)))
        con.register("pairs", pa.table({"id": ["A~B"]}))
        con.register("has_product", pa.table({"start": ["A~B"] * 2, "end": ["A", "B"]}))
        products = {"id": ["A", "B"], "title": ["=A tea", None], "image": ["a.png", None]}
        con.register("products", pa.table(products))
        show_claims(con, run)
        yield con


def many() -> list[tuple[str, str, float | None]]:
    """Statements of four relations, their scores spread over [0.5, 1)."""
    return [
        (relation, f"{relation} {place}", 0.5 + (place % 50) / 100)
        for relation, size in RELATIONS.items()
        for place in range(size)
    ]


def drawn(run: Path, count: int, seed: int = 0) -> list[Drawn]:
    with tables(run, many()) as con:
        return draw(con, count, seed, Verdict.BOTH)


@given(
    sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=40),
    count=st.integers(1, 3000),
    seed=st.integers(0, 50),
)
def test_every_run_of_strata_has_its_share_to_within_one(
    sizes: list[int], count: int, seed: int
) -> None:
    shares = spread(sizes, count, seed)
    assert sum(shares) == min(count, sum(sizes))
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))
    for end in range(1, len(sizes) + 1):
        exact = min(count / sum(sizes), 1) * sum(sizes[:end])
        assert abs(sum(shares[:end]) - exact) < 1


def test_over_many_seeds_a_small_stratum_has_its_chance() -> None:
    taken = sum(spread([990, 10], 10, seed)[1] for seed in range(2000))
    assert taken / 2000 == pytest.approx(0.1, abs=0.02)


def test_relations_and_scores_have_their_share_of_the_sample(tmp_path: Path) -> None:
    found = drawn(tmp_path, 400)
    assert len({claim.id for claim in found}) == 400
    assert Counter(claim.relation for claim in found) == {
        "usedFor": 300, "isA": 90, "can": 9, "effect": 1,
    }  # fmt: skip
    bins = Counter(int(claim.surface.split()[1]) % 50 // 10 for claim in found)
    assert set(bins) == set(range(5))
    assert max(bins.values()) - min(bins.values()) <= 2 * len(RELATIONS)


def test_equal_seeds_draw_the_same_and_others_do_not(tmp_path: Path) -> None:
    assert drawn(tmp_path, 200) == drawn(tmp_path, 200)
    both = {claim.id for claim in drawn(tmp_path, 200)} & {
        claim.id for claim in drawn(tmp_path, 200, seed=1)
    }
    assert len(both) < 40


def test_more_than_there_are_is_all_of_them(tmp_path: Path) -> None:
    assert len(drawn(tmp_path, 10_000)) == sum(RELATIONS.values())


def test_a_claim_comes_with_what_is_shown_of_its_products(tmp_path: Path) -> None:
    (claim, *_) = drawn(tmp_path, 1)
    assert claim.titles == ("=A tea", "B")
    assert claim.images == ("a.png", None)


# ---- claims that were judged no


def write_verdicts(run: Path) -> None:
    (run / "replies").mkdir()
    said = [("no", 0.2), ("no", 0.4), ("yes", 0.9), ("unparsed", None)]
    rows = [
        {
            "id": statement_id("A~B", "usedFor", f"{place:024x}"),
            "pair": "A~B",
            "relation": "usedFor",
            "surface": f"judged {place}",
            "verdict": verdict,
            "p_yes": p_yes,
            "kept": verdict == "yes",
        }
        for place, (verdict, p_yes) in enumerate(said)
    ]
    pq.write_table(pa.Table.from_pylist(rows, VERDICT), run / "replies/verdicts.parquet")


def write_read(run: Path) -> None:
    said = [
        ("judged no", "A~B", "they are used for a | tea | No, they are | not."),
        ("judged no", "A~B", "they are used for rice | 0.3"),
        ("judged no", "A~B", "they are used for rice | 0.1"),
        ("judged no", "C~D", "of a pair that is not in the graph | No"),
        ("verdict unparsed", "A~B", "they are used for salt | Perhaps"),
    ]
    write_rejected(run, said)


def write_rejected(run: Path, said: list[tuple[str, str, str]]) -> None:
    (run / "rejected").mkdir()
    rows = [
        {"reason": reason, "item": pair, "field": "usedFor", "detail": detail}
        for reason, pair, detail in said
    ]
    file = run / "rejected/read_intentions_1.parquet"
    pq.write_table(pa.Table.from_pylist(rows, REJECTED), file)


def test_what_a_model_judged_no_is_sampled_with_its_p_yes(tmp_path: Path) -> None:
    write_verdicts(tmp_path)
    with tables(tmp_path, [("usedFor", "kept", 0.9)]) as con:
        found = draw(con, 10, 0, Verdict.REJECTED)
        asked = {claim.id: claim.relation for claim in found}
        assert {claim.surface for claim in found} == {"judged 0", "judged 1"}
        assert sorted(scores(con, asked).values()) == [0.2, 0.4]


def test_what_a_file_said_was_judged_no_is_sampled_without_its_verdict(tmp_path: Path) -> None:
    write_read(tmp_path)
    with tables(tmp_path, []) as con:
        found = draw(con, 10, 0, Verdict.REJECTED)
        asked = {claim.id: claim.relation for claim in found}
        told = scores(con, asked)
    score = {claim.surface: told[claim.id] for claim in found}
    assert score == {"they are used for a": 0.0, "they are used for rice": 0.3}


def test_a_statement_that_passed_elsewhere_is_not_also_one_that_was_judged_no(
    tmp_path: Path,
) -> None:
    write_verdicts(tmp_path)
    with tables(tmp_path, [("usedFor", "0", 0.9)]) as con:
        found = draw(con, 10, 0, Verdict.BOTH)
    assert [claim.kept for claim in found] == [True, False]


def test_an_id_does_not_tell_the_verdict(tmp_path: Path) -> None:
    write_read(tmp_path)
    with tables(tmp_path, [("usedFor", "tea", 1.0)]) as con:
        found = draw(con, 10, 0, Verdict.BOTH)
    assert len(found) == 3
    assert all(re.fullmatch(r"A~B-usedFor-[0-9a-z]{24}", claim.id) for claim in found)


@pytest.mark.parametrize(("verdict", "told"), [("rejected", "judged no"), ("kept", "kept")])
def test_where_there_is_no_such_claim_it_is_said(tmp_path: Path, verdict: str, told: str) -> None:
    with tables(tmp_path, []) as con, pytest.raises(UsageError, match=f"that was {told}"):
        draw(con, 10, 0, Verdict(verdict))


def test_scores_are_those_of_the_claims_asked_for_alone(tmp_path: Path) -> None:
    with tables(tmp_path, [("usedFor", "tea", 0.7), ("isA", "rice", None)]) as con:
        tea = statement_id("A~B", "usedFor", f"{'tea':0>24}")
        rice = statement_id("A~B", "isA", f"{'rice':0>24}")
        assert scores(con, {tea: "usedFor", rice: "isA", "X~Y-isA-0": "isA"}) == {
            tea: 0.7,
            rice: None,
        }


def test_a_claim_that_many_rows_state_has_the_chance_of_one(tmp_path: Path) -> None:
    often, once = ["they are used for tea | no"] * 90, [f"of rice {n} | no" for n in range(9)]
    write_rejected(tmp_path, [("judged no", "A~B", detail) for detail in (*often, *once)])
    with tables(tmp_path, []) as con:
        assert len(draw(con, 5, 0, Verdict.BOTH)) == 5
    taken = 0
    for seed in range(200):
        with tables(tmp_path, []) as con:
            taken += any("tea" in claim.surface for claim in draw(con, 2, seed, Verdict.BOTH))
    assert taken / 200 == pytest.approx(0.2, abs=0.1)


def test_a_row_that_says_what_the_graph_states_is_not_one_that_was_judged_no(
    tmp_path: Path,
) -> None:
    write_rejected(tmp_path, [("judged no", "A~B", "they are used for tea | 0.3")])
    with tables(tmp_path, [("usedFor", "they are used for tea", 0.9)]) as con:
        assert [claim.kept for claim in draw(con, 10, 0, Verdict.BOTH)] == [True]
