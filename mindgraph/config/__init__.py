"""The config: one model per section of the YAML, every default in one place.

An unknown key or a value of the wrong type is an error that names file, line, key and repair.
`${NAME}` in a path is taken from the environment; such a path counts from the current folder,
every other path from the config's own folder. `${MINDGRAPH_DEMO}` is the bundled shop. No secret
belongs in a config.
"""

from mindgraph.config.asking import Cost, Drawn, Endpoint, Filter, Generate, Local
from mindgraph.config.reading import load_config
from mindgraph.config.sections import (
    FORMATS,
    Concepts,
    Config,
    Engine,
    IntentionColumns,
    IntentionFile,
    Intentions,
    LinkColumns,
    LinkFile,
    OrderColumns,
    OrderFile,
    Pairs,
    Pictures,
    ProductColumns,
    ProductFile,
    Rules,
)
from mindgraph.config.values import Section

__all__ = [
    "FORMATS",
    "Concepts",
    "Config",
    "Cost",
    "Drawn",
    "Endpoint",
    "Engine",
    "Filter",
    "Generate",
    "IntentionColumns",
    "IntentionFile",
    "Intentions",
    "LinkColumns",
    "LinkFile",
    "Local",
    "OrderColumns",
    "OrderFile",
    "Pairs",
    "Pictures",
    "ProductColumns",
    "ProductFile",
    "Rules",
    "Section",
    "load_config",
]
