"""Where the files at the top of the repository lie: in a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from mindgraph.errors import UsageError

_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """The folder or file of that name, e.g. `cypher/queries` or `configs/demo.yaml`."""
    for root in (_PACKAGE, _PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise UsageError(f"{name} is not part of this installation; install mindgraph again")


def config_path(name: str) -> Path:
    """The path of a config: the file itself, or the bundled one of that bare name."""
    path = Path(name)
    if path.is_file() or path.suffix or path.parent != Path():
        return path
    bundled = {config.stem: config for config in sorted(resource("configs").glob("*.yaml"))}
    if name not in bundled:
        raise UsageError(f"{name}: no such config; name a file, or one of {', '.join(bundled)}")
    return bundled[name]
