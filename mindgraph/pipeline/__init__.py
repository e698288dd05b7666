"""The order of the stages, as data: which stages a config means, and what each of them reads.

`stages(config)` only describes; nothing is read but the digests of the input files. The rooms
give the functions and the SQL, this module alone knows their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mindgraph.config import Config, IntentionFile, LinkFile, OrderFile, ProductFile
from mindgraph.engines import File, Rel, Stage, Table
from mindgraph.errors import InputError
from mindgraph.pipeline import graph, intentions, pairs, products

Opener = Callable[[Path], File]


@dataclass(frozen=True)
class Plan:
    """The stages of a build by what they are for; `graph` needs all but `record`."""

    run_id: str
    pictures: Stage
    pairs: Stage
    asked: intentions.Asked | None
    graph: Rel

    @property
    def targets(self) -> list[Stage]:
        """The stages that a build must bring to their end."""
        return [self.graph, self.asked.record] if self.asked else [self.graph]


def stages(config: Config, open_file: Opener, answered: str = "") -> Plan:
    """The plan of a build; InputError names every input file that cannot be read, a line each.

    `answered` tells how much the model has answered: what is made of its replies is made anew
    when there are more of them.
    """
    files = _open_all(config, open_file)
    listed = products.listed(config, files)
    ready = intentions.ready_rows(config, files)
    catalogue = products.catalogue(listed, ready)
    seen = products.pictures_of(config, catalogue)
    together = pairs.together(config, files, listed, ready, catalogue)
    asked = intentions.ask(config, files, catalogue, seen, together, answered)
    claims = [Table(stage, "claims") for stage in ready]
    claims += [Table(asked.claims, "claims")] if asked else []
    said = intentions.sift(config, claims, catalogue, together)
    run = graph.run_node(config, asked.info if asked else None, files)
    tables = graph.Tables(catalogue, seen, together, said)
    return Plan(run["id"], seen, together, asked, graph.assemble(config, files, tables, run))


def _open_all(config: Config, open_file: Opener) -> dict[Path, File]:
    """Every input file, once; all that cannot be read are told together."""
    sources: list[ProductFile | LinkFile | OrderFile | IntentionFile] = [
        *config.products,
        *config.pairs.links,
        *config.pairs.orders,
        *config.intentions.ready,
    ]
    told = config.intentions.generate
    more = [config.concepts.isa, told.record if told else None]
    paths = [source.path for source in sources] + [path or Path() for path in more]
    files, problems = {}, []
    for path in dict.fromkeys(path for path in paths if path != Path()):
        try:
            files[path] = open_file(path)
        except InputError as problem:
            problems.append(str(problem))
    folder = config.pictures.folder
    if folder is not None and not folder.is_dir():
        problems.append(f"{folder}: no such folder; correct pictures.folder in the config")
    if problems:
        raise InputError("\n".join(problems))
    return files
