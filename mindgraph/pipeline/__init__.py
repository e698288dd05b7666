"""The order of the stages, as data: which stages a config means, and what each of them reads.

`stages(config)` only describes; nothing is read but the digests of the input files. The rooms
give the functions and the SQL, this module alone knows their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mindgraph.config import Config, Generate, IntentionFile, LinkFile, OrderFile, ProductFile
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing
from mindgraph.errors import InputError
from mindgraph.intentions.generation import FEATURE
from mindgraph.models import Generator, open_model
from mindgraph.pipeline import generation, graph, intentions, judging, pairs, products
from mindgraph.products.pictures import Bounds, open_picture

Opener = Callable[[Path], File]


@dataclass(frozen=True)
class Plan:
    """The stages of a build by what they are for.

    `fetched` asks the web, `steps` are what a model is asked, in this order: each reads what is
    made of the replies to those before it.
    """

    run_id: str
    fetched: BatchMap | None
    pictures: Stage
    pairs: Stage
    generated: generation.Generated | None
    judged: judging.Judged | None
    graph: Rel

    @property
    def steps(self) -> tuple[generation.Step, ...]:
        """What a model is asked."""
        more = self.judged.steps if self.judged else ()
        return (*self.generated.steps, *more) if self.generated else ()

    @cached_property
    def record(self) -> Rel | None:
        """The stage that keeps all replies of the run; None where nobody is asked."""
        return generation.record(self.steps) if self.steps else None

    @property
    def targets(self) -> list[Stage]:
        """The stages that a build must bring to their end."""
        return [self.graph, self.record] if self.record else [self.graph]


def stages(
    config: Config,
    open_file: Opener,
    model: Callable[[], Generator],
    answered: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """The plan of a build; InputError names every input file that cannot be read, a line each.

    `answered` tells of each keyed stage how much it was answered: what is made of its answers is
    made anew when there are more of them.
    """
    files = _open_all(config, open_file)
    listed = products.listed(config, files)
    ready = intentions.ready_rows(config, files)
    catalogue = products.catalogue(listed, ready)
    fetched = products.fetched(config, catalogue)
    seen = products.pictures_of(config, catalogue, fetched, answered.get("fetched", ""))
    together = pairs.together(config, files, listed, ready, catalogue)
    generated = _generated(config, files, model, answered, (catalogue, seen, together))
    claims = [Table(stage, "claims") for stage in ready]
    claims += [Table(generated.claims, "claims")] if generated else []
    said: Stage = intentions.sift(config, claims, catalogue, together)
    judged = None
    if generated:
        judged = judging.judge(generated, said, config.intentions.keep_unparsed)
    run = graph.run_node(config, generated.asking if generated else None, files)
    tables = graph.Tables(
        catalogue,
        seen,
        together,
        judged.statements if judged else said,
        generated.features if generated else nothing(FEATURE),
    )
    made = graph.assemble(config, files, tables, run)
    return Plan(run["id"], fetched, seen, together, generated, judged, made)


def _generated(
    config: Config,
    files: Mapping[Path, File],
    model: Callable[[], Generator],
    answered: Mapping[str, str],
    reads: tuple[Stage, Stage, Stage],
) -> generation.Generated | None:
    told = config.intentions.generate
    if told is None:
        return None
    record = files[told.record].content if told.record else ""
    asking = generation.asking(config, model(), record, answered)
    return generation.generate(config, asking, *reads)


def model_of(config: Config) -> Generator:
    """The model that a config asks; nothing is loaded before it is asked."""
    told = config.intentions.generate
    assert told is not None  # noqa: S101 - the caller asks only where there is somebody to ask
    bounds = Bounds(**config.pictures.model_dump(include=set(Bounds.__dataclass_fields__)))
    model = open_model(told.model, _options(told), partial(open_picture, bounds=bounds))
    if not told.structured or model.reads == "cards" or told.model == "recorded":
        return model
    from mindgraph.models.structured import Structured

    return Structured(model, told.sampling.seed)


def _options(told: Generate) -> dict[str, Any]:
    """What the config says to the model it names."""
    if told.model == "recorded":
        return {"path": told.record, "log": told.log}
    if told.model == "metadata":
        return {"per_relation": told.per_relation}
    section = told.endpoint if told.model == "endpoint" else told.local
    return section.model_dump() if section else {}


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
