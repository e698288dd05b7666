"""The sections of a config and their defaults; `Config` is a whole file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mindgraph.config.asking import Generate
from mindgraph.config.values import (
    Count,
    Located,
    Section,
    Share,
    enough,
    one_or_more,
    relation_names,
)
from mindgraph.relations import PROFILES


class ProductColumns(Section):
    """Which column of a product table holds what; a list makes one category path of several."""

    id: str = "id"
    title: str = "title"
    description: str | None = None
    categories: Annotated[str | list[str] | None, BeforeValidator(one_or_more)] = None
    brand: str | None = None
    variant_of: str | None = None
    image: str | None = None
    attributes: list[str] = []
    packed_attributes: str | None = None  # one column of "name=value,name=value|value"


class ProductFile(Section):
    """A file of products: a table with named columns, or Amazon review metadata."""

    path: Located
    format: Literal["table", "amazon"] = "table"
    columns: ProductColumns = ProductColumns()
    category_separator: Annotated[str, Field(min_length=1)] = ">"
    also: list[Literal["also_buy", "also_bought", "bought_together", "also_view"]] = [
        "also_buy",
        "also_bought",
    ]


class Pictures(Section):
    """Where pictures lie, whether addresses are asked for them, and how large one may be."""

    folder: Located | None = None
    max_bytes: Count = 20_000_000
    max_pixels: Count = 50_000_000
    max_side: Count = 2048
    fetch: bool = False
    cache: Located | None = None  # of what was fetched; else in the user's own cache
    fetch_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    fetch_redirects: Annotated[int, Field(ge=0, le=20)] = 3
    fetch_at_once: Annotated[int, Field(ge=1, le=64)] = 8
    allow_private: bool = False


class LinkColumns(Section):
    """Which column of a link table holds what."""

    a: str = "a"
    b: str = "b"
    source: str | None = None
    support: str | None = None
    lift: str | None = None


class LinkFile(Section):
    """A file of pairs; `source` says what they really are, by row where `sources` names values."""

    path: Located
    columns: LinkColumns = LinkColumns()
    source: str
    sources: dict[str, str] = {}


class OrderColumns(Section):
    """Which column of an order file holds what."""

    order: str = "order"
    product: str = "product"


class OrderFile(Section):
    """A file of order lines, mined for products bought together."""

    path: Located
    columns: OrderColumns = OrderColumns()
    source: str = "co-buy"


class Pairs(Section):
    """Where pairs come from, and which of them are kept."""

    links: list[LinkFile] = []
    orders: list[OrderFile] = []
    min_support: Count = 2
    min_lift: float = 1.0
    max_order_size: Count = 50
    max_per_product: Count = 50
    same_title: Share = 0.95
    keep_variants: bool = False


class IntentionColumns(Section):
    """Which column of ready intention rows holds what; null means the file has no such column."""

    product_a: str
    product_b: str
    intention: str
    relation: str | None = None
    title_a: str | None = None
    title_b: str | None = None
    description_a: str | None = None
    description_b: str | None = None
    category: str | None = None
    image_a: str | None = None
    image_b: str | None = None
    agreement: str | None = None
    typicality: str | None = None
    plausibility: str | None = None


FORMATS: dict[str, IntentionColumns] = {
    "mind": IntentionColumns(
        product_a="id_a",
        product_b="id_b",
        intention="Intention",
        relation="Relation",
        title_a="Product_a",
        title_b="Product_b",
        description_a="product_a_desc",
        description_b="product_b_desc",
        category="Cate",
        image_a="item_a_img1_url",
        image_b="item_b_img1_url",
        agreement="Agreement",
    ),
    "folkscope": IntentionColumns(
        product_a="item_a_id",
        product_b="item_b_id",
        intention="assertion",
        relation="relation",
        title_a="item_a_name",
        title_b="item_b_name",
        typicality="typicality",
        plausibility="plausibility",
    ),
    "plain": IntentionColumns(
        product_a="product_a",
        product_b="product_b",
        intention="intention",
        relation="relation",
        title_a="title_a",
        title_b="title_b",
        category="category",
        agreement="agreement",
        typicality="typicality",
        plausibility="plausibility",
    ),
}
"""The columns of each released format of intention rows, and of our own plain one."""


class IntentionFile(Section):
    """A file of intentions that already exist."""

    path: Located
    format: Literal["mind", "folkscope", "plain"] = "plain"
    columns: IntentionColumns | None = None
    source: str = "co-buy"

    @property
    def names(self) -> IntentionColumns:
        """The columns of this file: those given, else those of its format."""
        return self.columns or FORMATS[self.format]


class Intentions(Section):
    """Where intentions come from: ready rows, a model, or both."""

    ready: list[IntentionFile] = []
    generate: Generate | None = None
    relations: Annotated[tuple[str, ...], BeforeValidator(relation_names)] = PROFILES["all"]
    keep_unparsed: bool = False


class Rules(Section):
    """The cheap rules, applied before anything costly; the share is of all co-buys."""

    max_words: Count = 40
    title_share: Share = 0.8
    generic_score: float = 0.1
    generic_min_pairs: Count = 10


class Concepts(Section):
    """The is-a table (concept TAB instance TAB frequency) and how many concepts are linked."""

    isa: Located | None = None
    top: Count = 3
    parents: Count = 2


class Engine(Section):
    """What the run may use of this machine."""

    memory: Annotated[str, AfterValidator(enough)] = "1GB"
    # The engines start as many threads as they are told.
    threads: Annotated[int, Field(ge=1, le=256)] = 2


class Config(Section):
    """A whole build, as the YAML file says it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    products: list[ProductFile] = []
    pictures: Pictures = Pictures()
    pairs: Pairs = Pairs()
    intentions: Intentions = Intentions()
    rules: Rules = Rules()
    concepts: Concepts = Concepts()
    engine: Engine = Engine()

    @model_validator(mode="after")
    def _something_to_read(self) -> Config:
        if not (self.products or self.intentions.ready):
            raise ValueError("nothing to read: name files under `products` or `intentions.ready`")
        return self
