"""The stages that find pairs: links, mined orders, and pairs that intention rows imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mindgraph.config import Config, OrderFile
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, worker
from mindgraph.products import pairs
from mindgraph.records import COBUY, LINK, ORDER_LINE, REJECTED, pair_id

# Places among the sources of links: product files come first, then link files, then orders.
_LINKS, _ORDERS = 10_000, 20_000


def together(
    config: Config,
    files: Mapping[Path, File],
    read: Sequence[Stage],
    stated: Sequence[Stage],
    products: Stage,
) -> Rel:
    """All co-buys: links and mined pairs that were sifted, then those intention rows imply."""
    known = (Table(products, "products"),)
    links = [Table(stage, "links") for stage in read]
    links += [_read_links(config, place, files) for place in range(len(config.pairs.links))]
    links += _mined_links(config, known, files)
    capped = _capped(config, _sifted(config, tuple(links) or (nothing(LINK),), known))
    implied = tuple(Table(stage, "links") for stage in stated) or (nothing(LINK),)
    return Rel(
        name="pairs",
        reads={"capped": (Table(capped, "pairs"),), "implied": (_implied_pairs(implied, known),)},
        outputs={
            "pairs": """
                SELECT * FROM capped
                UNION ALL
                SELECT i.* FROM implied i LEFT JOIN capped c ON c.id = i.id WHERE c.id IS NULL"""
        },
        main="pairs",
        seen="""
            SELECT (SELECT count(*) FROM capped) + (
                SELECT count(*) FROM implied i LEFT JOIN capped c ON c.id = i.id
                WHERE c.id IS NULL)""",
    )


def _read_links(config: Config, place: int, files: Mapping[Path, File]) -> Table:
    source = config.pairs.links[place]
    file = files[source.path]
    plain = source.model_dump(exclude={"path"}) | {"place": _LINKS + place}
    stage = BatchMap(
        name=f"read_links_{place + 1}",
        make=worker(pairs.read_links, file=file.path, **plain),
        outputs={"links": LINK, "rejected": REJECTED},
        main="links",
        file=file,
        settings=plain,
    )
    return Table(stage, "links")


def _mined_links(
    config: Config, known: tuple[Table, ...], files: Mapping[Path, File]
) -> list[Table]:
    """Orders are mined over all files of one source: an order may lie in two of them."""
    lines: dict[str, list[Table]] = {}
    for place, source in enumerate(config.pairs.orders):
        stage = _read_orders(source, place, files)
        lines.setdefault(source.source, []).append(Table(stage, "lines"))
    return [
        _mined(config, place, source, tuple(of_source), known)
        for place, (source, of_source) in enumerate(lines.items())
    ]


def _read_orders(source: OrderFile, place: int, files: Mapping[Path, File]) -> BatchMap:
    plain = {"columns": source.columns.model_dump()}
    file = files[source.path]
    return BatchMap(
        name=f"read_orders_{place + 1}",
        make=worker(pairs.read_orders, file=file.path, **plain),
        outputs={"lines": ORDER_LINE, "rejected": REJECTED},
        main="lines",
        file=file,
        settings=plain,
        batch=50_000,
    )


def _mined(
    config: Config, place: int, source: str, lines: tuple[Table, ...], known: tuple[Table, ...]
) -> Table:
    """Order lines → baskets → pairs with support and lift."""
    number = place + 1
    baskets = Rel(
        name=f"baskets_{number}",
        reads={"lines": lines, "products": known},
        outputs={"baskets": pairs.BASKET_LINES, "rejected": pairs.BASKET_REJECTED},
        main="baskets",
        seen="SELECT count(*) FROM lines",
    )
    small = Rel(
        name=f"small_baskets_{number}",
        reads={"baskets": (Table(baskets, "baskets"),)},
        outputs={"baskets": pairs.SMALL_BASKETS, "rejected": pairs.LARGE_BASKETS},
        main="baskets",
        seen="SELECT count(*) FROM baskets",
        settings={"max_order_size": config.pairs.max_order_size},
    )
    bounds = config.pairs.model_dump(include={"min_support", "min_lift"})
    mined = Rel(
        name=f"mined_{number}",
        reads={"baskets": (Table(small, "baskets"),)},
        outputs={"links": pairs.STRONG, "rejected": pairs.WEAK},
        main="links",
        seen=pairs.MINED_SEEN,
        settings={**bounds, "source": source, "place": _ORDERS + place},
    )
    return Table(mined, "links")


def _sifted(config: Config, links: tuple[Table, ...], known: tuple[Table, ...]) -> BatchMap:
    candidates = Rel(
        name="candidates",
        reads={"links": links, "products": known},
        outputs={"candidates": pairs.CANDIDATES, "rejected": pairs.CANDIDATES_REJECTED},
        main="candidates",
        seen="SELECT count(*) FROM links",
    )
    plain = {
        "same_title": config.pairs.same_title,
        "keep_variants": config.pairs.keep_variants,
    }
    return BatchMap(
        name="sifted_pairs",
        make=worker(pairs.sift_pairs, pair_id=pair_id, **plain),
        outputs={"pairs": COBUY, "rejected": REJECTED},
        main="pairs",
        reads={"candidates": (Table(candidates, "candidates"),)},
        select="SELECT * FROM candidates",
        settings=plain,
    )


def _capped(config: Config, sifted: Stage) -> Rel:
    return Rel(
        name="capped_pairs",
        reads={"pairs": (Table(sifted, "pairs"),)},
        outputs={"pairs": pairs.CAPPED, "rejected": pairs.CAPPED_REJECTED},
        main="pairs",
        seen="SELECT count(*) FROM pairs",
        settings={"max_per_product": config.pairs.max_per_product},
    )


def _implied_pairs(implied: tuple[Table, ...], known: tuple[Table, ...]) -> Table:
    """Pairs that intention rows are about: checked against the catalogue, but never sifted."""
    checked = Rel(
        name="implied_links",
        reads={"links": implied, "products": known},
        outputs={"candidates": pairs.CANDIDATES, "rejected": pairs.IMPLIED_REJECTED},
        main="candidates",
        seen=pairs.IMPLIED_SEEN,
    )
    stage = BatchMap(
        name="implied_pairs",
        make=worker(pairs.sift_pairs, pair_id=pair_id, same_title=2.0, keep_variants=True),
        outputs={"pairs": COBUY, "rejected": REJECTED},
        main="pairs",
        reads={"candidates": (Table(checked, "candidates"),)},
        select="SELECT * FROM candidates",
    )
    return Table(stage, "pairs")
