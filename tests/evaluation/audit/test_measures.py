"""Each measure on a small graph, against values worked out by hand; planted faults are found."""

from __future__ import annotations

from pathlib import Path

import pytest

import mindgraph
from mindgraph.errors import UsageError
from mindgraph.evaluation.audit import audit
from tests.evaluation.audit.handmade import measure, worst_texts, write_run

NO_CATEGORY = {name: (f"{name} thing", None) for name in "ABCD"}


def chain(n: int) -> list[tuple[str, str]]:
    """Pairs of products, each with the next."""
    return [(f"P{place}", f"P{place + 1}") for place in range(n)]


def test_an_intention_of_one_or_two_categories_is_rigid(tmp_path: Path) -> None:
    products = {
        "A": ("pan", "Kitchen"),
        "B": ("pot", "Kitchen"),
        "C": ("spade", "Garden"),
        "D": ("ball", "Toys"),
    }
    run = write_run(
        tmp_path,
        products,
        [
            ("A", "B", "usedFor", "gift"),  # Kitchen twice
            ("A", "C", "usedFor", "gift"),  # Kitchen and Garden
            ("C", "D", "can", "gift"),  # Garden and Toys: three categories in all
            ("A", "B", "usedFor", "cooking"),
            ("A", "C", "usedFor", "digging"),
        ],
    )
    found = measure(run, "category rigidity")
    assert (found.found, found.total, found.share) == (2, 5, 0.4)
    assert found.figures == {
        "of_intentions": pytest.approx(2 / 3, abs=1e-6),
        "low_entropy": pytest.approx(2 / 3, abs=1e-6),  # one category, or two alike
        "of_repeated": 0.0,
    }
    assert worst_texts(found) == ["cooking", "digging"]
    assert worst_texts(found, "entropy") == [0.0, 0.6931]  # ln 2
    assert worst_texts(found, "last") == [None, "Kitchen"]


def test_a_co_buy_counts_once_whatever_the_relations_it_states_an_intention_by(
    tmp_path: Path,
) -> None:
    products = {"A": ("pan", "Kitchen"), "B": ("pot", "Kitchen"), "C": ("spade", "Garden")}
    said = [("A", "B", "can", "gift"), ("A", "B", "usedFor", "gift"), ("A", "C", "can", "gift")]
    found = measure(write_run(tmp_path, products, said), "category rigidity")
    assert worst_texts(found, "entropy") == [0.5623]  # three products in Kitchen, one in Garden
    assert found.figures["of_repeated"] is None  # two co-buys are not yet enough


def test_without_categories_rigidity_cannot_be_measured(tmp_path: Path) -> None:
    found = measure(
        write_run(tmp_path, NO_CATEGORY, [("A", "B", "usedFor", "gift")]), "category rigidity"
    )
    assert (found.share, found.worst) == (None, ())
    assert found.unmeasured == "no product of a statement has a category"


def test_an_intention_of_all_products_of_a_category_is_ambiguous(tmp_path: Path) -> None:
    steel, glass = ([f"{name}{n}" for n in range(5)] for name in ("S", "G"))
    products = dict.fromkeys(steel, ("steel mug", "Mugs"))
    products |= dict.fromkeys(glass, ("glass mug", "Mugs"))
    said = [(s, g, "usedFor", "tea") for s, g in zip(steel, glass, strict=True)]
    said += [(a, b, "usedFor", "camping") for a, b in (steel[:2], steel[2:4], steel[3:])]
    found = measure(write_run(tmp_path, products, said), "property ambiguity")
    assert (found.found, found.total) == (1, 2)
    assert worst_texts(found) == ["tea", "camping"]
    # mug, steel, glass: 1/2, 1/4, 1/4 in the category; 1/2, 1/2, 0 for camping
    assert worst_texts(found, "divergence") == [0.0, 0.1556]
    assert worst_texts(found, "products") == [10, 5]
    assert found.figures == {"telling": 0.0, "median_divergence": 0.0778}


def test_ambiguity_is_shown_by_statements_of_the_category_it_is_in(tmp_path: Path) -> None:
    products = {f"P{n}": ("blue mug", "Mugs" if n > 3 else "Art") for n in range(12)}
    run = write_run(tmp_path, products, [(a, b, "usedFor", "gift") for a, b in chain(11)])
    found = measure(run, "property ambiguity")
    mugs = next(one for one in found.worst if one.figures["category"] == "Mugs")
    assert mugs.statements[0].startswith("P10~P11-")
    assert not any(said.startswith("P0~P1-") for said in mugs.statements)


def test_a_tail_under_relations_that_exclude_each_other_is_confused(tmp_path: Path) -> None:
    run = write_run(
        tmp_path,
        NO_CATEGORY,
        [
            ("A", "B", "isA", "silver"),
            ("A", "B", "madeOf", "silver"),  # of one co-buy: a contradiction
            ("C", "D", "madeOf", "cotton"),
            ("A", "C", "partOf", "cotton"),
            ("A", "D", "usedFor", "camping"),
            ("A", "D", "capableOf", "camping"),  # a use and an ability may both hold
        ],
    )
    found = measure(run, "relation confusion")
    assert (found.found, found.total) == (4, 6)
    assert found.figures == {"of_intentions": pytest.approx(2 / 3, abs=1e-6), "contradictions": 1}
    assert worst_texts(found) == ["silver", "cotton"]
    first = found.worst[0]
    assert first.figures["same_pairs"] == 1
    assert [said.split("-")[:2] for said in first.statements] == [["A~B", "isA"], ["A~B", "madeOf"]]


def test_without_relations_that_exclude_each_other_nothing_can_be_confused(tmp_path: Path) -> None:
    said = [("A", "B", "usedFor", "camping"), ("A", "B", "isA", "camping")]
    found = measure(write_run(tmp_path, NO_CATEGORY, said), "relation confusion")
    assert (found.share, found.total) == (None, 0)
    assert found.unmeasured == "no two relations of the graph exclude each other"


def test_a_tail_of_many_co_buys_of_all_categories_is_generic(tmp_path: Path) -> None:
    products = {f"P{n}": ("thing", "Art" if n % 2 else "Toys") for n in range(13)}
    said = [(a, b, "usedFor", "gift") for a, b in chain(12)]
    said += [(a, b, "usedFor", f"use {n}") for n, (a, b) in enumerate(chain(12))]
    found = measure(write_run(tmp_path, products, said), "generic tails")
    assert (found.found, found.total) == (12, 24)
    assert found.figures == {"intentions": 1, "top_percent": 0.5}
    assert found.worst[0].figures == {"text": "gift", "support": 12, "evenness": 1.0, "score": 1.0}


def test_a_tail_of_one_category_is_not_generic(tmp_path: Path) -> None:
    products = {f"P{n}": ("thing", "Art") for n in range(13)} | {"Z": ("thing", "Toys")}
    said = [(a, b, "usedFor", "painting") for a, b in chain(12)]
    run = write_run(tmp_path, products, [*said, ("P1", "Z", "usedFor", "playing")])
    assert measure(run, "generic tails").found == 0


def test_nine_co_buys_make_no_tail_generic(tmp_path: Path) -> None:
    products = {f"P{n}": ("thing", None) for n in range(10)}
    run = write_run(tmp_path, products, [(a, b, "usedFor", "gift") for a, b in chain(9)])
    assert measure(run, "generic tails").found == 0


def test_a_concept_over_nearly_everything_is_a_hub(tmp_path: Path) -> None:
    products = {f"P{n}": ("thing", None) for n in range(13)}
    said = [(a, b, "usedFor", f"use {n}") for n, (a, b) in enumerate(chain(12))]
    concepts = {f"use {n}": ["activity"] for n in range(12)}
    concepts["use 3"] = ["activity", "sport"]
    found = measure(write_run(tmp_path, products, said, concepts), "hub concepts")
    assert (found.found, found.total) == (12, 13)
    assert found.figures == {"hubs": 1, "of_concepts": 0.5}
    assert found.worst[0].figures == {
        "concept": "activity",
        "intentions": 12,
        "stated": 12,
        "share": 1.0,
        "mention": "activity",
        "by_mention": 12,
    }


def test_a_copied_title_is_found_whatever_its_order_and_endings(tmp_path: Path) -> None:
    products = {
        "A": ("Acme USB Extension Cables, 6 Feet", None),
        "B": ("Hub", None),
        "C": ("Mug with handle", None),
    }
    run = write_run(
        tmp_path,
        products,
        [
            ("A", "B", "isA", "an extension cable for USB"),
            ("A", "B", "isA", "USB cable"),  # two words name the kind
            ("B", "C", "isA", "an extension cable for USB"),  # of no title here
            ("A", "B", "usedFor", "extension of a USB cable at home"),  # says more
        ],
    )
    found = measure(run, "title copies")
    assert (found.found, found.total) == (1, 4)
    finding = found.worst[0]
    assert finding.figures["product"] == "A"
    assert (finding.figures["words"], finding.figures["of_title"]) == (3, 0.5)
    assert finding.statements[0].startswith("A~B-isA-")


def test_a_statement_that_copies_both_titles_is_one_finding(tmp_path: Path) -> None:
    products = {"A": ("red tin box", None), "B": ("red tin box, large", None)}
    found = measure(
        write_run(tmp_path, products, [("A", "B", "isA", "red tin box")]), "title copies"
    )
    assert (found.found, found.figures["whole_titles"]) == (1, 1.0)
    assert worst_texts(found, "product") == ["A"]


def test_light_words_hide_no_duplicate_and_negation_makes_none(tmp_path: Path) -> None:
    run = write_run(
        tmp_path,
        NO_CATEGORY,
        [
            ("A", "B", "usedFor", "water cooling"),
            ("A", "C", "usedFor", "water cooling"),
            ("A", "B", "can", "be used for great water cooling"),
            ("A", "B", "hasA", "a handle"),
            ("A", "C", "hasA", "no handle"),
            ("A", "D", "hasA", "2 handles"),
            ("A", "B", "usedFor", "good quality"),  # light words alone are no key
            ("A", "B", "usedFor", "great use"),
        ],
    )
    found = measure(run, "near-duplicates left")
    assert (found.found, found.total) == (1, 7)
    assert found.figures == {"groups": 1, "largest_group": 2}
    figures = found.worst[0].figures
    assert (figures["text"], figures["support"]) == ("water cooling", 2)
    assert (figures["other"], figures["other_support"]) == ("be used for great water cooling", 1)
    assert len(found.worst[0].statements) == 2


def test_a_misspelt_word_hides_no_duplicate(tmp_path: Path) -> None:
    said = [("A", "B", "usedFor", f"protection {n}") for n in range(10)]
    run = write_run(tmp_path, NO_CATEGORY, [*said, ("A", "C", "usedFor", "protecion 3")])
    found = measure(run, "near-duplicates left")
    assert found.found == 1
    figures = found.worst[0].figures
    assert {figures["text"], figures["other"]} == {"protection 3", "protecion 3"}


def test_kept_rates_count_what_was_refused(tmp_path: Path) -> None:
    products = {"A": ("pan", "Kitchen"), "B": ("pot", "Kitchen"), "C": ("spade", "Garden")}
    said = [("A", "B", "usedFor", "gift"), ("A", "C", "isA", "tool")]
    rejected = [
        {"reason": "judged no", "field": "usedFor", "item": "A~B"},
        {"reason": "too long", "field": "usedFor", "item": "A~C"},
        {"reason": "unknown relation", "field": "sees", "item": "A~C"},  # about the row
        {"reason": "pair not kept", "field": "usedFor", "item": "A~Z"},  # about the pair
    ]
    kept = audit(write_run(tmp_path, products, said, rejected=rejected)).kept
    assert kept["model"] == [
        {"model": "a hand", "claims": 4, "kept": 2, "judged_away": 1, "kept_rate": 0.5}
    ]
    assert [(row["relation"], row["kept_rate"]) for row in kept["relation"]] == [
        ("usedFor", 0.3333),
        ("isA", 1.0),
    ]
    assert [(row["category"], row["claims"], row["kept"]) for row in kept["category"]] == [
        ("Kitchen", 4, 2),  # once, though both products of a pair are in it
        ("Garden", 2, 1),
    ]
    assert [(row["source"], row["claims"]) for row in kept["source"]] == [("co-buy", 4)]


def test_a_finding_leads_to_its_statements(tmp_path: Path) -> None:
    products = {"B": ("Hub", None), "A": ("Acme USB extension cable", None)}
    found = audit(write_run(tmp_path, products, [("B", "A", "isA", "USB extension cable")]))
    (said,) = found.said.values()
    assert (said.pair, said.titles) == ("A~B", ("Acme USB extension cable", "Hub"))
    assert (said.relation, said.surface) == ("isA", "they are USB extension cable")
    assert (said.agreement, said.source, said.model) == (0.75, "co-buy", "a hand")
    assert (said.file, said.row) == (None, None)  # the stages of this run are gone


def test_an_empty_graph_has_no_share(tmp_path: Path) -> None:
    found = audit(write_run(tmp_path, {}, []))
    assert found.statements == 0
    assert all(measure.share is None and measure.unmeasured for measure in found.measures)
    assert found.said == {}


def test_worst_bounds_the_findings_and_not_the_shares(tmp_path: Path) -> None:
    products = {name: (f"red tin box {name}", "Kitchen") for name in "ABCD"}
    said = [(a, b, "isA", "red tin box") for a, b in ("AB", "BC", "CD")]
    run = write_run(tmp_path, products, said)
    assert [len(measure(run, "title copies", n).worst) for n in (0, 2, 20)] == [0, 2, 3]
    assert measure(run, "title copies", 0).share == 1.0


@pytest.mark.parametrize("worst", [-1, 10_001, 10**30])
def test_a_number_of_places_that_nobody_can_look_at_is_refused(tmp_path: Path, worst: int) -> None:
    with pytest.raises(UsageError, match="from 0 to 10,000"):
        mindgraph.audit(tmp_path, worst)
