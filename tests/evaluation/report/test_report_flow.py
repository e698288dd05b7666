"""The flow: in = out + dropped at every step, and no dropped row of a manifest is left untold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mindgraph.evaluation.report.flow import lanes
from mindgraph.reasons import REASONS
from mindgraph.runs import Built


def stage(name: str, kept: int, **dropped: int) -> dict[str, Any]:
    left = {reason.replace("_", " "): rows for reason, rows in dropped.items()}
    return {"name": name, "in": kept + sum(left.values()), "out": kept, "dropped": left}


STAGES = st.lists(
    st.builds(
        lambda name, kept, dropped: {
            "name": name,
            "in": kept + sum(dropped.values()),
            "out": kept,
            "dropped": dropped,
        },
        st.sampled_from(
            ["products", "read_links_1", "read_links_2", "judged", "unheard_of", "isa"]
        ),
        st.integers(0, 10**7),
        st.dictionaries(st.sampled_from(sorted(REASONS)), st.integers(1, 10**6), max_size=3),
    ),
    max_size=6,
    unique_by=lambda told: str(told["name"]),
)


@given(STAGES)
def test_every_dropped_row_is_told_and_every_step_adds_up(stages: list[dict[str, Any]]) -> None:
    found = lanes(stages)
    for step in (step for lane in found for step in lane.steps):
        assert step.seen == step.kept + sum(rows for _, rows in step.dropped)
    dropped = sum(sum(told["dropped"].values()) for told in stages)
    assert sum(lane.dropped for lane in found) == dropped


def test_the_demos_flow_is_its_manifests(demo: Built) -> None:
    found = lanes(demo.manifest["stages"])
    told = {name: step for lane in found for step in lane.steps for name in step.stages}
    for counted in demo.manifest["stages"]:
        if counted.get("dropped"):
            assert dict(told[counted["name"]].dropped) == counted["dropped"]
            assert (told[counted["name"]].seen, told[counted["name"]].kept) == (
                counted["in"],
                counted["out"],
            )


def test_several_files_of_one_kind_are_one_step() -> None:
    (lane,) = lanes(
        [stage("read_links_1", 3, bad_number=1), stage("read_links_2", 4, bad_number=2)]
    )
    (step,) = lane.steps
    assert (step.seen, step.kept, step.dropped) == (10, 7, (("bad number", 3),))
    assert step.stages == ("read_links_1", "read_links_2")


def test_a_stage_without_words_is_told_by_its_name_where_it_drops_rows() -> None:
    (lane,) = lanes([stage("unheard_of", 1, generic=2), stage("silent", 5)])
    assert [step.title for step in lane.steps] == ["unheard_of"]


def test_stages_that_saw_nothing_are_left_out() -> None:
    assert lanes([stage("products", 0), {"name": "store", "seconds": 1.0}]) == ()
