"""The stages that ask a model: what it sees in a product, and what a pair was bought for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mindgraph.config import Config, Drawn, Filter, Generate, Rules
from mindgraph.engines import BatchMap, Rel, Stage, Table, nothing, worker
from mindgraph.intentions import generation, judging, prefixes, replies
from mindgraph.intentions.prompts import Prompts, load_prompts
from mindgraph.models import Generator, Sampling
from mindgraph.products.pictures import picture_file
from mindgraph.records import CLAIM, REJECTED


@dataclass(frozen=True)
class Asking:
    """Who is asked and how: what all stages of a model's part share.

    `answered` tells how many shards of replies each keyed stage has: what is made of its replies
    is made anew when there are more of them.
    """

    model: Generator
    told: Generate
    prompts: Prompts | None
    record: str  # digest of the recorded model's file, so that an edited record answers anew
    answered: Mapping[str, str]

    def sampling(self, step: str) -> Sampling:
        """How replies of one step are drawn."""
        drawn: Drawn = self.told.sampling
        if self.prompts is None:
            return Sampling()
        most = {"feature": drawn.feature_tokens, "intention": drawn.intention_tokens}
        tokens = most.get(step, drawn.verdict_tokens)
        if drawn.temperature == 0:  # nothing is drawn: seed and top_p decide nothing
            return Sampling(max_tokens=tokens)
        return Sampling(tokens, drawn.temperature, drawn.top_p, drawn.seed)

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the requests, for the settings of their stages."""
        return {
            "model": self.model.info.model,
            "revision": self.model.info.revision,
            "prompts": self.prompts.digest if self.prompts else "",
            **self.told.sampling.model_dump(),
        }

    @property
    def jobs(self) -> int:
        """How many pairs lie between two publications."""
        return max(1, self.told.batch // max(1, len(self.told.relations)))


@dataclass(frozen=True)
class Step:
    """One thing a model is asked: its questions, their prefixes, and its replies."""

    name: str
    prefixes: Stage
    requests: BatchMap
    replies: BatchMap
    answers: Stage
    sampling: Sampling

    @property
    def told(self) -> tuple[Table, ...]:
        """The tables of this step's replies."""
        return tuple(
            Table(self.replies, name)
            for name in ("replies", "ahead")
            if name in self.replies.outputs
        )


@dataclass(frozen=True)
class Generated:
    """A model's intentions: its steps so far, the prefixes of the pairs, and what it claims."""

    asking: Asking
    steps: tuple[Step, ...]
    prefixes: Stage
    features: Table
    claims: BatchMap


def asking(config: Config, model: Generator, record: str, answered: Mapping[str, str]) -> Asking:
    """Who is asked; the prompts are read where the model reads prompts."""
    told = config.intentions.generate
    assert told is not None  # noqa: S101 - the caller asks only where there is somebody to ask
    prompts = load_prompts(told.prompts) if model.reads == "prompts" else None
    return Asking(model, told, prompts, record, answered)


def generate(
    config: Config, by: Asking, products: Stage, seen: Stage, together: Stage
) -> Generated:
    """Prefixes → requests → replies → answers → claims, and features before them."""
    reads = {
        "products": (Table(products, "products"),),
        "pictures": (Table(seen, "pictures"),),
        "pairs": (Table(together, "pairs"),),
    }
    seeing = by.prompts is not None and by.told.features
    steps = (_feature_step(config, by, reads),) if seeing else ()
    features = _features(steps)
    told = _of_pairs(config, by, reads, steps, features) if by.prompts else _of_cards(reads)
    step = _intention_step(config, by, told)
    return Generated(by, (*steps, step), told, features, _claims(by, step, reads))


# ---- prefixes


def _of_cards(reads: Mapping[str, tuple[Table, ...]]) -> BatchMap:
    cards = BatchMap(
        name="cards",
        make=worker(prefixes.cards),
        outputs={"cards": prefixes.CARD},
        main="cards",
        reads={name: reads[name] for name in ("products", "pictures")},
        select="""
            SELECT p.id, p.title, p.description, p.categories, p.brand, p.attributes, i.colors
            FROM products p LEFT JOIN pictures i ON i.product = p.id ORDER BY p.id""",
    )
    return BatchMap(
        name="prefixes",
        make=worker(prefixes.of_cards),
        outputs={"prefixes": replies.PREFIX},
        main="prefixes",
        reads={
            "pairs": reads["pairs"],
            "cards": (Table(cards, "cards"),),
            "products": reads["products"],
        },
        select="""
            SELECT p.id AS item, a.card AS card_a, b.card AS card_b,
                x.title AS title_a, y.title AS title_b
            FROM pairs p JOIN cards a ON a.product = p.a JOIN cards b ON b.product = p.b
            JOIN products x ON x.id = p.a JOIN products y ON y.id = p.b ORDER BY p.id""",
        batch=1000,
    )


_SHOWN = """shown AS (
    SELECT product, {'sha256': sha256, 'path': path, 'at': "at"} AS picture FROM pictures
)"""


def _shown(config: Config, by: Asking) -> dict[str, Any]:
    """How prefixes with pictures are made, and what of it decides their rows."""
    folder = config.pictures.folder
    showing = None
    if by.told.pictures:
        showing = prefixes.Showing(partial(picture_file, folder), config.pictures.max_side)
    return {
        "make": {"prompts": by.prompts, "showing": showing},
        "settings": {
            "prompts": by.prompts.digest if by.prompts else "",
            "pictures": by.told.pictures and config.pictures.max_side,
            "folder": str(folder),
        },
    }


def _of_products(config: Config, by: Asking, reads: Mapping[str, tuple[Table, ...]]) -> BatchMap:
    shown = _shown(config, by)
    return BatchMap(
        name="product_prefixes",
        make=worker(prefixes.of_products, **shown["make"]),
        outputs={"prefixes": replies.PREFIX},
        main="prefixes",
        reads=reads,
        select=f"""
            WITH ends AS (SELECT a AS product FROM pairs UNION SELECT b FROM pairs),
            {_SHOWN}
            SELECT p.id AS item, p.title AS title_a, i.picture AS picture_a
            FROM ends e JOIN products p ON p.id = e.product
            LEFT JOIN shown i ON i.product = p.id ORDER BY p.id""",
        settings=shown["settings"],
        batch=1000,
    )


def _of_pairs(
    config: Config,
    by: Asking,
    reads: Mapping[str, tuple[Table, ...]],
    steps: tuple[Step, ...],
    features: Table,
) -> BatchMap:
    shown = _shown(config, by)
    failed = Table(steps[0].answers, "rejected") if steps else nothing(REJECTED)
    return BatchMap(
        name="prefixes",
        make=worker(prefixes.of_pairs, **shown["make"]),
        outputs={"prefixes": replies.PREFIX, "rejected": REJECTED},
        main="prefixes",
        reads={**reads, "features": (features,), "failed": (failed,)},
        select=f"""
            WITH {_SHOWN}
            SELECT p.id AS item, coalesce(v.item, w.item) AS failed,
                a.title AS title_a, b.title AS title_b, f.feature AS feature_a,
                g.feature AS feature_b, i.picture AS picture_a, j.picture AS picture_b
            FROM pairs p JOIN products a ON a.id = p.a JOIN products b ON b.id = p.b
            LEFT JOIN shown i ON i.product = p.a LEFT JOIN shown j ON j.product = p.b
            LEFT JOIN features f ON f.product = p.a LEFT JOIN features g ON g.product = p.b
            LEFT JOIN failed v ON v.item = p.a LEFT JOIN failed w ON w.item = p.b
            ORDER BY p.id""",
        settings=shown["settings"],
        batch=1000,
    )


# ---- features


def _feature_step(config: Config, by: Asking, reads: Mapping[str, tuple[Table, ...]]) -> Step:
    told = _of_products(config, by, reads)
    sampling = by.sampling("feature")
    requests = requests_of(
        by,
        "feature_requests",
        worker(prefixes.feature_requests, prompts=by.prompts, model=by.model, sampling=sampling),
        {"prefixes": (Table(told, "prefixes"),)},
        "SELECT item, digest FROM prefixes ORDER BY item",
    )
    answers = worker(replies.answer, model=by.model, sampling=sampling)
    answered = replies_of(by, "feature_replies", told, requests, answers)
    return step_of(by, "feature", told, requests, answered)


def _features(steps: tuple[Step, ...]) -> Table:
    if not steps:
        return nothing(generation.FEATURE)
    read = BatchMap(
        name="features",
        make=worker(generation.features),
        outputs={"features": generation.FEATURE, "rejected": REJECTED},
        main="features",
        reads={"answers": (Table(steps[0].answers, "answers"),)},
        select="SELECT * FROM answers ORDER BY item",
    )
    return Table(read, "features")


# ---- intentions


def _intention_step(config: Config, by: Asking, told: Stage) -> Step:
    sampling = by.sampling("intention")
    names = list(by.told.relations)
    requests = requests_of(
        by,
        "requests",
        worker(
            prefixes.intention_requests,
            relations=names,
            prompts=by.prompts,
            model=by.model,
            sampling=sampling,
        ),
        {"prefixes": (Table(told, "prefixes"),)},
        "SELECT item, digest FROM prefixes ORDER BY item",
        relations=names,
    )
    ahead = _foreseen(config.rules, by, by.told.filter)
    answers = worker(replies.answer, model=by.model, sampling=sampling, ahead=ahead)
    answered = replies_of(by, "replies", told, requests, answers, foresees=ahead is not None)
    return step_of(by, "intention", told, requests, answered)


def _foreseen(rules: Rules, by: Asking, wanted: Filter) -> judging.Foreseen | None:
    if by.prompts is None or wanted.way != "p_yes":
        return None
    return judging.Foreseen(by.prompts, rules.max_words, rules.title_share)


def _claims(by: Asking, of: Step, reads: Mapping[str, tuple[Table, ...]]) -> BatchMap:
    return BatchMap(
        name="claims",
        make=worker(generation.claims, by_line=by.prompts is None),
        outputs={"claims": CLAIM, "rejected": REJECTED},
        main="claims",
        reads={"answers": (Table(of.answers, "answers"),), "pairs": reads["pairs"]},
        select="""
            SELECT s.*, p.a, p.b FROM answers s JOIN pairs p ON p.id = s.item
            ORDER BY s.item, s.place""",
    )


# ---- what every step is made of


def requests_of(
    by: Asking,
    name: str,
    make: Any,
    reads: Mapping[str, tuple[Table, ...]],
    select: str,
    **more: Any,
) -> BatchMap:
    """The stage that writes the questions of a step."""
    return BatchMap(
        name=name,
        make=make,
        outputs={"requests": replies.REQUEST},
        main="requests",
        reads=reads,
        select=select,
        settings={**by.identity, **more},
        batch=1000,
    )


def replies_of(
    by: Asking,
    name: str,
    told: Stage,
    requests: BatchMap,
    make: Any,
    foresees: bool = False,
    ahead: tuple[Table, ...] = (),
) -> BatchMap:
    """The keyed stage that asks what nobody answered yet; `ahead` are answers given in advance."""
    outputs = {"replies": replies.REPLY, **({"ahead": replies.REPLY} if foresees else {})}
    reads = {"requests": (Table(requests, "requests"),), "prefixes": (Table(told, "prefixes"),)}
    info = by.model.info
    return BatchMap(
        name=name,
        make=make,
        outputs=outputs,
        main="replies",
        reads={**reads, **({"ahead": ahead} if ahead else {})},
        select=_pending(foresees, bool(ahead)),
        settings={"model": info.model, "revision": info.revision, "record": by.record},
        batch=by.jobs,
        key="key",
        notes=True,
    )


def _pending(foresees: bool, ahead: bool) -> str:
    if foresees:
        return replies.PENDING_AND_AHEAD
    return replies.PENDING_BUT_AHEAD if ahead else replies.PENDING


READ: Mapping[str, str] = {"answers": replies.ANSWERS, "rejected": replies.FAILED}
"""What most steps make of their replies: those answered, and those that failed."""


def step_of(
    by: Asking,
    name: str,
    told: Stage,
    requests: BatchMap,
    answered: BatchMap,
    outputs: Mapping[str, str] = READ,
    ahead: tuple[Table, ...] = (),
) -> Step:
    """A step with what was answered; `answered` makes that anew when there is more of it."""
    answers = Rel(
        name="answers" if name == "intention" else f"{name}_answers",
        reads={
            "requests": (Table(requests, "requests"),),
            "replies": (Table(answered, "replies"), *ahead),
        },
        outputs=outputs,
        main="answers",
        seen="SELECT count(*) FROM requests",
        settings={"answered": by.answered.get(answered.name, "")},
    )
    sampling = judging.JUDGING if name == "verdict" else by.sampling(name)
    return Step(name, told, requests, answered, answers, sampling)


def record(steps: tuple[Step, ...]) -> Rel:
    """The stage that keeps what was asked and answered, readable by the recorded model."""
    return Rel(
        name="record",
        reads={
            "requests": tuple(Table(of.requests, "requests") for of in steps),
            "replies": tuple(table for of in steps for table in of.told),
        },
        outputs={"record": replies.RECORD},
        main="record",
        seen=f"SELECT count(*) FROM ({replies.RECORD})",
        settings={of.name: of.answers.settings["answered"] for of in steps},
    )
