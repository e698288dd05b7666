"""The stages of `intentions/` that ask nobody: ready rows, and the cheap rules for all claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mindgraph.config import Config
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, worker
from mindgraph.intentions import ready, sifting
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
