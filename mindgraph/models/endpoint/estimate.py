"""What a job would cost where nobody can count its tokens beforehand."""

from __future__ import annotations

from mindgraph.models import Job, Tokens

CHARACTERS_A_TOKEN = 4
"""Of English text; the model's tokeniser is not at hand."""

TOKENS_A_PICTURE = 85 + 4 * 170
"""What OpenAI publishes for four tiles of 512 pixels, as a square picture of 768 or more has."""


def estimated(job: Job) -> Tokens:
    """Four characters a token, and 765 tokens a picture whatever its size: right within a factor.

    Pictures of other models cost between 64 and some thousand tokens.
    """
    image = TOKENS_A_PICTURE * sum(part.kind == "image" for part in job.prefix)
    text = sum(len(part.value) for part in job.prefix if part.kind == "text")
    shared = image + _tokens(text)
    return Tokens(
        shared=shared,
        image=image,
        again=shared * (len(job.suffixes) - 1),
        suffixes=sum(_tokens(len(suffix)) for suffix in job.suffixes),
        out=len(job.suffixes) * (1 if job.op == "judge" else job.sampling.max_tokens),
    )


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)
