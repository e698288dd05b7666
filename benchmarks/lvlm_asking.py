"""One pair of products, and the questions about it, asked by the product in each of its ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from lvlm_models import Geometry, load, processor, words
from PIL import Image

from mindgraph.models import Job, Part, Reply, Sampling
from mindgraph.models.local.answering import Answering
from mindgraph.models.local.choosing import Choosing
from mindgraph.models.local.pairs import Desk
from mindgraph.models.local.reading import Reading
from mindgraph.products.pictures import Bounds, open_picture

STEPS = ("intentions", "verdicts")


@dataclass(frozen=True)
class Lengths:
    """How long the prompts are, in tokens, and how many of them are asked.

    `opening` is how much all suffixes of a step begin with: the words before the relation.
    """

    relations: int = 20
    prefix_text: int = 543
    intention: tuple[int, int] = (39, 57)
    verdict: tuple[int, int] = (98, 107)
    opening: tuple[int, int] = (14, 8)
    answer: int = 40


# ---- what is asked


def photos(folder: Path) -> list[Part]:
    """Two pictures in files, of different shapes."""
    parts = []
    for name, size in (("first", (640, 480)), ("second", (500, 700))):
        file = folder / f"{name}.png"
        noise = Image.effect_noise((size[0] // 20, size[1] // 20), 90).convert("RGB")
        noise.resize(size).save(file)
        parts.append(Part("image", sha256(file.read_bytes()).hexdigest(), str(file)))
    return parts


def spread(ends: tuple[int, int], count: int) -> list[int]:
    """So many lengths from the shortest to the longest, in no order."""
    low, high = ends
    even = [low + (high - low) * place // max(1, count - 1) for place in range(count)]
    return sorted(even, key=lambda length: sha256(str(length).encode()).digest())


class Questions:
    """One pair's prefix, and its jobs of both steps; every text has its exact length in tokens."""

    def __init__(self, reading: Reading, shape: Geometry, long: Lengths, folder: Path) -> None:
        self._reading, self._shape, self._long = reading, shape, long
        shown = photos(folder)
        frame = reading.cut([*shown, Part("text", "Products\n")], ["x"])[0]
        body = words(long.prefix_text - frame + 1, 1, shape.vocabulary)  # a picture's mark is none
        self.prefix = (*shown, Part("text", f"Products {body}\n"))
        self._tail = len(reading.cut(self.prefix, ["x"])[1][0]) - 1

    def jobs(self, step: str, drawn: bool = False) -> Job:
        """The job of one step: `verdicts` are judged, or generated as reasons where `drawn`."""
        suffixes = self._suffixes(STEPS.index(step))
        keys = tuple(sha256(f"{step}{suffix}".encode()).hexdigest() for suffix in suffixes)
        sampling = Sampling(self._long.answer, temperature=0.2 if drawn else 0.0)
        op = "judge" if step == "verdicts" and not drawn else "generate"
        return Job(self.prefix, suffixes, keys, sampling, op)

    def _suffixes(self, step: int) -> tuple[str, ...]:
        long, size = self._long, self._shape.vocabulary
        lengths = spread((long.intention, long.verdict)[step], long.relations)
        shared = long.opening[step]
        opening = words(shared, 10 + step, size)
        own = [length - shared - self._tail for length in lengths]
        return tuple(f"{opening} {words(n, 100 + at, size)}" for at, n in enumerate(own))


def some(job: Job, rows: int) -> Job:
    """The first of a job's suffixes."""
    return Job(job.prefix, job.suffixes[:rows], job.keys[:rows], job.sampling, job.op)


# ---- who is asked


class Asked:
    """The model, asked in each way; every call starts anew, with nothing read."""

    def __init__(self, shape: Geometry, long: Lengths, folder: Path) -> None:
        reading = Reading(processor(shape), one=True)
        self.desk = Desk(load(shape), reading, partial(open_picture, bounds=Bounds()))
        self.questions = Questions(reading, shape, long, folder)
        # each has compared itself with asking alone once; that is no part of a pair's cost
        self.choices = {name: Choosing(self.desk, name) for name in ("naive", "repeat", "cascade")}

    def told(self, way: str, *jobs: Job) -> list[Reply]:
        """What the product replies to jobs about one pair, in the order of their suffixes."""
        answering = Answering(self.choices[way], capacity=1)
        return [reply for job in jobs for reply in in_order(job, answering.answer([job]))]

    def chosen(self, way: str) -> tuple[str, float]:
        """The way that was taken where `way` was the best allowed, and its measured difference."""
        trace = self.told(way, some(self.questions.jobs("intentions"), 1))[0].trace
        return str(trace.way), float(trace.difference or 0.0)

    @torch.inference_mode()
    def batched(self, job: Job) -> tuple[list[str], torch.Tensor]:
        """Texts and first logits of all prompts in full, side by side, padded on the left."""
        model = self.desk.loaded.model
        inputs = self.beside(job)
        settings = greedily(job, self.desk.loaded.pad)
        told = model.generate(**inputs, generation_config=settings)
        written = told.sequences[:, inputs["input_ids"].shape[1] :].tolist()
        return [self.desk.reading.text(row) for row in written], told.logits[0]

    def beside(self, job: Job) -> dict[str, torch.Tensor]:
        """The inputs of all prompts of a job in one batch."""
        pair = self.desk.pair(job)
        read = [self.desk.whole(pair, suffix).inputs for suffix in job.suffixes]
        width = max(one["input_ids"].shape[1] for one in read)
        pad = self.desk.loaded.pad
        return {
            "input_ids": torch.cat([widened(one["input_ids"], width, pad) for one in read]),
            "attention_mask": torch.cat([widened(one["attention_mask"], width, 0) for one in read]),
            "pixel_values": torch.cat([one["pixel_values"] for one in read]),
        }


def in_order(job: Job, replies: Iterable[Reply]) -> list[Reply]:
    """Replies in the order of their job's suffixes; raises where one of them is an error."""
    found = {reply.key: reply for reply in replies}
    failed = [reply.error for reply in found.values() if reply.error]
    if failed:
        raise RuntimeError(failed[0])
    return [found[key] for key in job.keys]


def widened(ids: torch.Tensor, width: int, value: int) -> torch.Tensor:
    """A row of tokens, padded on the left."""
    return torch.nn.functional.pad(ids, (width - ids.shape[1], 0), value=value)


def greedily(job: Job, pad: int) -> Any:
    """Settings by which the library writes the likeliest tokens; a verdict is the first of them."""
    from transformers import GenerationConfig

    most = 1 if job.op == "judge" else job.sampling.max_tokens
    return GenerationConfig(
        do_sample=False,
        num_beams=1,
        max_new_tokens=most,
        min_new_tokens=0,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        use_cache=True,
        pad_token_id=pad,
        return_dict_in_generate=True,
        output_logits=True,
    )
