"""Words of a shop as words and nothing else: no text can become one of a model's special tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import Any

_BRACKETED = re.compile(r"[<\[{(|].*[>\]})|]", re.DOTALL)
_BRACKETS = frozenset("<>[]{}()|")


class Harmless:
    """Breaks up, in a text, whatever a tokenizer would take for a special token.

    Those are its special tokens, the tokens added to it that stand in brackets (`<think>`), and
    `more` names that a processor looks for, such as the one it puts a picture in place of. A blank
    after the first character breaks each; an honest text is left as it is.
    """

    def __init__(self, tokenizer: Any, more: Iterable[str] = ()) -> None:
        self._tokenizer = tokenizer
        added = tokenizer.added_tokens_decoder.values()
        special = {str(token) for token in added if token.special}
        named = filter(_BRACKETED.fullmatch, [*map(str, added), *more])
        self.tokens = frozenset({*special, *tokenizer.all_special_tokens, *named} - {""})

    def text(self, text: str, before: str = "") -> str:
        """The text, harmless in itself and together with the harmless text `before` it."""
        text = self._broken(text)
        if self._forbidden(text):  # found only once the tokenizer had normalised the text
            text = self._broken("".join(map(_unbracketed, text)))
        while self._spans(before, text):
            text = " " + text
        return text

    def _broken(self, text: str) -> str:
        while self._pattern.search(text):
            text = self._pattern.sub(_split, text)
        return text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.tokens, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    @cached_property
    def _reach(self) -> int:
        return max(map(len, self.tokens), default=0)

    def _spans(self, before: str, text: str) -> bool:
        reach = self._reach
        return bool(before) and bool(self._pattern.search(before[-reach:] + text[:reach]))

    @cached_property
    def _ids(self) -> frozenset[int]:
        ids = self._tokenizer.convert_tokens_to_ids(sorted(self.tokens))
        return frozenset(ids) - {None, self._tokenizer.unk_token_id}

    def _forbidden(self, text: str) -> bool:
        return not self._ids.isdisjoint(self._tokenizer(text, add_special_tokens=False).input_ids)


def _split(found: re.Match[str]) -> str:
    return f"{found[0][0]} {found[0][1:]}" if len(found[0]) > 1 else " "


def _unbracketed(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return " " if _BRACKETS.intersection(plain) else character
