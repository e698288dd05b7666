"""How one model's processor reads jobs: prompts, pictures, and the place where suffixes begin.

The cut between prefix and suffix is made between tokens of whole prompts, so no merge of a
tokenizer can be torn by it; and it is found by asking prefixes with made-up suffixes, so that it
is the same whatever is asked of a prefix.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import OutOfMemoryError

from mindgraph.errors import ModelError
from mindgraph.models import Part, PictureDoor
from mindgraph.models.local.harmless import Harmless
from mindgraph.models.local.layout import background, seemly, stacked, uncropped

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

_PROBES = ("a", " a", "", "\n", "1", ".")  # beginnings that no tokenizer merges all alike
_PER_TOKEN = ("input_ids", "attention_mask", "cross_attention_mask")
_YES = ("Yes", " Yes", "yes", " yes", "YES", " YES")
_NO = ("No", " No", "no", " no", "NO", " NO")


class PairError(ModelError):
    """One pair cannot be asked; the others can."""


@dataclass(frozen=True)
class Read:
    """What a processor made of a prefix or of a whole prompt, ready for the model.

    `inputs["input_ids"]` is [1, tokens]; pictures keep whatever layout the family has. `image` is
    how many of the tokens stand for pictures, their marks included.
    """

    inputs: Mapping[str, Tensor]
    image: int

    @property
    def length(self) -> int:
        """Its tokens."""
        return int(self.inputs["input_ids"].shape[1])


class Reading:
    """Reads jobs for one model; `one` stacks a prefix's pictures, None where two are refused."""

    def __init__(self, processor: Any, one: bool | None = None) -> None:
        self._processor = processor
        self.tokenizer = getattr(processor, "tokenizer", processor)
        self.sees = getattr(processor, "image_processor", None) is not None
        self._one = one
        self._harmless = Harmless(self.tokenizer, _named(processor))

    # ---- pictures

    def pictures(self, prefix: Sequence[Part], door: PictureDoor) -> tuple[Image.Image, ...]:
        """A prefix's pictures as the model takes them; raises PairError for one that is none."""
        return self._laid_out(self._all_opened(prefix, door))

    def sizes(self, prefix: Sequence[Part], door: PictureDoor) -> tuple[tuple[int, int], ...]:
        """The sizes (width, height) of a prefix's pictures as opened; raises as `pictures` does."""
        return tuple(picture.size for picture in self._all_opened(prefix, door))

    def _all_opened(self, prefix: Sequence[Part], door: PictureDoor) -> list[Image.Image]:
        opened = [_opened(part, door) for part in prefix if part.kind == "image"]
        if opened and not self.sees:
            raise PairError(
                "this model takes no pictures; set generate.pictures: false, "
                "or name a model that takes them"
            )
        return opened

    def _laid_out(self, opened: Sequence[Image.Image]) -> tuple[Image.Image, ...]:
        pictures = self._processor.image_processor if self.sees else None
        if len(opened) > 1 and self.stacks:
            opened = [stacked(opened, background(pictures))]
        return tuple(uncropped(seemly(picture, pictures), pictures) for picture in opened)

    @cached_property
    def stacks(self) -> bool:
        """Whether several pictures become one."""
        return self._refuses_two() if self._one is None else self._one

    def _refuses_two(self) -> bool:
        from PIL import Image

        shown = [Image.new("RGB", (64, 64), color) for color in ("white", "black")]
        prompt = self._prompt([{"type": "image"}, {"type": "image"}], "a")
        try:
            self._read(prompt, shown)
        except Exception:  # each family says no in its own way
            return True
        return False

    # ---- prompts

    def _opening(self, prefix: Sequence[Part]) -> list[dict[str, str]]:
        """A prefix as a message's content: adjacent texts are one, and all of them harmless."""
        content: list[dict[str, str]] = []
        told, shown = "", 0
        for part in prefix:
            if part.kind == "image":
                shown += 1
                content += [{"type": "image"}] if shown == 1 or not self.stacks else []
                continue
            text = self._harmless.text(part.value, told)
            told += text
            _append(content, text)
        return content

    def _prompt(self, opening: Sequence[dict[str, str]], suffix: str) -> str:
        content = [dict(item) for item in opening]
        told = "".join(item.get("text", "") for item in opening)
        _append(content, self._harmless.text(suffix, told))
        return self._rendered(content)

    def _rendered(self, content: list[dict[str, str]]) -> str:
        if self.sees:
            return self._templated(self._processor, content)
        text = "".join(item.get("text", "") for item in content)
        if self.tokenizer.chat_template is None:
            return text
        return self._templated(self.tokenizer, text)

    def _templated(self, by: Any, content: Any) -> str:
        asked = [{"role": "user", "content": content}]
        # a model that thinks aloud first has no yes or no for its first word
        thinks = {"enable_thinking": False} if "enable_thinking" in str(by.chat_template) else {}
        try:
            told = by.apply_chat_template(
                asked, add_generation_prompt=True, tokenize=False, **thinks
            )
            return str(told)
        except Exception as error:
            raise ModelError(
                f"the checkpoint's chat template cannot be used ({_said(error)}); "
                "take a checkpoint that is tuned for chat"
            ) from error

    def _tokens(self, prompt: str) -> list[int]:
        ids = self.tokenizer(prompt, add_special_tokens=self._begins(prompt))["input_ids"]
        return list(ids)

    def _begins(self, prompt: str) -> bool:
        """Whether the tokenizer is to begin a prompt, as its template has not begun it."""
        first = self.tokenizer.bos_token
        return not (first and prompt.startswith(first))

    # ---- the cut

    def cut(self, prefix: Sequence[Part], suffixes: Sequence[str]) -> tuple[int, list[list[int]]]:
        """Where suffixes begin, in tokens before pictures are put in, and each suffix's tokens.

        Raises ModelError where prompts of one prefix have no beginning in common.
        """
        opening = self._opening(prefix)
        told = [self._tokens(self._prompt(opening, suffix)) for suffix in suffixes]
        cut = _common([*told, *(self._tokens(self._prompt(opening, probe)) for probe in _PROBES)])
        if cut == 0:
            raise ModelError("prompts with one prefix begin differently in this chat template")
        return cut, [tokens[cut:] for tokens in told]

    def shared(self, prefix: Sequence[Part], pictures: Sequence[Image.Image], cut: int) -> Read:
        """A prefix as the model reads it, up to the cut; raises ModelError where it cannot be cut.

        Only one prompt is read with its pictures; its tail is then cut off.
        """
        prompt = self._prompt(self._opening(prefix), _PROBES[0])
        tail, read = self._tokens(prompt)[cut:], self._read(prompt, pictures)
        length = read.length - len(tail)
        self._check(read.inputs["input_ids"][0, length:].tolist(), tail)
        kept = {name: _cut(name, told, length) for name, told in read.inputs.items()}
        return Read(kept, read.image)

    def _check(self, read: list[int], tail: list[int]) -> None:
        if read != tail or not self._picture_ids.isdisjoint(tail):
            raise ModelError("this chat template puts pictures behind the text they belong to")

    @cached_property
    def _picture_ids(self) -> frozenset[int]:
        token = getattr(self._processor, "image_token", None)
        named = self.tokenizer.convert_tokens_to_ids(token) if isinstance(token, str) else None
        told = (named, getattr(self._processor, "image_token_id", None))
        return frozenset(token for token in told if token is not None)

    def whole(self, prefix: Sequence[Part], suffix: str, pictures: Sequence[Image.Image]) -> Read:
        """A whole prompt as the model reads it: prefix, pictures and suffix."""
        return self._read(self._prompt(self._opening(prefix), suffix), pictures)

    def _read(self, prompt: str, pictures: Sequence[Image.Image]) -> Read:
        shown = {"images": [list(pictures)]} if pictures else {}
        try:
            read = Read(self._processed(prompt, shown), 0)
        except OutOfMemoryError:
            raise
        except Exception as error:  # each family refuses an odd picture in its own way
            raise PairError(f"the model's processor refuses the pair ({_said(error)})") from error
        added = read.length - len(self._tokens(prompt)) + len(pictures)
        return Read(read.inputs, added if pictures else 0)

    def _processed(self, prompt: str, shown: Mapping[str, Any]) -> dict[str, Tensor]:
        begin = self._begins(prompt)
        with warnings.catch_warnings():  # of transformers' own use of numpy
            warnings.filterwarnings("ignore", category=DeprecationWarning, module="transformers")
            told = self._processor(
                text=[prompt], **shown, return_tensors="pt", add_special_tokens=begin
            )
        return dict(told)

    # ---- counting

    @cached_property
    def image_tokens(self) -> Callable[[tuple[tuple[int, int], ...]], tuple[int, int]]:
        """How many tokens pictures of some sizes are, and how many stand there before that."""
        return lru_cache(maxsize=1024)(self._image_tokens)

    def _image_tokens(self, sizes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        from PIL import Image

        shown = self._laid_out([Image.new("RGB", size) for size in sizes])
        opening = self._opening([Part("image", str(place)) for place in range(len(sizes))])
        return self._read(self._prompt(opening, "a"), shown).image, len(shown)

    # ---- answers

    def text(self, tokens: Sequence[int]) -> str:
        """What a model wrote, without special tokens."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    @cached_property
    def answers(self) -> tuple[list[int], list[int]]:
        """The first tokens of yes and of no, in all spellings, as they follow a prompt.

        A token that begins words of both sides says nothing and belongs to neither.
        """
        yes, no = (self._firsts(spellings) for spellings in (_YES, _NO))
        if not (yes - no and no - yes):
            raise ModelError("this tokenizer has no token by which yes and no can be told apart")
        return sorted(yes - no), sorted(no - yes)

    def _firsts(self, spellings: Sequence[str]) -> set[int]:
        prompt = self._prompt([], "a")
        before = self._tokens(prompt)
        told = [self._tokens(prompt + spelling) for spelling in spellings]
        # a spelling that merges with the prompt's last token cannot come after it
        follows = [ids for ids in told if ids[: len(before)] == before and len(ids) > len(before)]
        return {ids[len(before)] for ids in follows}


def _append(content: list[dict[str, str]], text: str) -> None:
    if content and content[-1]["type"] == "text":
        content[-1]["text"] += text
    else:
        content.append({"type": "text", "text": text})


def _opened(part: Part, door: PictureDoor) -> Image.Image:
    name = part.value[:12]
    if part.at is None:
        raise PairError(f"picture {name} has no file; build the pictures again")
    try:
        return door(Path(part.at))
    except Exception as error:  # whatever is wrong with one picture is its pair's alone
        raise PairError(f"picture {name} at {part.at} cannot be opened ({_said(error)})") from error


def _said(error: Exception) -> str:
    told = "".join(c if c.isprintable() else " " for c in str(error))
    return " ".join(f"{type(error).__name__}: {told}".split())[:200]


def _named(processor: Any) -> list[str]:
    """The strings a processor itself looks for in a prompt, whatever its tokenizer thinks."""
    told = vars(processor).items()
    return [value for name, value in told if name.endswith("_token") and isinstance(value, str)]


def _common(prompts: Sequence[list[int]]) -> int:
    """How many tokens all prompts begin with; each keeps one of its own."""
    shortest = min(map(len, prompts)) - 1
    for place in range(shortest):
        if len({tokens[place] for tokens in prompts}) > 1:
            return place
    return shortest


def _cut(name: str, told: Tensor, length: int) -> Tensor:
    return told[:, :length] if name in _PER_TOKEN or name.endswith("token_type_ids") else told
