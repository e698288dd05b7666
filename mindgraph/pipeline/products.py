"""The stages of `products/`: files become products, and their pictures are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from mindgraph.config import Config
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, worker
from mindgraph.errors import ConfigError
from mindgraph.intentions import ready
from mindgraph.products import amazon, fetching, pictures, tables
from mindgraph.products.cache import usual_cache
from mindgraph.records import LINK, PICTURE, PRODUCT, REJECTED, Outcome, digest


def listed(config: Config, files: Mapping[Path, File]) -> list[BatchMap]:
    """The stages that read product files, in the order of the config."""
    return [_read_products(config, place, files) for place in range(len(config.products))]


def _read_products(config: Config, place: int, files: Mapping[Path, File]) -> BatchMap:
    source = config.products[place]
    columns = source.columns.model_dump()
    file = files[source.path]

    def read(batch: pa.RecordBatch) -> Outcome:
        if source.format == "amazon":
            links = amazon.also_links(source.also)
            return tables.read_products(batch, amazon.read_amazon, file.path, place, links)
        tables.check_columns(batch, columns, file.path)
        reader = tables.table_reader(columns, source.category_separator)
        return tables.read_products(batch, reader, file.path, place)

    return BatchMap(
        name=f"read_products_{place + 1}",
        make=lambda sides: read,
        outputs={"products": PRODUCT, "links": LINK, "rejected": REJECTED},
        main="products",
        file=file,
        settings={**source.model_dump(exclude={"path"}), "place": place},
    )


# The first row of an id is the product; the others are the same again, or disagree with it.
# Intention rows describe products of theirs many times over: one is as good as another.
_FIRST = """
WITH first AS (SELECT id, min(rank) AS rank FROM read GROUP BY id),
placed AS (
    SELECT i.*, row_number() OVER (PARTITION BY i.id ORDER BY i.rank, i.digest) AS place
    FROM implied i LEFT JOIN first f ON f.id = i.id WHERE f.id IS NULL
)
"""


_COLUMNS = ", ".join(f'"{name}"' for name in PRODUCT.names)


_ALL_PRODUCTS = f"""
{_FIRST}, kept AS (SELECT r.* FROM read r JOIN first f ON f.id = r.id AND f.rank = r.rank)
SELECT {_COLUMNS} FROM kept UNION ALL SELECT {_COLUMNS} FROM placed WHERE place = 1
"""


_PRODUCTS_AGAIN = f"""
{_FIRST}
SELECT CASE WHEN r.digest = k.digest THEN 'same product again'
    ELSE 'product again, but different' END AS reason,
    r.file, r.row, 'id' AS field, r.id AS item, 'first in row ' || k.row AS detail
FROM read r JOIN first f ON f.id = r.id AND f.rank <> r.rank
JOIN read k ON k.id = f.id AND k.rank = f.rank
"""


_PRODUCTS_SEEN = f"""
{_FIRST}
SELECT (SELECT count(*) FROM read) + (SELECT count(*) FROM placed WHERE place = 1)
"""


def catalogue(read: Sequence[Stage], stated: Sequence[Stage]) -> Rel:
    """All products: those of product files, then those that only intention rows describe."""
    return Rel(
        name="products",
        reads={
            "read": tuple(Table(stage, "products") for stage in read) or (nothing(PRODUCT),),
            "implied": (Table(_implied(stated), "products"),),
        },
        outputs={"products": _ALL_PRODUCTS, "rejected": _PRODUCTS_AGAIN},
        main="products",
        seen=_PRODUCTS_SEEN,
    )


def _implied(stated: Sequence[Stage]) -> BatchMap:
    columns = dict.fromkeys(("brand", "variant_of", "packed_attributes")) | {
        "id": "id",
        "title": "title",
        "description": "description",
        "categories": "category",
        "image": "image",
        "attributes": [],
    }
    read = partial(
        tables.read_products, read=tables.table_reader(columns, ">"), file="", place=1 << 20
    )
    described = tuple(Table(stage, "described") for stage in stated) or (nothing(ready.DESCRIBED),)
    return BatchMap(
        name="implied_products",
        make=lambda sides: read,
        outputs={"products": PRODUCT, "links": LINK, "rejected": REJECTED},
        main="products",
        reads={"described": described},
        select="""
            SELECT _row, _error, id, title, description, category, image FROM (
                SELECT d.*, row_number() OVER (PARTITION BY id ORDER BY _row, title) AS place
                FROM described d WHERE title IS NOT NULL
            ) WHERE place = 1 ORDER BY id""",
    )


def fetched(config: Config, products: Stage) -> BatchMap | None:
    """The stage that fetches pictures by their address; None where the config asks none.

    Like a model's replies it is keyed: every build asks again for what failed, and for what the
    cache has lost. What reads it carries `fetching.latest_answers` of its published files.
    """
    told = config.pictures
    if not told.fetch:
        return None
    limits = fetching.Limits(
        max_bytes=told.max_bytes,
        seconds=told.fetch_seconds,
        redirects=told.fetch_redirects,
        at_once=told.fetch_at_once,
        allow_private=told.allow_private,
    )
    cache = _cache(config)
    return BatchMap(
        name="fetched",
        make=worker(fetching.fetch_pictures, cache=cache, limits=limits),
        outputs={"fetched": fetching.FETCHED},
        main="fetched",
        reads={"products": (Table(products, "products"),)},
        select=fetching.pending(cache),
        batch=200,
        key="address",
    )


def _cache(config: Config) -> Path:
    folder = (config.pictures.cache or usual_cache()).absolute()
    if any(mark in str(folder) for mark in "*?["):
        raise ConfigError(f"{folder}: no * ? [ may be in its name; set another pictures.cache")
    return folder


_PICTURED = """
WITH latest AS (
    SELECT *, row_number() OVER (PARTITION BY address ORDER BY time DESC) AS place FROM fetched
)
SELECT p.id, p.image, p.file, p.row, f.sha256, f.reason, f.detail
FROM products p LEFT JOIN latest f ON f.address = p.image AND f.place = 1
WHERE p.image IS NOT NULL ORDER BY p.id
"""


def pictures_of(
    config: Config, products: Stage, fetched: Stage | None = None, answered: str = ""
) -> BatchMap:
    """The stage that opens the pictures of products.

    `answered` tells what is known of addresses: where it changes, pictures are looked at anew.
    """
    bounds = config.pictures.model_dump(include={"max_bytes", "max_pixels", "max_side"})
    cache = _cache(config) if fetched else None
    return BatchMap(
        name="pictures",
        make=worker(
            pictures.pictures_of,
            folder=config.pictures.folder,
            bounds=pictures.Bounds(**bounds),
            cache=cache,
        ),
        outputs={"pictures": PICTURE, "rejected": REJECTED},
        main="pictures",
        reads={
            "products": (Table(products, "products"),),
            "fetched": (Table(fetched, "fetched") if fetched else nothing(fetching.FETCHED),),
        },
        select=_PICTURED,
        settings={
            **bounds,
            "folder": _folder_state(config.pictures.folder),
            "cache": cache and str(cache),
            "answered": answered,
        },
        batch=200,
    )


def _folder_state(folder: Path | None) -> str:
    """What lies in the pictures folder: a changed picture must be looked at again."""
    if folder is None or not folder.is_dir():
        return "none"
    told = sorted(
        f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in _files_below(folder)
    )
    return digest(*told)


def _files_below(folder: Path) -> Iterator[Path]:
    """What may be a picture; run folders below are passed by, as builds change them."""
    for root, folders, names in os.walk(folder):
        if "stages" in folders and "manifest.json" in names:
            folders.clear()
            continue
        kept = (Path(root, name) for name in names if not name.startswith("."))
        yield from (path for path in kept if path.suffix.lower() not in _NO_PICTURES)


# Tables and configs often lie beside the pictures.
_NO_PICTURES = frozenset((".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet", ".yaml", ".gz"))
