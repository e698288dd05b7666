"""mindgraph: a graph of why products are bought together.

The functions here say the same words as the command line: `build`, `check`, `stats`, `query`,
`why`, `load`, `export`. Heavy modules are imported when a name is first used.
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
    "Selection": "mindgraph.exporters.selection",
    "MindgraphError": "mindgraph.errors",
}

__all__ = [
    "Config",
    "MindgraphError",
    "Selection",
    "__version__",
    "build",
    "check",
    "export",
    "load",
    "load_config",
    "open_store",
    "plan",
    "query",
    "stats",
    "to_networkx",
    "why",
]

if TYPE_CHECKING:
    from mindgraph.asking import query, stats, why
    from mindgraph.config import Config, load_config
    from mindgraph.errors import MindgraphError
    from mindgraph.exporters.selection import Selection
    from mindgraph.exporting import export, to_networkx
    from mindgraph.loading import load
    from mindgraph.planning import plan
    from mindgraph.runs import build, check
    from mindgraph.stores import open_store


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
