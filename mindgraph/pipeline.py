"""The order of the stages, as data: which stages a config means, and what each of them reads.

`stages(config)` only describes; nothing is read but the digests of the input files. The rooms
give the functions and the SQL, this module alone knows their order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from mindgraph import __version__
from mindgraph.concepts import linking, probase
from mindgraph.config import Config, IntentionFile, LinkFile, OrderFile, ProductFile
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, Worker
from mindgraph.errors import InputError
from mindgraph.graph import assembly
from mindgraph.intentions import generation, ready, sifting
from mindgraph.models import Generator, ModelInfo, open_model
from mindgraph.products import amazon, pairs, pictures, tables
from mindgraph.records import (
    CLAIM,
    COBUY,
    LINK,
    ORDER_LINE,
    PICTURE,
    PRODUCT,
    REJECTED,
    STATEMENT,
    Outcome,
    digest,
    pair_id,
)

Opener = Callable[[Path], File]


@dataclass(frozen=True)
class Plan:
    """The stages of a build by what they are for; `graph` needs all the others."""

    run_id: str
    products: Stage
    pictures: Stage
    pairs: Stage
    requests: Stage | None
    replies: BatchMap | None
    record: Stage | None
    graph: Rel
    concepts: Stage


def stages(config: Config, open_file: Opener) -> Plan:
    """The plan of a build; InputError names every input file that cannot be read, a line each."""
    files = _open_all(config, open_file)
    read = [_read_products(config, place, files) for place in range(len(config.products))]
    stated = [
        _read_intentions(config, place, files) for place in range(len(config.intentions.ready))
    ]
    products = _products(read, stated)
    seen = _pictures(config, products)
    together = _pairs(config, read, stated, products, files)
    asked = _asked(config, products, seen, together) if config.intentions.generate else None
    claims = [Table(stage, "claims") for stage in stated]
    if asked:
        claims.append(Table(asked.claims, "claims"))
    statements = _statements(config, claims, products, together)
    return _planned(config, products, seen, together, asked, statements, files)


def _open_all(config: Config, open_file: Opener) -> dict[Path, File]:
    """Every input file, once; all that cannot be read are told together."""
    sources: list[ProductFile | LinkFile | OrderFile | IntentionFile] = [
        *config.products,
        *config.pairs.links,
        *config.pairs.orders,
        *config.intentions.ready,
    ]
    paths = [source.path for source in sources] + [config.concepts.isa or Path()]
    files, problems = {}, []
    for path in dict.fromkeys(path for path in paths if path != Path()):
        try:
            files[path] = open_file(path)
        except InputError as problem:
            problems.append(str(problem))
    if problems:
        raise InputError("\n".join(problems))
    return files


def _worker(function: Callable[..., Outcome], **plain: Any) -> Callable[[Any], Worker]:
    """A `make` for a stage whose function needs plain values alone."""
    return lambda sides: partial(function, **plain)


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
        settings=source.model_dump(exclude={"path"}),
    )


def _read_intentions(config: Config, place: int, files: Mapping[Path, File]) -> BatchMap:
    source = config.intentions.ready[place]
    file = files[source.path]
    plain = {
        "names": source.names.model_dump(),
        "relations": list(config.intentions.relations),
        "source": source.source,
        "place": place,
    }
    return BatchMap(
        name=f"read_intentions_{place + 1}",
        make=_worker(ready.read_intentions, file=file.path, **plain),
        outputs={**ready.OUTPUTS, "rejected": REJECTED},
        main="claims",
        file=file,
        settings=plain,
        batch=50_000,
    )


# The first row of an id is the product; the others are the same again, or disagree with it.
_FIRST = "WITH first AS (SELECT id, min(rank) AS rank FROM read GROUP BY id)"

_ALL_PRODUCTS = f"""
{_FIRST}
SELECT r.* FROM read r JOIN first f ON f.id = r.id AND f.rank = r.rank
UNION ALL
SELECT i.* FROM implied i LEFT JOIN first f ON f.id = i.id WHERE f.id IS NULL
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
SELECT (SELECT count(*) FROM read)
    + (SELECT count(*) FROM implied i LEFT JOIN first f ON f.id = i.id WHERE f.id IS NULL)
"""


def _products(read: Sequence[Stage], stated: Sequence[Stage]) -> Rel:
    """All products: those of product files, then those that only intention rows describe."""
    return Rel(
        name="products",
        reads={
            "read": tuple(Table(stage, "products") for stage in read) or (_no(PRODUCT),),
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
    described = tuple(Table(stage, "described") for stage in stated) or (_no(ready.DESCRIBED),)
    return BatchMap(
        name="implied_products",
        make=lambda sides: read,
        outputs={"products": PRODUCT, "links": LINK, "rejected": REJECTED},
        main="products",
        reads={"described": described},
        select="""
            SELECT _row, _error, id, title, description, category, image FROM (
                SELECT d.*, row_number() OVER (PARTITION BY id ORDER BY _row, title) AS place
                FROM described d
            ) WHERE place = 1 ORDER BY id""",
    )


def _no(schema: pa.Schema) -> Table:
    """A table without rows, for what a config does not use."""
    columns = ", ".join(f'CAST(NULL AS {_sql(field.type)}) AS "{field.name}"' for field in schema)
    sql = f"SELECT {columns} WHERE false"
    return Table(Rel("none", {}, {"none": sql}, "none", "SELECT 0"), "none")


def _sql(kind: pa.DataType) -> str:
    names = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "double": "DOUBLE"}
    return "VARCHAR[]" if pa.types.is_list(kind) else names.get(str(kind), "BOOLEAN")


def _pictures(config: Config, products: Stage) -> BatchMap:
    bounds = config.pictures.model_dump(exclude={"folder"})
    return BatchMap(
        name="pictures",
        make=_worker(
            pictures.pictures_of, folder=config.pictures.folder, bounds=pictures.Bounds(**bounds)
        ),
        outputs={"pictures": PICTURE, "rejected": REJECTED},
        main="pictures",
        reads={"products": (Table(products, "products"),)},
        select="SELECT id, image, file, row FROM products WHERE image IS NOT NULL ORDER BY id",
        settings={**bounds, "folder": _folder_state(config.pictures.folder)},
        batch=200,
    )


def _folder_state(folder: Path | None) -> str:
    """What lies in the pictures folder: a changed picture must be looked at again."""
    if folder is None or not folder.is_dir():
        return "none"
    told = sorted(
        f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in folder.rglob("*")
        if path.suffix.lower() in pictures.SUFFIXES and path.is_file()
    )
    return digest(*told)


def _pairs(
    config: Config,
    read: Sequence[Stage],
    stated: Sequence[Stage],
    products: Stage,
    files: Mapping[Path, File],
) -> Rel:
    """All co-buys: links and mined pairs that were sifted, then those intention rows imply."""
    known = (Table(products, "products"),)
    links = [Table(stage, "links") for stage in read]
    links += [_read_links(config, place, files) for place in range(len(config.pairs.links))]
    links += [_mined(config, place, known, files) for place in range(len(config.pairs.orders))]
    capped = _capped(config, _sifted(config, tuple(links) or (_no(LINK),), known))
    implied = tuple(Table(stage, "links") for stage in stated) or (_no(LINK),)
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
    plain = source.model_dump(exclude={"path"}) | {"place": 1 + place}
    stage = BatchMap(
        name=f"read_links_{place + 1}",
        make=_worker(pairs.read_links, file=file.path, **plain),
        outputs={"links": LINK, "rejected": REJECTED},
        main="links",
        file=file,
        settings=plain,
    )
    return Table(stage, "links")


def _mined(
    config: Config, place: int, known: tuple[Table, ...], files: Mapping[Path, File]
) -> Table:
    """Order lines of one file → baskets → pairs with support and lift."""
    source = config.pairs.orders[place]
    number = place + 1
    plain = {"columns": source.columns.model_dump()}
    file = files[source.path]
    lines = BatchMap(
        name=f"read_orders_{number}",
        make=_worker(pairs.read_orders, file=file.path, **plain),
        outputs={"lines": ORDER_LINE, "rejected": REJECTED},
        main="lines",
        file=file,
        settings=plain,
        batch=50_000,
    )
    baskets = Rel(
        name=f"baskets_{number}",
        reads={"lines": (Table(lines, "lines"),), "products": known},
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
    mined = Rel(
        name=f"mined_{number}",
        reads={"baskets": (Table(small, "baskets"),)},
        outputs={"links": pairs.STRONG, "rejected": pairs.WEAK},
        main="links",
        seen=pairs.MINED_SEEN,
        settings={
            "min_support": config.pairs.min_support,
            "min_lift": config.pairs.min_lift,
            "source": source.source,
            "place": 1000 + place,
        },
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
        make=_worker(pairs.sift_pairs, pair_id=pair_id, **plain),
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
        make=_worker(pairs.sift_pairs, pair_id=pair_id, same_title=2.0, keep_variants=True),
        outputs={"pairs": COBUY, "rejected": REJECTED},
        main="pairs",
        reads={"candidates": (Table(checked, "candidates"),)},
        select="SELECT * FROM candidates",
    )
    return Table(stage, "pairs")


@dataclass(frozen=True)
class _Asked:
    requests: Stage
    replies: BatchMap
    record: Stage
    claims: Stage
    info: ModelInfo


def _asked(config: Config, products: Stage, seen: Stage, together: Stage) -> _Asked:
    """A model's part: cards → requests → replies → answers → claims."""
    model = _model(config)
    paired = (Table(together, "pairs"),)
    card = (Table(_cards(products, seen), "cards"),)
    requests = _requests(config, model, paired, card)
    asked = (Table(requests, "requests"),)
    replies = BatchMap(
        name="replies",
        make=_worker(generation.answer, model=model),
        outputs={"replies": generation.REPLY},
        main="replies",
        reads={"requests": asked, "pairs": paired, "cards": card},
        select=generation.PENDING,
        settings={"model": model.info.model, "revision": model.info.revision},
        batch=_generate(config).batch,
        key="key",
    )
    replied = (Table(replies, "replies"),)
    answers = Rel(
        name="answers",
        reads={"requests": asked, "replies": replied, "pairs": paired},
        outputs={"answers": generation.ANSWERS, "rejected": generation.FAILED},
        main="answers",
        seen="SELECT count(*) FROM requests",
    )
    record = Rel(
        name="record",
        reads={"requests": asked, "replies": replied},
        outputs={"record": generation.RECORD},
        main="record",
        seen=f"SELECT count(*) FROM ({generation.RECORD})",
    )
    claims = BatchMap(
        name="claims",
        make=_worker(generation.claims),
        outputs={"claims": CLAIM, "rejected": REJECTED},
        main="claims",
        reads={"answers": (Table(answers, "answers"),)},
        select="SELECT * FROM answers",
    )
    return _Asked(requests, replies, record, claims, model.info)


def _generate(config: Config) -> Any:
    return config.intentions.generate


def _model(config: Config) -> Generator:
    told = _generate(config)
    if told.model == "recorded":
        return open_model("recorded", {"path": told.record, "log": told.log})
    return open_model(told.model, {"per_relation": told.per_relation})


def _cards(products: Stage, seen: Stage) -> BatchMap:
    return BatchMap(
        name="cards",
        make=_worker(generation.cards),
        outputs={"cards": generation.CARD},
        main="cards",
        reads={"products": (Table(products, "products"),), "pictures": (Table(seen, "pictures"),)},
        select="""
            SELECT p.id, p.title, p.description, p.categories, p.brand, p.attributes, i.colors
            FROM products p LEFT JOIN pictures i ON i.product = p.id ORDER BY p.id""",
    )


def _requests(
    config: Config, model: Generator, paired: tuple[Table, ...], card: tuple[Table, ...]
) -> BatchMap:
    plain = {"relations": list(_generate(config).relations)}
    return BatchMap(
        name="requests",
        make=_worker(generation.requests, model=model, **plain),
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


def _statements(config: Config, claims: Sequence[Table], products: Stage, together: Stage) -> Rel:
    """Claims → statements that passed the cheap rules → statements that are not generic."""
    rules = config.rules
    plain = {
        "max_words": rules.max_words,
        "title_share": rules.title_share,
        "keep_unparsed": config.intentions.keep_unparsed,
    }
    known, paired = (Table(products, "products"),), (Table(together, "pairs"),)
    sifted = BatchMap(
        name="sifted_intentions",
        make=_worker(sifting.sift, **plain),
        outputs={"statements": STATEMENT, "rejected": REJECTED},
        main="statements",
        reads={"claims": tuple(claims) or (_no(CLAIM),), "products": known, "pairs": paired},
        select="""
            SELECT c.*, x.title AS title_a, y.title AS title_b, p.id IS NOT NULL AS kept
            FROM claims c LEFT JOIN pairs p ON p.id = c.pair
            LEFT JOIN products x ON x.id = p.a LEFT JOIN products y ON y.id = p.b""",
        settings=plain,
        batch=50_000,
        ordered=False,
    )
    passed = (Table(sifted, "statements"),)
    return Rel(
        name="intentions",
        reads={"statements": passed, "products": known, "pairs": paired},
        outputs={"statements": sifting.SPECIFIC, "rejected": sifting.GENERIC},
        main="statements",
        seen="SELECT count(*) FROM statements",
        settings={
            "generic_score": rules.generic_score,
            "generic_min_pairs": rules.generic_min_pairs,
        },
    )


def _planned(
    config: Config,
    products: Stage,
    seen: Stage,
    together: Stage,
    asked: _Asked | None,
    statements: Stage,
    files: Mapping[Path, File],
) -> Plan:
    said = (Table(statements, "statements"),)
    intentions = Rel(
        name="intention_nodes",
        reads={"statements": said},
        outputs={"intentions": assembly.INTENTIONS},
        main="intentions",
        seen="SELECT count(DISTINCT intention) FROM statements",
    )
    stated = Rel(
        name="statements",
        reads={"statements": said},
        outputs={"statements": assembly.STATEMENTS, "rejected": assembly.STATEMENTS_AGAIN},
        main="statements",
        seen="SELECT count(*) FROM statements",
    )
    linked, parents = _concepts(config, intentions, files)
    reads = {
        "products": (Table(products, "products"),),
        "pictures": (Table(seen, "pictures"),),
        "pairs": (Table(together, "pairs"),),
        "intentions": (Table(intentions, "intentions"),),
        "stated": (Table(stated, "statements"),),
        "links": (linked,),
        "parents": (parents,),
        "categories": (Table(_categories(products), "categories"),),
    }
    run = _run(config, asked.info if asked else None, files)
    graph = Rel(
        name="graph",
        reads=reads,
        outputs={**assembly.NODE_QUERIES, **assembly.EDGE_QUERIES},
        main="Run",
        seen="SELECT 1",
        settings=run,
    )
    return Plan(
        run_id=run["id"],
        products=products,
        pictures=seen,
        pairs=together,
        requests=asked.requests if asked else None,
        replies=asked.replies if asked else None,
        record=asked.record if asked else None,
        graph=graph,
        concepts=linked.stage,
    )


def _concepts(config: Config, intentions: Stage, files: Mapping[Path, File]) -> tuple[Table, Table]:
    """Is-a rows → links of intentions to concepts → one level of the hierarchy above them."""
    if config.concepts.isa is None:
        return _no(linking.LINK), _no(linking.PARENT)
    file = replace(files[config.concepts.isa], lines=True)
    isa = BatchMap(
        name="isa",
        make=_worker(probase.isa_rows, file=file.path),
        outputs={"isa": probase.ISA, "rejected": REJECTED},
        main="isa",
        file=file,
        batch=50_000,
    )
    rows = {"isa": (Table(isa, "isa"),)}
    top, above = config.concepts.top, config.concepts.parents
    link = BatchMap(
        name="concepts",
        make=lambda sides: partial(linking.link, isa=probase.IsA(sides["isa"], top), top=top),
        outputs={"linked": linking.LINKED, "links": linking.LINK, "rejected": REJECTED},
        main="linked",
        reads={"intentions": (Table(intentions, "intentions"),)},
        select="SELECT id, text FROM intentions",
        sides=rows,
        settings={"top": top},
        batch=50_000,
    )
    parents = BatchMap(
        name="parents",
        make=lambda sides: partial(
            linking.parents, isa=probase.IsA(sides["isa"], above), top=above
        ),
        outputs={"parents": linking.PARENT},
        main="parents",
        reads={"links": (Table(link, "links"),)},
        select="SELECT concept AS id, min(name) AS name FROM links GROUP BY concept ORDER BY id",
        sides=rows,
        settings={"top": above},
    )
    return Table(link, "links"), Table(parents, "parents")


def _categories(products: Stage) -> BatchMap:
    return BatchMap(
        name="categories",
        make=_worker(assembly.categories),
        outputs={"categories": assembly.CATEGORY},
        main="categories",
        reads={"products": (Table(products, "products"),)},
        select="SELECT id, categories FROM products ORDER BY id",
    )


def _run(config: Config, info: ModelInfo | None, files: Mapping[Path, File]) -> dict[str, Any]:
    """The run node. It holds no time and no path, so that equal builds are equal bytes."""
    inputs = sorted(file.content for file in files.values())
    told = json.dumps(_without_paths(config.model_dump(exclude={"engine"})), sort_keys=True)
    model = (info.model, info.revision) if info else ("ready rows", None)
    return {
        "id": f"{config.name}-{digest(__version__, told, str(model), *inputs, size=4)}",
        "model": model[0],
        "revision": model[1],
        "prompt": None,
        "sampling": None,
        "version": __version__,
    }


def _without_paths(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _without_paths(part) for name, part in told.items()}
    if isinstance(told, (list, tuple)):
        return [_without_paths(part) for part in told]
    return None if isinstance(told, Path) else told
