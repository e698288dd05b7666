"""The config: one model per section of the YAML, every default in one place.

An unknown key or a value of the wrong type is an error that names file, line, key and repair.
`${NAME}` in a path is taken from the environment; such a path counts from the current folder,
every other path from the config's own folder. `${MINDGRAPH_DEMO}` is the bundled shop. No secret
belongs in a config.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from mindgraph.errors import ConfigError
from mindgraph.relations import PROFILES, find, nearest
from mindgraph.resources import resource

_SHOWN = Repr()
_SHOWN.maxlevel = 2
_short = _SHOWN.repr
"""A wrong value as a message shows it: in a line, however large it is."""

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def _located(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a path is a text, not {_short(value)}")
    folder = info.context["folder"] if info.context else Path()
    from_environment = any(os.environ.get(found[1]) for found in _VARIABLE.finditer(value))
    return (Path() if from_environment else folder) / _VARIABLE.sub(_value_of, value)


def _value_of(found: re.Match[str]) -> str:
    if found[1] == "MINDGRAPH_DEMO":
        return str(resource("demo"))
    value = os.environ.get(found[1]) or found[2]
    if value is None:
        raise ValueError(f"the variable {found[1]} is not set; run: export {found[1]}=FOLDER")
    return value


def _relation_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        if value not in PROFILES:
            raise ValueError(f"no profile {value!r}; use {', '.join(PROFILES)} or a list of names")
        return PROFILES[value]
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"not {_short(value)}, but {', '.join(PROFILES)} or a list of names")
    return tuple(dict.fromkeys(_relation_name(name) for name in value))


def _relation_name(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError(f"a relation's name is a text, not {_short(name)}")
    relation = find(name)
    if relation is None:
        raise ValueError(f"no relation {name!r}; the nearest known name is {nearest(name)!r}")
    return relation.name


def _one_or_more(value: Any) -> Any:
    # Said here, because pydantic would tell of each kind of a union apart.
    names = value if isinstance(value, list) else [value]
    if value is not None and not all(isinstance(name, str) for name in names):
        raise ValueError(f"a column's name or a list of names, not {_short(value)}")
    return value


def _prompt_set(value: Any, info: ValidationInfo) -> Any:
    """A bare name is a bundled set; anything with a slash in it is a folder."""
    return _located(value, info) if isinstance(value, str) and "/" in value else value


def _enough(memory: str) -> str:
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?) ?([MGT])B", memory)
    size = float(found[1]) * {"M": 1, "G": 1e3, "T": 1e6}[found[2]] if found else 0
    if not 100 <= size <= 1e8:
        raise ValueError(f"{memory!r} is no bound of memory; write 100MB or more, such as 1GB")
    return memory


Located = Annotated[Path, BeforeValidator(_located)]
"""A path, with its variables filled in, counted from the config's folder."""

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """What all sections share: unknown keys are refused, and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ProductColumns(Section):
    """Which column of a product table holds what; a list makes one category path of several."""

    id: str = "id"
    title: str = "title"
    description: str | None = None
    categories: Annotated[str | list[str] | None, BeforeValidator(_one_or_more)] = None
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


class Local(Section):
    """A vision-language model that runs here: a folder of weights, or a hub id with a revision."""

    weights: str
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    way: Literal["auto", "naive", "repeat", "cascade"] = "auto"
    pairs_in_flight: Annotated[int, Field(ge=0, le=256)] = 0
    threads: Count | None = None
    stacked: bool | None = None


class Endpoint(Section):
    """A server that speaks the OpenAI API; its key is in the environment, never here."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]
    model: str
    revision: str | None = None
    server: Literal["openai", "vllm", "sglang", "ollama", "llamacpp"] = "openai"
    key_variable: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] = "OPENAI_API_KEY"
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    timeout: Annotated[float, Field(gt=0)] = 120.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    requests_per_minute: Count | None = None


class Drawn(Section):
    """How replies are drawn, and how long one may be, in tokens."""

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 0
    feature_tokens: Count = 256
    intention_tokens: Count = 80
    verdict_tokens: Count = 120


class Filter(Section):
    """The role-aware filter: what is asked of an intention, and which answer lets it pass.

    `p_yes` reads P(yes) off the next token and asks for a spoken verdict where yes and no together
    have less than `min_mass`; `paper` always asks for a spoken verdict with its reason.
    """

    way: Literal["p_yes", "paper", "none"] = "p_yes"
    threshold: Share = 0.5
    min_mass: Share = 0.9
    reasons: bool = False


class Cost(Section):
    """What model work costs, for the estimate of a dry run; prices are per million tokens."""

    tokens_per_second: Annotated[float, Field(gt=0)] | None = None
    input_price: Annotated[float, Field(ge=0)] | None = None
    cached_price: Annotated[float, Field(ge=0)] | None = None
    output_price: Annotated[float, Field(ge=0)] | None = None
    currency: str = "USD"


class Generate(Section):
    """Which model is asked, about which relations, and how."""

    model: Literal["metadata", "recorded", "transformers", "endpoint", "vllm"]
    relations: Annotated[tuple[str, ...], BeforeValidator(_relation_names)] = PROFILES["mind"]
    per_relation: Count = 3
    record: Located | None = None  # the recorded model's file
    log: Located | None = None  # where the recorded model notes each question
    local: Local | None = None
    endpoint: Endpoint | None = None
    prompts: Annotated[str | Path, BeforeValidator(_prompt_set)] = "mindgraph"
    pictures: bool = True
    features: bool = True
    structured: bool = False
    sampling: Drawn = Drawn()
    filter: Filter = Filter()
    cost: Cost = Cost()
    batch: Count = 500

    @model_validator(mode="after")
    def _has_what_its_model_needs(self) -> Generate:
        needs = {
            "recorded": (self.record, "record: FILE"),
            "transformers": (self.local, "local: {weights: FOLDER}"),
            "vllm": (self.local, "local: {weights: FOLDER}"),
            "endpoint": (self.endpoint, "endpoint: {url: …, model: …}"),
        }
        given, example = needs.get(self.model, (True, ""))
        if given is None:
            raise ValueError(f"the {self.model} model needs `{example}`")
        return self


class Intentions(Section):
    """Where intentions come from: ready rows, a model, or both."""

    ready: list[IntentionFile] = []
    generate: Generate | None = None
    relations: Annotated[tuple[str, ...], BeforeValidator(_relation_names)] = PROFILES["all"]
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

    memory: Annotated[str, AfterValidator(_enough)] = "1GB"
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


def load_config(path: str | Path) -> Config:
    """Read a config file; every problem of it is in one ConfigError, a line each."""
    path = Path(path)
    node, data = _parsed(path)
    problems = [f"{path}:{line}: {told}" for line, told in _repeated(node, "", set())]
    try:
        config = Config.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError("\n".join([*problems, *_problems(path, node, error)])) from None
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def _parsed(path: Path) -> tuple[yaml.Node | None, dict[Any, Any]]:
    text = _text_of(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    # Besides its own errors, YAML lets those of a value through: a 13th month, endless brackets.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: a config is a mapping that starts with `name: …`")
    return node, data


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such config; see configs/ for examples") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _repeated(node: yaml.Node | None, above: str, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Keys given twice in one section, of which YAML would silently keep the last."""
    if id(node) in seen:  # an alias, maybe of what it stands in
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for place, part in enumerate(node.value):
            yield from _repeated(part, f"{above}{place}.", seen)
    elif isinstance(node, yaml.MappingNode):
        names = set()
        for name, value in node.value:
            key = f"{above}{name.value}"
            if key in names:
                yield name.start_mark.line + 1, f"{key}: given twice; delete one of them"
            names.add(key)
            yield from _repeated(value, f"{key}.", seen)


def _problems(path: Path, node: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        keys = problem["loc"]
        where = " ".join(".".join(str(key) for key in keys).split()) or "config"
        yield f"{path}:{_line(node, keys)}: {where}: {_advice(problem)}"


def _advice(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        known = _keys_beside(problem["loc"])
        close = get_close_matches(str(problem["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
        return f"unknown key; {hint}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"].endswith(("_type", "_parsing")):
        message += f", not {_short(problem['input'])}"
    return message[:1].lower() + message[1:]


def _keys_beside(keys: tuple[int | str, ...]) -> list[str]:
    """The keys a section of the config knows, found by walking the models along `keys`."""
    schema = Config.model_json_schema(mode="validation")
    part: Any = schema
    for key in keys[:-1]:
        part = _resolved(schema, part)
        part = part.get("items", {}) if isinstance(key, int) else part["properties"].get(key, {})
    return list(_resolved(schema, part).get("properties", {}))


def _resolved(schema: Any, part: Any) -> Any:
    for option in part.get("anyOf", [part]):
        if "$ref" in option:
            return schema["$defs"][option["$ref"].rsplit("/", 1)[-1]]
    return part


def _line(node: yaml.Node | None, keys: tuple[int | str, ...]) -> int:
    """The line of the key that a problem is about, or of the nearest section around it."""
    line = 1
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(key):
                    line, node = name.start_mark.line + 1, value
    return line
