"""A vision-language model on this machine's GPU, through vLLM's offline engine.

A pair's questions go in side by side and name their pictures by the bytes' SHA-256, so that the
engine's prefix cache meets them again. In 16 bits its logits depend on what else is in the batch,
so a greedy reply may differ between two runs; `VLLM_BATCH_INVARIANT=1` is the engine's own cure,
slower and not for every model.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mindgraph.errors import MindgraphError, ModelError, UsageError
from mindgraph.models import Job, PictureDoor, Reply, Tokens, Trace, row_seed
from mindgraph.models.endpoint.answers import excerpt, verdict
from mindgraph.models.endpoint.estimate import estimated
from mindgraph.models.local.identity import info

if TYPE_CHECKING:
    from PIL import Image

_EXTRA = "pip install 'mindgraph[vllm]'"
_ALTERNATIVES = 20
_PICTURES = 2  # of a pair
_RELATIONS = 20  # of a pair, as the engine's rows are counted
_PAIRS = 16  # rows enough to keep a GPU busy, few enough that it remembers their prefixes
_SEEDS = 1 << 31
_STATEFUL = ("linear_attention", "mamba", "conv", "recurrent")


class VLLMModel:
    """Answers jobs with a folder of weights, or a hub's id with its commit as `revision`.

    `pairs_in_flight` pairs are read at once, 16 where it is 0; `length` bounds prompt and reply in
    tokens (None: as the model allows), `memory` is the share of the GPU's memory the engine may
    take, `gpus` how many share the weights. Device, way, threads and stacked pictures are the
    engine's own business and stay unsaid. It is imported and loaded when the first job is asked.
    Raises UsageError for a hub's id without a revision, for what it cannot do, and where vLLM is
    not installed; ModelError when the engine fails.
    """

    reads: Literal["cards", "prompts"] = "prompts"

    def __init__(
        self,
        weights: str,
        *,
        open_picture: PictureDoor,
        revision: str | None = None,
        dtype: str = "auto",
        device: str = "auto",
        way: str = "auto",
        pairs_in_flight: int = 0,
        threads: int | None = None,
        stacked: bool | None = None,
        length: int | None = None,
        memory: float = 0.9,
        gpus: int = 1,
    ) -> None:
        _refuse(device=device, way=way, threads=threads, stacked=stacked)
        _check_installed()
        self.info = replace(info(weights, revision, dtype, None), backend="vllm")
        self.together = pairs_in_flight or _PAIRS
        self._weights = weights
        self._revision = None if Path(weights).is_dir() else revision
        self._open_picture = open_picture
        self._engine_knobs = {
            "dtype": dtype,
            "max_model_len": length,
            "gpu_memory_utilization": memory,
            "tensor_parallel_size": gpus,
            "max_num_seqs": _RELATIONS * self.together,
        }

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix; `together` jobs are in hand at a time."""
        waiting: list[Job] = []
        async for job in jobs:
            waiting.append(job)
            if len(waiting) >= self.together:
                for reply in self._replies(waiting):
                    yield reply
                waiting = []
        for reply in self._replies(waiting):
            yield reply

    def tokens(self, job: Job) -> Tokens:
        """An estimate out of characters and pictures, as counting would need the engine loaded."""
        return replace(estimated(job), again=0)  # the engine keeps prefixes

    def check(self) -> None:
        """Nothing beyond what was checked when the model was made: the engine is not loaded."""

    # ---- the engine

    @cached_property
    def _loaded(self) -> Any:
        engine = _vllm().LLM(
            model=self._weights,
            revision=self._revision,
            tokenizer_revision=self._revision,
            trust_remote_code=False,
            generation_config="vllm",  # the checkpoint's own settings stay out
            enable_prefix_caching=True,
            limit_mm_per_prompt={"image": _PICTURES},
            max_logprobs=_ALTERNATIVES,
            logprobs_mode="raw_logprobs",
            disable_log_stats=False,  # the hit rate is one of them
            seed=0,
            **self._engine_knobs,
        )
        _warn_of_hybrids(engine, self.info.model)
        return engine

    @cached_property
    def _version(self) -> str:
        return f"vllm {getattr(_vllm(), '__version__', 'unknown')}"

    # ---- a batch

    def _replies(self, jobs: Sequence[Job]) -> Iterator[Reply]:
        rows: list[_Row] = []
        for job in jobs:
            try:
                rows += self._rows(job)
            except _UnreadableError as error:
                yield from (_failed(key, error) for key in job.keys)
        if rows:
            yield from self._answers(rows)

    def _rows(self, job: Job) -> list[_Row]:
        shown = [self._shown(part.value, part.at) for part in job.prefix if part.kind == "image"]
        text = "".join(part.value for part in job.prefix if part.kind == "text")
        return [
            _Row(key, job, [*shown, {"type": "text", "text": text + suffix}])
            for suffix, key in zip(job.suffixes, job.keys, strict=True)
        ]

    def _shown(self, sha256: str, at: str | None) -> dict[str, Any]:
        return {"type": "image_pil", "image_pil": self._picture(sha256, at), "uuid": sha256}

    def _picture(self, sha256: str, at: str | None) -> Image.Image:
        if at is None:
            raise _UnreadableError(f"no file holds the picture {sha256[:12]}")
        try:
            return self._open_picture(Path(at))
        except MindgraphError:
            raise
        except Exception as error:  # a door refuses in its own words
            raise _UnreadableError(str(error) or type(error).__name__) from error

    def _answers(self, rows: Sequence[_Row]) -> Iterator[Reply]:
        before, started, began = _counted(self._loaded), _now(), time.monotonic()
        try:
            told = self._chat(rows)
        except ValueError as error:  # what the engine says of a prompt it cannot take
            yield from self._apart(rows, error)
            return
        except Exception as error:
            raise ModelError(f"vLLM failed ({_said(error)}); its own log says more") from error
        seconds = (time.monotonic() - began) / len(rows)
        way = _way(before, _counted(self._loaded))
        for row, output in zip(rows, told, strict=True):
            yield row.reply(output, Trace(started, seconds, way=way, engine=self._version))

    def _apart(self, rows: Sequence[_Row], error: Exception) -> Iterator[Reply]:
        """One prompt that is refused must not cost the others their answers."""
        if len(rows) == 1:
            yield _failed(rows[0].key, error)
            return
        half = len(rows) // 2
        yield from self._answers(rows[:half])
        yield from self._answers(rows[half:])

    def _chat(self, rows: Sequence[_Row]) -> Sequence[Any]:
        told: Sequence[Any] = self._loaded.chat(
            messages=[[{"role": "user", "content": row.content}] for row in rows],
            sampling_params=[_vllm().SamplingParams(**row.knobs) for row in rows],
            use_tqdm=False,
        )
        return told


def _refuse(**options: object) -> None:
    """Options of the other local model that this engine decides itself."""
    unsaid = (None, False, "auto", "cuda")
    if said := [name for name, value in options.items() if value not in unsaid]:
        raise UsageError(
            f"vLLM decides {', '.join(said)} itself; leave it out, or use the transformers model"
        )


def _check_installed() -> None:
    if find_spec("vllm") is None:
        raise UsageError(f"the vllm model needs vLLM; {_EXTRA}")


class _UnreadableError(Exception):
    """A picture of a prompt that cannot be shown."""


@dataclass(frozen=True)
class _Row:
    """One question as the engine is asked it."""

    key: str
    job: Job
    content: list[dict[str, Any]]

    @property
    def seed(self) -> int | None:
        """What a drawn reply is drawn with; the likeliest needs none."""
        drawn = self.job.op == "generate" and self.job.sampling.temperature > 0
        return row_seed(self.key) % _SEEDS if drawn else None

    @property
    def knobs(self) -> dict[str, Any]:
        """Every knob by name: one that is left out takes a default of the engine's version."""
        told, judges = self.job.sampling, self.job.op == "judge"
        return {
            "n": 1,
            "max_tokens": 1 if judges else told.max_tokens,
            "temperature": 0.0 if judges else told.temperature,
            "top_p": 1.0 if judges else told.top_p,
            "top_k": 0,
            "min_p": 0.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "repetition_penalty": 1.0,
            "seed": self.seed,
            "logprobs": _ALTERNATIVES if judges else None,
        }

    def reply(self, output: Any, trace: Trace) -> Reply:
        """What the engine gave, as a reply."""
        first = output.outputs[0]
        trace = replace(
            trace,
            tokens_in=len(output.prompt_token_ids or ()),
            tokens_cached=getattr(output, "num_cached_tokens", None),
            tokens_out=len(first.token_ids),
            seed=self.seed,
        )
        if self.job.op == "judge":
            return replace(_judged(self.key, first), trace=trace)
        return _written(self.key, first, trace)


def _judged(key: str, first: Any) -> Reply:
    if not first.logprobs:
        return Reply(key, first.text, "judged")
    listed = first.logprobs[0].values()
    p_yes, mass = verdict((entry.decoded_token or "", entry.logprob) for entry in listed)
    return Reply(key, first.text, "judged", p_yes=p_yes, mass=mass)


def _written(key: str, first: Any, trace: Trace) -> Reply:
    if first.finish_reason not in ("stop", "length"):
        reason = excerpt(str(first.finish_reason))
        return Reply(key, "", "error", f"the engine ended a reply early: {reason}", trace=trace)
    ended = first.finish_reason if first.text.strip() else "nothing"
    return Reply(key, first.text, ended, trace=trace)


def _failed(key: str, error: Exception) -> Reply:
    return Reply(key, "", "error", _said(error))


def _said(error: Exception) -> str:
    return excerpt(str(error)) or type(error).__name__


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _vllm() -> Any:
    try:
        import vllm  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise UsageError(f"the vllm model needs vLLM ({_said(error)}); {_EXTRA}") from error
    return vllm


# ---- what the engine shares


def _counted(engine: Any) -> tuple[float, float] | None:
    """Tokens looked up in the prefix cache so far, and those found; None where nobody counts."""
    try:
        metrics = {metric.name.removesuffix("_total"): metric for metric in engine.get_metrics()}
        asked, found = (metrics[f"vllm:prefix_cache_{name}"] for name in ("queries", "hits"))
        return float(asked.value), float(found.value)
    except (AssertionError, AttributeError, KeyError):  # of versions that count otherwise
        return None


def _way(before: tuple[float, float] | None, after: tuple[float, float] | None) -> str:
    if before is None or after is None or after[0] <= before[0]:
        return "vllm"
    return f"vllm prefix cache {(after[1] - before[1]) / (after[0] - before[0]):.2f}"


def _warn_of_hybrids(engine: Any, name: str) -> None:
    if kinds := _stateful_layers(engine):
        warnings.warn(
            f"{name} has layers of {', '.join(kinds)}, whose state vLLM keeps at few places: it "
            "may read a pair's prefix once for every relation; the transformers model reads it "
            "once, and each reply's `way` says how much was shared",
            stacklevel=2,
        )


def _stateful_layers(engine: Any) -> list[str]:
    model = getattr(getattr(engine, "llm_engine", None), "model_config", None)
    whole = getattr(model, "hf_config", None)
    inner = getattr(whole, "text_config", None)
    kinds = {
        str(kind)
        for config in (whole, inner)
        for name in ("layer_types", "layers_block_type")
        for kind in getattr(config, name, None) or ()
    }
    return sorted(kind for kind in kinds if any(word in kind for word in _STATEFUL))
