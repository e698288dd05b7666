"""The sections that say which model is asked, how, and how it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from mindgraph.config.values import (
    Count,
    Located,
    Section,
    Share,
    located,
    prompt_set,
    relation_names,
)
from mindgraph.relations import PROFILES


class Local(Section):
    """A vision-language model that runs here: a folder of weights, or a hub id with a revision."""

    weights: str  # counts from the config's folder, as paths do, where it is no hub id
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    way: Literal["auto", "naive", "repeat", "cascade"] = "auto"
    pairs_in_flight: Annotated[int, Field(ge=0, le=256)] = 0
    threads: Count | None = None
    stacked: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _located_weights(cls, told: Any, info: ValidationInfo) -> Any:
        if not isinstance(told, dict) or told.get("revision") or "weights" not in told:
            return told
        return {**told, "weights": str(located(told["weights"], info))}


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
    relations: Annotated[tuple[str, ...], BeforeValidator(relation_names), Field(min_length=1)] = (
        PROFILES["mind"]
    )
    per_relation: Count = 3
    record: Located | None = None  # the recorded model's file
    log: Located | None = None  # where the recorded model notes each question
    local: Local | None = None
    endpoint: Endpoint | None = None
    prompts: Annotated[str | Path, BeforeValidator(prompt_set)] = "mindgraph"
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
