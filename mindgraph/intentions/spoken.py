"""What a model's reply says once its thoughts, its markup and its politeness are taken away."""

from __future__ import annotations

import re
from itertools import islice

from mindgraph.intentions.tails import tail_of
from mindgraph.text import clean, words


class Unsaid(ValueError):  # noqa: N818 - a finding about a reply, and no fault of anything
    """A reply does not say what it was asked for.

    `reason` is "nothing said", "incomplete" (cut off in its first sentence or in its thoughts) or
    "refused".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# ---- Thoughts

_THOUGHT = re.compile(r"\s*[<◁]think(?:ing)?[>▷]", re.IGNORECASE)
_THOUGHT_ENDS = re.compile(r"[<◁]/think(?:ing)?[>▷]", re.IGNORECASE)


def without_thought(text: str) -> str:
    """What comes after a leading block of thought; nothing where the block is never closed.

    A chat template may have opened the block in the prompt: then all up to its end is thought.

    >>> without_thought("They want... </think> Yes")
    ' Yes'
    """
    if "<" not in text and "◁" not in text:
        return text
    end = 0
    for closed in _THOUGHT_ENDS.finditer(text):
        end = closed.end()
    return "" if _THOUGHT.match(text, end) else text[end:]


# ---- Yes and no

_ANSWER = re.compile(
    r"\W*(?:(?:(?:my|the) )?(?:final )?(?:answer|verdict)(?: is)?\W+)?(yes|no)\b"
    # Both at once, and what only starts like a no, are no answer.
    r"(?!\W{0,3}(?:/|and\b|or\b)\W{0,3}(?:yes|no)\b|\s+(?:idea|opinion|answer|way to)\b)",
    re.IGNORECASE,
)
_REASON_LABEL = re.compile(r"(?:(?:the )?(?:reason|explanation)\s*(?::|is\b)\s*)+", re.IGNORECASE)


def answer_of(text: str) -> str | None:
    """The yes or no that a reply starts with, in lower case.

    >>> answer_of("**Answer:** Yes, it fits."), answer_of("Yes and no.")
    ('yes', None)
    """
    found = _ANSWER.match(without_thought(text))
    return found[1].lower() if found else None


def reason_of(text: str) -> str:
    """The reason that follows a yes or no, as one line; empty where there is none.

    >>> reason_of("**No**, because the case does not fit.")
    'because the case does not fit.'
    """
    said = without_thought(text)
    found = _ANSWER.match(said)
    if found is None:
        return ""
    lines = (_bare(line) for line in said[found.end() :].splitlines())
    reason = " ".join(filter(None, lines)).lstrip(" .,;:!*)\"'”’–—-")
    return _REASON_LABEL.sub("", reason, count=1) if _REASON_LABEL.match(reason) else reason


# ---- Claims and features

_REFUSAL = re.compile(
    r"\W*(?:(?:i['’]m|i am) (?:really |very |so )?sorry\b|sorry, (?:but )?i\b|apologies\b"
    r"|i apologi[sz]e\b|as an? (?:ai|artificial|language|large language)\b|unfortunately, i\b"
    r"|i (?:can(?:no|['’])t|cannot|could(?:n['’]t| not)|won['’]t|do(?:n['’]t| not) (?:have|see))\b"
    r"|i(?:['’]m| am) (?:unable|not able)\b)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:none|nothing|n/a|null|unknown|not applicable)?\W*", re.IGNORECASE)


def claim_of(text: str, relation: str, finish_reason: str) -> str:
    """The claim in a reply: the paragraph under its relation, else its first, as one line.

    Raises Unsaid. A reply whose `finish_reason` is "length" loses the sentence it was cut off in.
    """
    told = _paragraphs(_answered(text), finish_reason)
    place = next((at for at, line in enumerate(told) if _under(relation, line)), 0)
    # Only the last paragraph of a reply can have been cut off.
    cut = finish_reason == "length" and place == len(told) - 1
    return _whole(_from_the_relation(relation, told[place]), cut)


def feature_of(text: str, finish_reason: str) -> str:
    """The description of a product in a reply, all its paragraphs as one line; raises Unsaid."""
    told = _paragraphs(_answered(text), finish_reason)
    if len(told) > 1 and _CHATTER.match(told[-1]):
        told.pop()
    joined = [line if line.endswith(_STOPS) else f"{line};" for line in told[:-1]]
    return _whole(" ".join([*joined, told[-1]]), finish_reason == "length")


def _answered(text: str) -> str:
    """A reply without its thoughts, unless it refuses."""
    said = without_thought(text)
    if _REFUSAL.match(said):
        raise Unsaid("refused")
    return said


def _whole(text: str, cut: bool) -> str:
    kept = _unquoted(_said_once(_to_its_last_stop(text) if cut else text))
    if not words(kept) or _NOTHING.fullmatch(kept):
        raise _silence(cut)
    return kept


def _silence(cut: bool) -> Unsaid:
    return Unsaid("incomplete" if cut else "nothing said")


# ---- Paragraphs

_STOPS = (".", "!", "?", "…", ":", ";", '."', ".”", "。", "！", "？")
_TOKEN = re.compile(r"</?s>|<\|[^<>|]{1,40}\|>|<(?:end_of_turn|eos|pad)>|</?answer>", re.IGNORECASE)
_BULLET = re.compile(r"(?:#{1,6}\s+|>\s+|[-*•–—]\s+|\(?\d{1,2}[.)]\s+)+")
_MARKS = re.compile(r"\*\*|`+")
_STRESSED = re.compile(r"(?<!\w)(\*|__?)(?=\S)([^*_]+)(?<=\S)\1(?!\w)")
_FENCE = re.compile(r"```\w*")
_LABEL = re.compile(
    r"(?:(?:the|my|one|potential|possible|likely|purchase|co-?buy|shared|final|product|feature)\s+)*"
    r"(?:answer|intentions?|reason|response|sentence|assistant|output|features?|description)"
    r"\s*(?::\s*|$)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"(?:sure(?: thing)?|certainly|of course|absolutely|ok(?:ay)?|great question)\s*[,!.:]+\s*"
    r"|here(?:['’]s| is| are| it is| you go)\b[^:]{0,200}:\s*"
    r"|here(?:['’]s| is) (?:the|a|an|my|one|your)\b[^.:]{0,80}"
    r"\b(?:answer|sentence|intention|description|reason)\b[^.:]{0,80}(?:\.\s*|$)"
    r"|based on (?:the|these|this|what|both|their|its|your)\b[^,:]{0,160}[,:]\s*",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"let me know|(?:please )?feel free to|i hope (?:this|that)|would you like|is there anything",
    re.IGNORECASE,
)


def _paragraphs(text: str, finish_reason: str) -> list[str]:
    """The paragraphs that say something, at least one; else raises Unsaid.

    A line that ends in no stop goes on in the next one, unless that is an item of a list.
    """
    told: list[str] = []
    open_line = False
    for raw in text.splitlines():
        line = _bare(raw)
        if open_line and line and told and not _BULLET.match(raw.strip()):
            told[-1] = f"{told[-1]} {line}"
        elif line := _without_politeness(line):
            told.append(line)
        open_line = bool(line) and not line.endswith(_STOPS)
    if not told:
        raise _silence(finish_reason == "length")
    return told


def _bare(line: str) -> str:
    """A line without the tokens, bullets and marks of its markup."""
    line = clean(_TOKEN.sub(" ", line))
    if _FENCE.fullmatch(line):
        return ""
    line = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
    return clean(_STRESSED.sub(r"\2", _MARKS.sub("", line)))


def _without_politeness(line: str) -> str:
    """A line without labels and lead-ins; what a model says of its answer is not the answer."""
    while found := _LABEL.match(line) or _POLITE.match(line):
        line = line[found.end() :]
    return line


_PAIRS = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»"}


def _unquoted(text: str) -> str:
    """A text without the quotation marks around all of it."""
    inner = text[1:].rstrip(" .") if text else ""
    closing = _PAIRS.get(text[:1])
    if closing and inner.find(closing) == len(inner) - 1 > 0:
        return inner[:-1].strip()
    return text


# ---- Sentences

# After these a stop ends no sentence.
_SHORT = r"(?<!\be\.g)(?<!\bi\.e)(?<!\boz)(?<!\bin)(?<!\bft)(?<!\blb)(?<!\blbs)(?<!\bvs)(?<!\betc)"
_END = re.compile(rf"(?:{_SHORT}(?<!\.)\.(?!\.)|[!?])[\"'”’)]*(?=\s|$)|[。！？]", re.IGNORECASE)


def _to_its_last_stop(text: str) -> str:
    """The whole sentences of a text that was cut off; empty where there is none."""
    ends = [found.end() for found in _END.finditer(text)]
    return text[: ends[-1]] if ends else ""


def _said_once(text: str) -> str:
    """A text whose sentences stand there once: small models repeat themselves."""
    ends = [found.end() for found in _END.finditer(text)]
    if len(ends) < 2:
        return text
    parts = [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]
    return " ".join(dict.fromkeys(filter(None, parts)))


# ---- Under a relation

_SUBJECT = re.compile(r"\b(?:because|since)\s+(?=(?:they|both|the person|buying them)\b)", re.I)


def _under(relation: str, line: str) -> bool:
    """Whether a line says the words of its relation."""
    line = _from_the_relation(relation, line)
    return tail_of(relation, line) != _tail_alone(line)


def _from_the_relation(relation: str, line: str) -> str:
    """A line from its relation's words on, where others lead up to them with a because."""
    for found in islice(_SUBJECT.finditer(line), 3):
        rest = line[found.end() :]
        if relation != "open" and tail_of(relation, rest) != _tail_alone(rest):
            return rest
    return line


def _tail_alone(text: str) -> str:
    return tail_of("open", text)
