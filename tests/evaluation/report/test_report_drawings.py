"""Drawings: text stays text, nothing in them is another's, equal facts are equal bytes."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from mindgraph.evaluation.report.drawings import bars, flow, histogram
from mindgraph.evaluation.report.flow import Lane, Step
from mindgraph.evaluation.report.scores import BINS, Scores

LANE = Lane(
    "Pairs",
    (
        Step("Rows", ("read_links_1",), 100, 90, (("bad number", 7), ("missing value", 3))),
        Step("Pairs kept", ("pairs",), 90, 90, ()),
    ),
)


def texts(drawing: str) -> list[str]:
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    return ["".join(found.itertext()) for found in root.iter("text")]


def test_a_flow_says_its_numbers_and_reasons_as_text() -> None:
    assert texts(flow(LANE, "a")) == [
        "Rows",
        "100 → 90",
        "− 7 bad number",
        "− 3 missing value",
        "Pairs kept",
        "90",
    ]


def test_what_was_dropped_is_hatched_each_reason_in_its_own_way() -> None:
    drawing = flow(LANE, "a")
    assert len(set(re.findall(r'fill="url\(#(a-[^)]+)\)"', drawing))) == 2
    assert drawing.count("<pattern ") == 2


def test_a_label_that_means_harm_is_text() -> None:
    label = "<b>$x$&amp;\"'"
    drawing = bars([(label, 3), ("plain", 0)], "a", "Counts & <more>")
    assert texts(drawing)[0] == label
    assert "<b>" not in drawing


def test_a_long_label_is_cut_and_a_foreign_one_stands() -> None:
    assert texts(bars([("x" * 40, 1), ("咖啡 ☕", 1)], "a", ""))[::2] == ["x" * 19 + "…", "咖啡 ☕"]


def test_a_histogram_has_a_place_for_every_bin() -> None:
    kept, left = [0] * BINS, [0] * BINS
    kept[-1], left[0], left[-1] = 4, 2, 1
    scores = Scores("P(yes)", "judged claims", tuple(kept), tuple(left), {}, 0.5)
    assert texts(histogram(scores, "a")) == [
        "0", "5", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "kept from 0.5",
    ]  # fmt: skip


def test_drawings_hold_no_style_no_address_and_no_id_of_another_drawing() -> None:
    drawings = flow(LANE, "a") + flow(LANE, "b")
    assert "style=" not in drawings
    assert "<style" not in drawings
    assert "http" not in drawings
    ids = re.findall(r' id="([^"]+)"', drawings)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"#([\w-]+)", drawings)) <= set(ids)


def test_equal_facts_are_equal_bytes_whatever_the_users_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = flow(LANE, "a")
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "font.size", 31.0)
    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "path")
    assert flow(LANE, "a") == before
    assert mpl.rcParams["font.size"] == 31.0
