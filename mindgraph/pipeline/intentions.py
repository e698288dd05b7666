"""The stages of `intentions/`: rows read, a model asked, and what both say sifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mindgraph.config import Config, Generate
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, worker
from mindgraph.intentions import generation, ready, sifting
from mindgraph.models import Generator, ModelInfo, open_model
from mindgraph.records import CLAIM, REJECTED, STATEMENT


def ready_rows(config: Config, files: Mapping[Path, File]) -> list[BatchMap]:
    """The stages that read ready intention rows, in the order of the config."""
    places = range(len(config.intentions.ready))
    return [_read_intentions(config, place, files) for place in places]


def _read_intentions(config: Config, place: int, files: Mapping[Path, File]) -> BatchMap:
    source = config.intentions.ready[place]
    file = files[source.path]
    plain = {
        "names": source.names.model_dump(),
        "relations": list(config.intentions.relations),
        "source": source.source,
        "place": place,
        "keep_unparsed": config.intentions.keep_unparsed,
    }
    if source.columns:  # what a user names by hand must be there; formats name more than files have
        plain["needed"] = [field for field, name in source.columns if name]
    return BatchMap(
        name=f"read_intentions_{place + 1}",
        make=worker(ready.read_intentions, file=file.path, **plain),
        outputs={**ready.OUTPUTS, "rejected": REJECTED},
        main="claims",
        file=file,
        settings=plain,
        batch=50_000,
    )


@dataclass(frozen=True)
class Asked:
    """A model's part of a build."""

    info: ModelInfo
    requests: BatchMap
    replies: BatchMap
    record: Rel
    claims: BatchMap


def ask(
    config: Config,
    files: Mapping[Path, File],
    products: Stage,
    seen: Stage,
    together: Stage,
    answered: str,
) -> Asked | None:
    """Cards → requests → replies → answers → claims; None where the config asks no model."""
    told = config.intentions.generate
    if told is None:
        return None
    model = _model(told)
    paired = (Table(together, "pairs"),)
    card = (Table(_cards(products, seen), "cards"),)
    requests = _requests(told, model, paired, card)
    asked = (Table(requests, "requests"),)
    content = files[told.record].content if told.record else ""  # an edited record answers anew
    replies = _replies(told, model, content, {"requests": asked, "pairs": paired, "cards": card})
    reads = {"requests": asked, "replies": (Table(replies, "replies"),)}
    claims = _claims(_answers({**reads, "pairs": paired}, answered))
    return Asked(model.info, requests, replies, _record(reads, answered), claims)


def _model(told: Generate) -> Generator:
    if told.model == "recorded":
        return open_model("recorded", {"path": told.record, "log": told.log})
    return open_model(told.model, {"per_relation": told.per_relation})


def _replies(
    told: Generate, model: Generator, content: str, reads: Mapping[str, tuple[Table, ...]]
) -> BatchMap:
    return BatchMap(
        name="replies",
        make=worker(generation.answer, model=model),
        outputs={"replies": generation.REPLY},
        main="replies",
        reads=reads,
        select=generation.PENDING,
        settings={"model": model.info.model, "revision": model.info.revision, "record": content},
        batch=told.batch,
        key="key",
    )


def _answers(reads: Mapping[str, tuple[Table, ...]], answered: str) -> Rel:
    return Rel(
        name="answers",
        reads=reads,
        outputs={"answers": generation.ANSWERS, "rejected": generation.FAILED},
        main="answers",
        seen="SELECT count(*) FROM requests",
        settings={"answered": answered},
    )


def _record(reads: Mapping[str, tuple[Table, ...]], answered: str) -> Rel:
    return Rel(
        name="record",
        reads=reads,
        outputs={"record": generation.RECORD},
        main="record",
        seen=f"SELECT count(*) FROM ({generation.RECORD})",
        settings={"answered": answered},
    )


def _claims(answers: Stage) -> BatchMap:
    return BatchMap(
        name="claims",
        make=worker(generation.claims),
        outputs={"claims": CLAIM, "rejected": REJECTED},
        main="claims",
        reads={"answers": (Table(answers, "answers"),)},
        select="SELECT * FROM answers",
    )


def _cards(products: Stage, seen: Stage) -> BatchMap:
    return BatchMap(
        name="cards",
        make=worker(generation.cards),
        outputs={"cards": generation.CARD},
        main="cards",
        reads={"products": (Table(products, "products"),), "pictures": (Table(seen, "pictures"),)},
        select="""
            SELECT p.id, p.title, p.description, p.categories, p.brand, p.attributes, i.colors
            FROM products p LEFT JOIN pictures i ON i.product = p.id ORDER BY p.id""",
    )


def _requests(
    told: Generate, model: Generator, paired: tuple[Table, ...], card: tuple[Table, ...]
) -> BatchMap:
    plain = {"relations": list(told.relations)}
    return BatchMap(
        name="requests",
        make=worker(generation.requests, model=model, **plain),
        outputs={"requests": generation.REQUEST},
        main="requests",
        reads={"pairs": paired, "cards": card},
        select="""
            SELECT p.id AS pair, a.card AS card_a, b.card AS card_b
            FROM pairs p JOIN cards a ON a.product = p.a JOIN cards b ON b.product = p.b
            ORDER BY p.id""",
        settings={**plain, "model": model.info.model, "revision": model.info.revision},
        batch=1000,
    )


def sift(config: Config, claims: Sequence[Table], products: Stage, together: Stage) -> Rel:
    """Claims → statements that passed the cheap rules → statements that are not generic."""
    reads = {"products": (Table(products, "products"),), "pairs": (Table(together, "pairs"),)}
    passed = _passed(config, {**reads, "claims": tuple(claims) or (nothing(CLAIM),)})
    return Rel(
        name="intentions",
        reads={**reads, "statements": (Table(passed, "statements"),)},
        outputs={"statements": sifting.SPECIFIC, "rejected": sifting.GENERIC},
        main="statements",
        seen="SELECT count(*) FROM statements",
        settings=config.rules.model_dump(include={"generic_score", "generic_min_pairs"}),
    )


def _passed(config: Config, reads: Mapping[str, tuple[Table, ...]]) -> BatchMap:
    plain = config.rules.model_dump(include={"max_words", "title_share"})
    return BatchMap(
        name="sifted_intentions",
        make=worker(sifting.sift, **plain),
        outputs={"statements": STATEMENT, "rejected": REJECTED},
        main="statements",
        reads=reads,
        select="""
            SELECT c.*, x.title AS title_a, y.title AS title_b, p.id IS NOT NULL AS kept
            FROM claims c LEFT JOIN pairs p ON p.id = c.pair
            LEFT JOIN products x ON x.id = p.a LEFT JOIN products y ON y.id = p.b""",
        settings=plain,
        batch=50_000,
        ordered=False,
    )
