"""What a sentence says once its template is taken away.

"PersonX bought … because they both are used for camping." is the relation `usedFor` and the
tail "camping". Comparing whole sentences would make the shared template look like agreement.
"""

from __future__ import annotations

import re
from functools import cache

from mindgraph.relations import RELATIONS

# The lead-ins of the released data: who buys (FolkScope) or what was asked for (MIND), why, and
# which words stand before the relation. A whole reply may stand in quotes.
_BECAUSE = (
    r"^[\s\"'“‘«]*"
    r"(?:personx bought .{0,400}?(?=\bbecause\b|\bas a result\b|\band buying\b)|"
    r"the potential (?:co-?buy )?intention\b.{0,200}?\b(?:could|can|may|might) be\s+(?:that\s+)?)?"
    r"(?:because\s+)?"
)
_START = _BECAUSE + (
    r"(?:(?:(?:both|these|the)(?: two)? (?:products|items)|they|both|the person|personx|"
    r"person|he|she|people|customers?|it|(?:and )?buying them)\s+)?"
)
_BETWEEN = r"(?:(?:are|were|is|was|be|have|has|can|could|will|both|all|also)\s+)*"
_OUTER = "\"'“”‘’«» .;"


@cache
def _lead(relation: str) -> re.Pattern[str]:
    """What stands before the tail under one relation, the relation's own words among it."""
    leads = RELATIONS[relation].leads
    own = "|".join(re.escape(lead) for lead in sorted(leads, key=len, reverse=True))
    between = _BETWEEN if relation not in ("can", "hasA") else r"(?:both\s+|all\s+)?"
    return re.compile(_START + (f"{between}(?:{own})(?!\\w)[\\s:]*" if own else ""), re.IGNORECASE)


_BARE = re.compile(_START + _BETWEEN, re.IGNORECASE)
_FREE = re.compile(_BECAUSE, re.IGNORECASE)


def tail_of(relation: str, text: str) -> str:
    """The part of a sentence after its template, without outer quotes and full stop.

    >>> tail_of("usedFor", "They are both used for keeping coffee hot.")
    'keeping coffee hot'
    """
    found = _lead(relation).match(text) if RELATIONS[relation].leads else None
    if found is None:
        found = (_BARE if relation == "other" else _FREE).match(text)
    return text[found.end() if found else 0 :].strip(_OUTER)


# Which words are looked for first: "could both be used for" was asked as `can`, and "have" alone
# says least.
_TELLING = sorted(
    (name for name, relation in RELATIONS.items() if relation.leads),
    key=lambda name: (name != "can", name == "hasA", -max(map(len, RELATIONS[name].leads))),
)


def relation_of(text: str) -> str:
    """The relation a sentence's own words say; `other` where they say none.

    >>> relation_of("because they both are a type of cable.")
    'isA'
    """
    return next((name for name in _TELLING if _lead(name).match(text)), "other")
