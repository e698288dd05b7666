"""The pictures of a report, drawn by matplotlib without its state: flow, bars, histogram.

They are drawn as wide as a telephone's screen and grow with the page. What was dropped is hatched,
and every part has its number beside it, so that no colour is needed to read them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.report.flow import Lane, Step
from mindgraph.evaluation.report.scores import BINS, Scores
from mindgraph.evaluation.report.svg import INK, KEPT, PALE, PAPER, RULE, inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 340.0
"""Width of a drawing in points: on a telephone a point is about a pixel."""

_HATCHES = ("////", "....", "xxxx", "\\\\\\\\", "++++", "oooo")

_LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "mindgraph",  # ids of equal drawings are equal
    "hatch.linewidth": 0.9,
    "font.size": 11.0,
    "text.color": INK,
}


@contextmanager
def _looking_alike() -> Iterator[None]:
    """Matplotlib as it comes, whatever the user's own settings are."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the browser has the letters that the measuring font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)
        yield


def _paper(height: float) -> tuple[Figure, Axes]:
    """An empty drawing in points, with its origin at the top left."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, height / 72))
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return figure, axes


def _box(axes: Axes, x: float, y: float, width: float, height: float, **look: Any) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), width, height, **{"linewidth": 0, **look}))


def _say(axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
    # Text of others may hold a "$", which is no formula.
    axes.text(x, y, text, parse_math=False, **{"va": "baseline", **look})


# ---- flow

_FUNNEL, _TEXT = 106.0, 120.0
_LINE, _GAP = 14.5, 15.0
_BAR = 2 * _LINE


def flow(lane: Lane, name: str) -> str:
    """A lane from top to bottom: a bar is what came in, its hatched parts are what was dropped."""
    scale = _FUNNEL / max(step.seen for step in lane.steps)
    tops = [0.0, *accumulate(map(_height, lane.steps))]
    with _looking_alike():
        figure, axes = _paper(tops[-1] - _GAP + 2)
        for step, top in zip(lane.steps, tops, strict=False):
            _bar(axes, step, top, scale)
            _words(axes, step, top)
        for place, (above, below) in enumerate(pairwise(lane.steps)):
            if above.kept == below.seen:  # else the second looks at other things than the first
                high, low = tops[place] + _BAR, tops[place + 1]
                _box(axes, 0, high, above.kept * scale, low - high, facecolor=PALE)
        return inline(figure, name, f"{lane.title}: what came in, what went on, what was dropped")


def _height(step: Step) -> float:
    return _BAR + len(step.dropped) * _LINE + _GAP


def _bar(axes: Axes, step: Step, top: float, scale: float) -> None:
    at = step.kept * scale
    _box(axes, 0, top, at, _BAR, facecolor=KEPT)
    for place, (_, rows) in enumerate(step.dropped):
        _box(axes, at, top, max(rows * scale, 0.8), _BAR, **_hatched(place))
        at += rows * scale


def _words(axes: Axes, step: Step, top: float) -> None:
    _say(axes, _TEXT, top + 11.5, step.title, fontweight="bold")
    numbers = f"{step.seen:,}" if step.kept == step.seen else f"{step.seen:,} → {step.kept:,}"
    _say(axes, _TEXT, top + 11.5 + _LINE, numbers)
    for place, (reason, rows) in enumerate(step.dropped, 2):
        line = top + place * _LINE
        _box(axes, _TEXT, line + 3, 14, 9.5, **_hatched(place - 2))
        _say(axes, _TEXT + 19, line + 11.5, f"− {rows:,} {reason}", fontsize=10)


def _hatched(place: int) -> dict[str, Any]:
    hatch = _HATCHES[place % len(_HATCHES)]
    return {"facecolor": PAPER, "edgecolor": INK, "hatch": hatch, "linewidth": 0.6}


# ---- bars


_ROW = 19.0
_LABEL = 128.0
_LONGEST = 20


def bars(counted: Sequence[tuple[str, int]], name: str, title: str) -> str:
    """A bar for each count, its label before it and its number behind it."""
    most = max(count for _, count in counted)
    room = WIDTH - _LABEL - 8 - 6.6 * len(f"{most:,}") - 6
    with _looking_alike():
        figure, axes = _paper(len(counted) * _ROW)
        for place, (label, count) in enumerate(counted):
            top = place * _ROW
            _say(axes, _LABEL, top + 13, _short(label), ha="right")
            _box(axes, _LABEL + 8, top + 3, room * count / (most or 1), 13, facecolor=KEPT)
            _say(axes, _LABEL + 13 + room * count / (most or 1), top + 13, f"{count:,}")
        return inline(figure, name, title)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"


# ---- histogram

_HIGH, _UNDER = 150.0, 22.0


@dataclass(frozen=True)
class _Frame:
    """Where a histogram lies on its paper: its left side and its floor, in points."""

    left: float
    floor: float

    def across(self, score: float) -> float:
        """Where a score lies."""
        return self.left + score * (WIDTH - self.left - 4)


def histogram(scores: Scores, name: str) -> str:
    """How a score falls over [0, 1]: kept rows solid, left-out rows hatched on top of them."""
    stacks = list(zip(scores.kept, scores.left, strict=True))
    most = max(map(sum, stacks))
    frame = _Frame(12 + 6.2 * len(f"{most:,}"), _HIGH + (8 if scores.threshold is None else 24))
    with _looking_alike():
        figure, axes = _paper(frame.floor + _UNDER)
        _scales(axes, frame, most)
        for place, stack in enumerate(stacks):
            _stack(axes, frame, place, *(count * _HIGH / most for count in stack))
        if scores.threshold is not None:
            _threshold(axes, frame, scores.threshold)
        return inline(figure, name, f"{scores.name} of {scores.of}, from 0 to 1")


def _stack(axes: Axes, frame: _Frame, place: int, kept: float, left: float) -> None:
    x, width = frame.across(place / BINS) + 0.8, frame.across(1 / BINS) - frame.left - 1.6
    if kept:
        _box(axes, x, frame.floor - kept, width, kept, facecolor=KEPT)
    if left:
        _box(axes, x, frame.floor - kept - left, width, left, **_hatched(0))


def _scales(axes: Axes, frame: _Frame, most: int) -> None:
    """The numbers along both sides: none and most upward, fifths of the score across."""
    for count in (0, most):
        y = frame.floor - count * _HIGH / most
        _box(axes, frame.left, y - 0.4, WIDTH - frame.left - 4, 0.8, facecolor=RULE, zorder=0)
        _say(axes, frame.left - 5, y + 3.5, f"{count:,}", ha="right", fontsize=10)
    for fifth in range(6):
        look = {"ha": "right" if fifth == 5 else "center", "fontsize": 10}
        _say(axes, frame.across(fifth / 5), frame.floor + 14, f"{fifth / 5:.1f}", **look)


def _threshold(axes: Axes, frame: _Frame, threshold: float) -> None:
    x, top = frame.across(threshold), frame.floor - _HIGH - 10
    axes.plot([x, x], [top, frame.floor], color=INK, linewidth=1.2, dashes=(4, 3))
    side, shift = ("right", -4) if threshold > 0.5 else ("left", 4)
    _say(axes, x + shift, top, f"kept from {threshold:g}", ha=side, fontsize=10)
