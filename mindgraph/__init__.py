"""mindgraph: a graph of why products are bought together.

The functions here say the same words as the command line: `build`, `check`, `stats`, `query`,
`why`, `load`, `export`, `report`, `audit`, `compare`, `sample`, `agreement`, `intentionqa`. Heavy
modules are imported when a name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "build": "mindgraph.runs",
    "check": "mindgraph.runs",
    "plan": "mindgraph.planning",
    "stats": "mindgraph.asking",
    "query": "mindgraph.asking",
    "why": "mindgraph.asking",
    "open_store": "mindgraph.stores",
    "Config": "mindgraph.config",
    "load_config": "mindgraph.config",
    "load": "mindgraph.loading",
    "export": "mindgraph.exporting",
    "to_networkx": "mindgraph.exporting",
    "report": "mindgraph.reporting",
    "Selection": "mindgraph.exporters.selection",
    "audit": "mindgraph.auditing",
    "compare": "mindgraph.auditing",
    "sample": "mindgraph.annotating",
    "agreement": "mindgraph.annotating",
    "intentionqa": "mindgraph.evaluating",
    "intentionqa_asked": "mindgraph.evaluating",
    "MindgraphError": "mindgraph.errors",
}

__all__ = [
    "Config",
    "MindgraphError",
    "Selection",
    "__version__",
    "agreement",
    "audit",
    "build",
    "check",
    "compare",
    "export",
    "intentionqa",
    "intentionqa_asked",
    "load",
    "load_config",
    "open_store",
    "plan",
    "query",
    "report",
    "sample",
    "stats",
    "to_networkx",
    "why",
]

if TYPE_CHECKING:
    from mindgraph.annotating import agreement, sample
    from mindgraph.asking import query, stats, why
    from mindgraph.auditing import audit, compare
    from mindgraph.config import Config, load_config
    from mindgraph.errors import MindgraphError
    from mindgraph.evaluating import intentionqa, intentionqa_asked
    from mindgraph.exporters.selection import Selection
    from mindgraph.exporting import export, to_networkx
    from mindgraph.loading import load
    from mindgraph.planning import plan
    from mindgraph.reporting import report
    from mindgraph.runs import build, check
    from mindgraph.stores import open_store


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
