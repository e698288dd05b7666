"""Loading a checkpoint: its processor, its weights, and nothing else that it brings along.

No code of a checkpoint is run, no pickle is opened, and its generation settings are not taken
over: a repetition penalty in a file would change answers without being in any request key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mindgraph.errors import ModelError, UsageError

EXTRA = "pip install 'mindgraph[lvlm]'"


@dataclass(frozen=True)
class Loaded:
    """A model that is ready to be asked; `room` is how many tokens it can read, None if unsaid."""

    model: Any
    eos: frozenset[int]
    pad: int
    room: int | None
    engine: str


class Checkpoint:
    """A folder or a hub's id with its revision, of which parts are loaded when they are needed."""

    def __init__(self, name: str, revision: str | None) -> None:
        self._name = name
        local = Path(name).is_dir()
        self._where: dict[str, Any] = {"trust_remote_code": False, "local_files_only": local}
        if not local:
            self._where["revision"] = revision

    def processor(self) -> Any:
        """The processor, or the tokenizer of a model that takes no pictures."""
        import transformers

        sees = self._class in _seeing()
        auto = transformers.AutoProcessor if sees else transformers.AutoTokenizer
        with quiet(), self._told("processor"):
            return auto.from_pretrained(self._name, **self._where)

    def load(self, dtype: str, device: str, tokenizer: Any) -> Loaded:
        """The model on its device, ready to be asked; raises ModelError if it cannot be loaded."""
        import torch
        import transformers

        kind = "auto" if dtype == "auto" else getattr(torch, dtype)
        with quiet(), self._told("model"):
            model = self._class.from_pretrained(
                self._name, dtype=kind, use_safetensors=True, **self._where
            )
        ids = _Ids.of(model, tokenizer)
        settings: Any = transformers.GenerationConfig
        model.generation_config = settings(
            bos_token_id=ids.bos, eos_token_id=sorted(ids.eos) or None, pad_token_id=ids.pad
        )
        engine = f"transformers {transformers.__version__} torch {torch.__version__}"
        placed = _placed(model.eval(), device)
        return Loaded(placed, ids.eos, ids.pad, _room(model.config), engine)

    @cached_property
    def config(self) -> Any:
        """The checkpoint's configuration."""
        import transformers

        with quiet(), self._told("config"):
            return transformers.AutoConfig.from_pretrained(self._name, **self._where)

    @cached_property
    def _class(self) -> Any:
        import transformers

        for auto in (*_seeing(), transformers.AutoModelForCausalLM):
            if type(self.config) in auto._model_mapping:
                return auto
        kind = getattr(self.config, "model_type", type(self.config).__name__)
        raise ModelError(f"{self._name} is a {kind}, which writes no text; name another checkpoint")

    @contextmanager
    def _told(self, part: str) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            raise UsageError(f"{self._name} lacks a library ({_line(error)}); {EXTRA}") from error
        except Exception as error:  # a damaged checkpoint fails in any of a dozen libraries
            raise ModelError(
                f"the {part} of {self._name} cannot be loaded ({_line(error)}); "
                "download the checkpoint again, or name another"
            ) from error


def _seeing() -> list[Any]:
    import transformers

    names = ("AutoModelForImageTextToText", "AutoModelForMultimodalLM")
    return [getattr(transformers, name) for name in names if hasattr(transformers, name)]


def _placed(model: Any, device: str) -> Any:
    try:
        return model.to(device)
    except RuntimeError as error:
        raise ModelError(f"the model does not fit on {device} ({_line(error)})") from error


def _line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


@dataclass(frozen=True)
class _Ids:
    bos: int | None
    eos: frozenset[int]
    pad: int

    @classmethod
    def of(cls, model: Any, tokenizer: Any) -> _Ids:
        settings, config = model.generation_config, model.config.get_text_config()
        ends = [getattr(x, "eos_token_id", None) for x in (settings, config, tokenizer)]
        eos = frozenset(one for told in ends for one in _listed(told))
        pads = [getattr(x, "pad_token_id", None) for x in (tokenizer, settings, config)]
        pad = next((told for told in pads if told is not None), min(eos, default=0))
        return cls(getattr(tokenizer, "bos_token_id", None), eos, pad)


def _listed(told: int | list[int] | None) -> list[int]:
    return [] if told is None else [told] if isinstance(told, int) else list(told)


def _room(config: Any) -> int | None:
    room = getattr(config.get_text_config(), "max_position_embeddings", None)
    return room if isinstance(room, int) and room > 0 else None


@contextmanager
def quiet() -> Iterator[None]:
    """Loading without progress bars and advice; the library's own state is put back after it."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
