"""A run's facts as one page of HTML that needs nothing but itself.

All text goes through templates that escape it; the page has no script, and its policy
(Content-Security-Policy) lets a browser load nothing but what stands in it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.report import drawings
from mindgraph.evaluation.report.facts import Facts, facts
from mindgraph.evaluation.report.readable import FILTERS, SPOKEN, Column
from mindgraph.evaluation.report.samples import Statement
from mindgraph.evaluation.report.thumbnails import PictureDoor, thumbnails
from mindgraph.evaluation.report.words import MEANINGS, MEASURED
from mindgraph.reasons import REASONS
from mindgraph.relations import RELATIONS
from mindgraph.text import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def page(run: Path, manifest: Mapping[str, Any], opened: PictureDoor) -> str:
    """The report of a finished run as HTML; equal runs give equal pages.

    RunError where a table of the run cannot be read.
    """
    told = facts(run, manifest)
    shown = [product["id"] for statement in _shown(told) for product in statement.products]
    pictures = thumbnails(run, manifest, shown, opened)
    return render(told, pictures)


def _shown(told: Facts) -> tuple[Statement, ...]:
    return (*told.ranked.best, *told.ranked.worst)


def render(told: Facts, pictures: Mapping[str, str]) -> str:
    """Facts as a page; `pictures` are `data:` addresses by product."""
    style = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return (
        _templates()
        .get_template("page.html")
        .render(
            facts=told,
            pictures=pictures,
            drawn=_drawn(told),
            meanings=MEANINGS,
            phrases={name: relation.phrase for name, relation in RELATIONS.items()},
            repairs={reason.name: reason.repair for reason in REASONS.values() if reason.is_error},
            relation_columns=_filled(_RELATION, told.relations),
            step_columns=_filled(_STEP, told.cost.steps),
            measured=MEASURED,
            style=_safe(style),
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        )
    )


_RELATION = (
    ("relation", "Relation", "text"),
    ("statements", "Statements", "number"),
    ("pairs", "Pairs", "number"),
    ("intentions", "Intentions", "number"),
    ("agreement", "Agreement", "score"),
    ("typicality", "Typicality", "score"),
    ("judged", "Judged", "number"),
    ("kept_rate", "Kept", "share"),
)


_STEP = (
    ("step", "Step", "text"),
    ("replies", "Replies", "number"),
    ("tokens_in", "Tokens in", "number"),
    ("tokens_cached", "of them cached", "number"),
    ("tokens_out", "Tokens out", "number"),
    ("seconds", "Seconds", "seconds"),
    ("attempts", "Most attempts", "number"),
)


def _filled(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns in which at least one row holds something."""
    return [column for column in columns if any(row[column[0]] is not None for row in rows)]


def _drawn(told: Facts) -> dict[str, Markup]:
    """Every drawing of the page, by its name."""
    found = {
        f"flow-{place}": drawings.flow(lane, f"flow-{place}")
        for place, lane in enumerate(told.lanes)
    }
    for place, scores in enumerate(told.scores):
        found[f"scores-{place}"] = drawings.histogram(scores, f"scores-{place}")
    for name, (counted, title) in _counted(told).items():
        if counted:
            found[name] = drawings.bars(counted, name, title)
    return {name: _safe(drawing) for name, drawing in found.items()}


def _counted(told: Facts) -> dict[str, tuple[list[tuple[str, int]], str]]:
    """What is drawn as bars."""
    relations = [(row["relation"], row["statements"]) for row in told.relations]
    concepts = [(clean(row["concept"]), row["statements"]) for row in told.concepts]
    return {
        "relations": (relations, "Statements by relation"),
        "concepts": (concepts, "Statements whose intention falls under a concept"),
    }


def _safe(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - of our own making, and escaped by its maker


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({spoken.__name__: spoken for spoken in (*FILTERS, asdict)})
    environment.globals["spoken"] = SPOKEN
    return environment
