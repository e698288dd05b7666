"""What a judge's raw answer says of a claim: yes, no, or unparsed, which is a third state.

The raw text is never lost: it stands beside the verdict, and in the row of a claim left out.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from mindgraph.intentions.spoken import answer_of, without_thought
from mindgraph.records import REJECTED

_SHARE = re.compile(r"\s*(?:0?\.\d+|0|1(?:\.0+)?)\s*")

Verdict = tuple[str | None, float | None]
"""yes, no, unparsed or None where nobody judged; and the agreement, P(yes) or 1 and 0."""

_PLAIN: dict[str, Verdict] = {"yes": ("yes", 1.0), "no": ("no", 0.0)}


def verdict_of(text: str | None) -> Verdict:
    """A judge's raw answer as a verdict; a leading block of thought is no answer.

    A share between 0 and 1 is P(yes), and a yes from 0.5 on.

    >>> verdict_of("No, the case does not fit."), verdict_of("Perhaps"), verdict_of("0.8")
    (('no', 0.0), ('unparsed', None), ('yes', 0.8))
    """
    if not text or not text.strip():
        return None, None
    text = without_thought(text)
    if _SHARE.fullmatch(text):
        return "yes" if float(text) >= 0.5 else "no", float(text)
    return _PLAIN.get(answer_of(text) or "", ("unparsed", None))


def judge(claims: pa.Table, keep_unparsed: bool) -> tuple[pa.Table, pa.Table]:
    """Claims that their judge lets pass (or nobody judged), and the others as rejected rows."""
    said = pc.fill_null(claims["verdict"], "")
    cases = pc.make_struct(
        pc.equal(said, "no"), pc.and_(pc.equal(said, "unparsed"), not keep_unparsed)
    )
    reasons = pc.case_when(cases, "judged no", "verdict unparsed")
    left = claims.filter(pc.is_valid(reasons))
    details = pc.binary_join_element_wise(left["text"], left["verdict_text"], " | ")
    columns = [
        reasons.drop_null(),
        left["file"],
        left["row"],
        left["relation"],
        left["pair"],
        details,
    ]
    rejected = pa.table(columns, names=REJECTED.names).cast(REJECTED)
    return claims.filter(pc.is_null(reasons)), rejected
