"""How many triples a block says, asked of its table: what a description promises is exact."""

from __future__ import annotations

from mindgraph.exporters.rdf.terms import Name
from mindgraph.exporters.rdf.triples import Block, Said, Stated

# Of a stated triple: itself, and what names its parts.
_REIFIED, _REIFIER = 1 + 4, 1 + 1


def count_sql(block: Block, reifiers: bool) -> str:
    """SQL for a block's number of triples."""
    each = len(block.classes)
    if block.stated:
        each += _REIFIER if reifiers else _REIFIED
    counted = [_said(said) for said in block.properties] + [_both(stated) for stated in block.also]
    return f"SELECT {' + '.join([f'{each} * count(*)', *counted])} FROM (SELECT * {block.rows})"


def _said(said: Said) -> str:
    if said.fixed:
        return "count(*)"
    return f"count({said.value.column if isinstance(said.value, Name) else said.value})"


def _both(stated: Stated) -> str:
    ends = f"{stated.subject.column} IS NOT NULL AND {stated.object.column} IS NOT NULL"
    return f"count(*) FILTER (WHERE {ends})"
