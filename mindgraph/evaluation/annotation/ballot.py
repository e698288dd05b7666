"""What a sheet asks of people: its columns, its two questions and the votes they allow.

The two questions are FolkScope's (Findings of ACL 2023): is a claim plausible, and is it typical.
Their wording and the four grades are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mindgraph.records import digest

UNSURE = "can't judge"


@dataclass(frozen=True)
class Question:
    """One question, and what each allowed vote counts as; a vote of None is a vote withheld."""

    name: str
    asks: str
    votes: Mapping[str, int | None]
    level: str

    @property
    def heading(self) -> str:
        """What stands above its column: the name, and in brackets what may be written."""
        return f"{self.name} ({self.asks})"

    @property
    def domain(self) -> tuple[int, ...]:
        """The values that votes count as, in order."""
        return tuple(sorted(value for value in self.votes.values() if value is not None))

    @property
    def allowed(self) -> str:
        """The allowed votes as a message names them."""
        *others, last = self.votes
        return f"{', '.join(others)} or {last}"


PLAUSIBILITY = Question(
    "plausibility",
    f"is it likely true? yes, no, {UNSURE}",
    MappingProxyType({"yes": 1, "no": 0, UNSURE: None}),
    "nominal",
)

TYPICALITY = Question(
    "typicality",
    "if plausible: what one thinks of? 1 never, 2 seldom, 3 often, 4 first of all",
    MappingProxyType({"1": 1, "2": 2, "3": 3, "4": 4}),
    "ordinal",
)

QUESTIONS = (PLAUSIBILITY, TYPICALITY)

ID, CHECK, ANNOTATOR = "id", "check", "annotator"

SHOWN = ("title_a", "title_b", "relation", "sentence", "picture_a", "picture_b")
"""Columns that a person reads."""

PICTURES = ("picture_a", "picture_b")

HEADINGS = {
    **dict(zip(SHOWN, SHOWN, strict=True)),
    **{question.name: question.heading for question in QUESTIONS},
    **{name: name for name in (ANNOTATOR, ID, CHECK)},
}
"""What stands above each column, in the order of the columns."""

NEEDED = (ID, CHECK, "relation", "sentence", *(question.name for question in QUESTIONS))
"""Columns without which a sheet cannot be counted."""

GUIDE = (
    "One row is one claim about two products that were bought together.",
    "Look at both products, read the sentence, then answer from left to right.",
    f"{PLAUSIBILITY.name}: {PLAUSIBILITY.asks}. Leave it empty to come back later.",
    f"{TYPICALITY.name}: {TYPICALITY.asks}.",
    "Change nothing else: id and check tell whether a row is still the one that was sampled.",
    "A ' before a text keeps the spreadsheet from taking it for a formula.",
)


def name_of(heading: str) -> str:
    """The column that a heading names.

    >>> name_of("typicality (1 to 4)")
    'typicality'
    """
    return heading.partition(" (")[0].strip().lower()


def check_of(row: Mapping[str, str]) -> str:
    """What `check` says of a row while nobody edited its id, relation or sentence.

    It begins with a letter, so that no spreadsheet takes it for a number.
    """
    return "c" + digest(row[ID], row["relation"], row["sentence"], size=4)
