"""How fast a GPU asks about pairs: LLaVA-1.5's shapes with random weights, many pairs in flight.

    python benchmarks/lvlm_gpu.py [--models 7b 13b] [--pairs 1 2 4 8 16 24 32]
                                  [--lengths even spread] [--rows 3] [--tiny]

A pair is a prefix of about 1,196 tokens (a picture of 576 among them), 20 suffixes of about 60 that
are answered with about 120 tokens, and a verdict on each, P(yes), after a suffix and its answer.
With `even` every pair has these lengths, with `spread` lengths vary from row to row and pair to
pair. It prints, all of one run:

- what the device can do: a large bfloat16 matrix product and a large copy;
- whether the shared prefix, and the captured step, say what asking alone says, on a small model;
- the published order of work, one prompt at a time and the full prompt for each relation, timed on
  a few rows;
- for each number of pairs in flight, with decode as the package does it and as one captured graph:
  seconds, pairs per second, the share of the floor (`lvlm_floor.py`) and the peak of memory.

Random weights answer nonsense at the same cost. Nothing ends a row but its length. Preparing
pictures and texts is left out; the picture's way through its tower is not. `--tiny` runs all of it
in small shapes, also without a GPU, where nothing is captured.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from lvlm_floor import Work, floor_flops
from lvlm_graphs import decode_fixed
from torch import Tensor

from mindgraph.models.local.alone import generate_alone, next_alone
from mindgraph.models.local.decoding import decode, greedy
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.ways import Way

RELATIONS, REASON = 20, 80
CASCADE, NEVER, PAD = Way("cascade"), frozenset[int](), 0
PICTURE = 32000
END = 1 << 20  # a token that no model writes: rows end by their length

# hidden size, feed-forward size, layers, heads of the language model
LANGUAGE = {
    "tiny": (64, 128, 2, 4),
    "small": (512, 1376, 4, 8),
    "7b": (4096, 11008, 32, 32),
    "13b": (5120, 13824, 40, 40),
}


# ---- models and pairs


def config_of(name: str) -> transformers.LlavaConfig:
    """LLaVA-1.5's config with a language model of this name; a small one sees small pictures."""
    width, feed, layers, heads = LANGUAGE[name]
    text = transformers.LlamaConfig(
        hidden_size=width,
        intermediate_size=feed,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        vocab_size=32064,
        max_position_embeddings=4096,
    )
    small = name in ("tiny", "small")
    vision = transformers.CLIPVisionConfig(
        hidden_size=64 if small else 1024,
        intermediate_size=128 if small else 4096,
        num_hidden_layers=2 if small else 24,
        num_attention_heads=4 if small else 16,
        image_size=56 if small else 336,
        patch_size=14,
    )
    return transformers.LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=PICTURE
    )


def build(name: str, device: torch.device, dtype: torch.dtype) -> Any:
    """The model with random weights, made where it is to run."""
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with device:
            model: Any = transformers.LlavaForConditionalGeneration(config_of(name))
    finally:
        torch.set_default_dtype(before)
    model.eval()
    return model


@dataclass(frozen=True)
class Lengths:
    """How long things are, in tokens, and by how much they vary to either side."""

    text: int = 620
    suffix: int = 60
    answer: int = 120
    spread: bool = False

    def pair(self, draw: random.Random, patches: int) -> Work:
        """The lengths of one pair; a verdict is asked after a suffix and an answer."""
        suffixes = [self._drawn(draw, self.suffix, 0.15) for _ in range(RELATIONS)]
        answers = [self._drawn(draw, self.answer, 0.5) for _ in range(RELATIONS)]
        verdicts = [self.suffix + answer for answer in answers]
        return Work(patches + self._drawn(draw, self.text, 0.2), suffixes, answers, verdicts)

    def _drawn(self, draw: random.Random, mean: int, part: float) -> int:
        most = int(mean * part) if self.spread else 0
        return max(1, mean + draw.randint(-most, most))


@dataclass(frozen=True)
class Pair:
    """One pair's work, its prefix as a processor would give it, its suffixes and verdicts."""

    work: Work
    inputs: dict[str, Tensor]
    suffixes: list[list[int]]
    verdicts: list[list[int]]

    def whole(self, suffix: list[int]) -> dict[str, Tensor]:
        """The full prompt of one suffix."""
        after = torch.tensor([suffix], device=self.inputs["input_ids"].device)
        ids = torch.cat([self.inputs["input_ids"], after], 1)
        return {**self.inputs, "input_ids": ids, "attention_mask": torch.ones_like(ids)}


def pairs_of(model: Any, count: int, lengths: Lengths, seed: int = 0) -> list[Pair]:
    """Pairs of random words and pictures, the same for the same seed."""
    draw = random.Random(seed)
    return [_pair(model, lengths, draw) for _ in range(count)]


def _pair(model: Any, lengths: Lengths, draw: random.Random) -> Pair:
    seen = model.config.vision_config
    patches = (seen.image_size // seen.patch_size) ** 2
    work = lengths.pair(draw, patches)
    ids = _words(draw, 5) + [PICTURE] * patches + _words(draw, work.prefix - patches - 5)
    generator = torch.Generator().manual_seed(draw.randrange(1 << 30))
    picture = torch.randn(1, 3, seen.image_size, seen.image_size, generator=generator)
    inputs = {
        "input_ids": torch.tensor([ids], device=model.device),
        "pixel_values": picture.to(model.device, model.dtype),
    }
    suffixes, verdicts = ([_words(draw, n) for n in x] for x in (work.suffixes, work.verdicts))
    return Pair(work, inputs, suffixes, verdicts)


def _words(draw: random.Random, count: int) -> list[int]:
    return [draw.randrange(3, PICTURE) for _ in range(count)]


# ---- the work


Written = list[list[int]]


def write(prefixes: Sequence[Prefix], pairs: Sequence[Pair], captured: bool) -> Written:
    """Every row's answer, as long as its work says."""
    suffixes = [pair.suffixes for pair in pairs]
    lengths = [length for pair in pairs for length in pair.work.answers]
    if captured:
        return decode_fixed(prefixes, suffixes, lengths, NEVER, PAD)
    pick = Ending(lengths, prefixes[0].ids.device)
    told = decode(prefixes, suffixes, CASCADE, pick, max(lengths), frozenset({END}), PAD)
    return [row.tokens for own in told for row in own]


class Ending:
    """Greedy tokens, but each row's last one is an end."""

    def __init__(self, lengths: Sequence[int], device: torch.device) -> None:
        """Rows have these lengths, their end among the tokens; equal ones end by the limit."""
        longest = max(lengths)
        self._ends = torch.tensor([n if n < longest else END for n in lengths], device=device)

    def __call__(self, logits: Tensor, rows: list[int], step: int) -> Tensor:
        """The tokens of some rows."""
        ended = self._ends[torch.tensor(rows, device=logits.device)] <= step + 1
        return logits.argmax(-1).masked_fill(ended, END)


@dataclass
class Took:
    """Seconds of the three parts of some pairs' work."""

    read: float
    write: float
    judge: float

    @property
    def all(self) -> float:
        """Seconds of all three."""
        return self.read + self.write + self.judge


def work_on(model: Any, pairs: Sequence[Pair], captured: bool) -> Took:
    """Read the prefixes one by one, write all rows side by side, judge them likewise."""
    clock = Clock(model.device)
    prefixes = [Prefix(model, pair.inputs) for pair in pairs]
    read = clock.lap()
    write(prefixes, pairs, captured)
    wrote = clock.lap()
    judged = next_logits(prefixes, [pair.verdicts for pair in pairs], CASCADE, PAD)
    took = Took(read, wrote, clock.lap())
    if not judged.isfinite().all():
        raise SystemExit("the logits are not finite")
    return took


class Clock:
    """Seconds between laps, each waiting until the device has done what it was given."""

    def __init__(self, device: torch.device) -> None:
        """Start now."""
        self._device = device
        self._last = self._now()

    def lap(self) -> float:
        """Seconds since the last lap."""
        before, self._last = self._last, self._now()
        return self._last - before

    def _now(self) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()


# ---- what the device can do


def ceilings(device: torch.device, size: int) -> tuple[float, float]:
    """Operations a second of a bfloat16 product [size, size], and bytes a second of a copy."""
    left = torch.randn(size, size, device=device, dtype=torch.bfloat16)
    right = torch.randn_like(left)
    product = _median(device, lambda: left @ right)
    source = torch.randn(size * size * 8, device=device)
    target = torch.empty_like(source)
    copied = _median(device, lambda: target.copy_(source))
    return 2 * size**3 / product, 2 * source.nbytes / copied


def _median(device: torch.device, work: Callable[[], object], rounds: int = 20) -> float:
    clock = Clock(device)
    laps = []
    for _ in range(rounds + 3):
        work()
        laps.append(clock.lap())
    return statistics.median(laps[3:])


# ---- whether it is right


def check(device: torch.device, name: str, dtype: torch.dtype) -> None:
    """Print how far the shared prefix and the fixed steps are from asking alone."""
    model = build(name, device, dtype)
    pairs = pairs_of(model, 3, Lengths(70, 12, 24, spread=True), seed=5)
    prefixes = [Prefix(model, pair.inputs) for pair in pairs]
    judged = next_logits(prefixes, [pair.verdicts for pair in pairs], CASCADE, PAD)
    alone = torch.stack([next_alone(model, pair.whole(x)) for pair in pairs for x in pair.verdicts])
    apart = float((judged - alone).abs().max())
    others = next_logits(prefixes[1:] + prefixes[:1], [p.verdicts for p in pairs], CASCADE, PAD)
    wrong = float((others - alone).abs().amax(1).min())
    meant = [_alone(model, pair, row) for pair in pairs for row in range(RELATIONS)]
    eager, fixed = (_rows(model, prefixes, pairs, way) for way in (False, True))
    print(
        f"{name} {str(dtype).removeprefix('torch.')}: verdicts {apart:.1e} from asking alone "
        f"(another pair's prefix: at least {wrong:.1e}); rows written alike, of {len(meant)}: "
        f"{_alike(eager, meant)} eager, {_alike(fixed, meant)} in fixed shapes",
        flush=True,
    )


def _rows(model: Any, prefixes: list[Prefix], pairs: list[Pair], fixed: bool) -> Written:
    suffixes = [pair.suffixes for pair in pairs]
    if not fixed:
        told = decode(prefixes, suffixes, CASCADE, greedy, 24, NEVER, PAD)
        return [row.tokens for own in told for row in own]
    rows = sum(map(len, suffixes))
    return decode_fixed(
        prefixes, suffixes, [24] * rows, NEVER, PAD, block=8, captured=model.device.type == "cuda"
    )


def _alone(model: Any, pair: Pair, row: int) -> list[int]:
    told = generate_alone(model, pair.whole(pair.suffixes[row]), None, 24, NEVER, PAD)
    return told.tokens


def _alike(some: Written, others: Written) -> int:
    return sum(a == b for a, b in zip(some, others, strict=True))


# ---- one prompt at a time


def published(model: Any, lengths: Lengths, rows: int) -> tuple[float, float]:
    """Seconds a pair in the published order of work: with a spoken reason, and with one forward."""
    [pair] = pairs_of(model, 1, lengths)
    generate_alone(model, pair.whole(pair.suffixes[0]), None, 4, NEVER, PAD)
    clock = Clock(model.device)
    parts = [0.0, 0.0, 0.0]
    for row in range(rows):
        asked, judged = pair.whole(pair.suffixes[row]), pair.whole(pair.verdicts[row])
        clock.lap()
        generate_alone(model, asked, None, lengths.answer, NEVER, PAD)
        parts[0] += clock.lap()
        generate_alone(model, judged, None, min(REASON, lengths.answer), NEVER, PAD)
        parts[1] += clock.lap()
        next_alone(model, judged)
        parts[2] += clock.lap()
    written, reasoned, forward = (RELATIONS * part / rows for part in parts)
    return written + reasoned, written + forward


# ---- the table


HEAD = (
    "| model | lengths | decode | pairs in flight | prefixes s | answers s | verdicts s "
    "| pairs/s | % of the floor | peak GB |\n|---|---|---|---|---|---|---|---|---|---|"
)


def measure(model: Any, name: str, lengths: Lengths, counts: Sequence[int], peak: float) -> None:
    """Print one line for each number of pairs in flight and way of decoding."""
    cuda = model.device.type == "cuda"
    for captured in (False, True) if cuda else (False,):
        for count in counts:
            pairs = pairs_of(model, count, lengths, seed=count)
            with memory(model.device) as used:
                took = _timed(model, pairs, captured)
            way = "captured" if captured else "eager"
            kind = "spread" if lengths.spread else "even"
            start = f"| {name} | {kind} | {way} | {count} |"
            if took is None:
                print(f"{start} does not fit | | | | | |", flush=True)
                break
            floor = sum(floor_flops(model.config, pair.work) for pair in pairs) / peak
            print(
                f"{start} {took.read:.2f} | {took.write:.2f} | {took.judge:.2f} "
                f"| {count / took.all:.2f} | {100 * floor / took.all:.0f} | {used():.0f} |",
                flush=True,
            )


def _timed(model: Any, pairs: list[Pair], captured: bool) -> Took | None:
    try:
        _warm(model, pairs, captured)
        return work_on(model, pairs, captured)
    except torch.cuda.OutOfMemoryError:
        return None


def _warm(model: Any, pairs: list[Pair], captured: bool) -> None:
    """Two tokens of every row, so that kernels are loaded before anything is timed."""
    prefixes = [Prefix(model, pair.inputs) for pair in pairs]
    suffixes = [pair.suffixes for pair in pairs]
    if captured:
        decode_fixed(prefixes, suffixes, [3] * RELATIONS * len(pairs), NEVER, PAD)
    else:
        decode(prefixes, suffixes, CASCADE, greedy, 2, NEVER, PAD)
    next_logits(prefixes, [pair.verdicts for pair in pairs], CASCADE, PAD)


@contextmanager
def memory(device: torch.device) -> Iterator[Callable[[], float]]:
    """The most gigabytes in use on the device within; 0 where it is no GPU."""
    gc.collect()
    if device.type != "cuda":
        yield lambda: 0.0
        return
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    yield lambda: torch.cuda.max_memory_allocated() / 1e9


# ---- the command


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for, on the command line where nothing is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["7b", "13b"], choices=LANGUAGE)
    parser.add_argument("--pairs", nargs="+", type=int, default=[1, 2, 4, 8, 16, 24, 32])
    parser.add_argument("--lengths", nargs="+", default=["even"], choices=["even", "spread"])
    parser.add_argument("--rows", type=int, default=3, help="rows of the published order of work")
    parser.add_argument("--tiny", action="store_true", help="small shapes, also without a GPU")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run all of it; 2 where there is no GPU and small shapes were not asked for."""
    told = arguments(given)
    if not told.tiny and not torch.cuda.is_available():
        print("there is no CUDA device; --tiny runs the same work in small shapes", file=sys.stderr)
        return 2
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    peak = prologue(device, told.tiny)
    kinds = [Lengths(spread=kind == "spread") for kind in told.lengths]
    if told.tiny:
        told.models, told.pairs, told.rows = ["tiny"], [1, 2], 1
        kinds = [Lengths(30, 6, 8, kind.spread) for kind in kinds]
    for name in told.models:
        one_model(name, device, kinds, told, peak)
    return 0


def prologue(device: torch.device, tiny: bool) -> float:
    """Print what the device is, can do and gets right; gives its operations a second."""
    named = torch.cuda.get_device_name() if device.type == "cuda" else "no GPU"
    print(f"{named}, torch {torch.__version__}, transformers {transformers.__version__}")
    peak, bandwidth = ceilings(device, 256 if tiny else 8192)
    print(f"bfloat16 product {peak / 1e12:.3g} TFLOP/s, copy {bandwidth / 1e12:.3g} TB/s")
    for dtype in (torch.float32, torch.bfloat16):
        check(device, "tiny" if tiny else "small", dtype)
    return peak


def one_model(
    name: str, device: torch.device, kinds: list[Lengths], told: argparse.Namespace, peak: float
) -> None:
    """Everything that is measured of one model."""
    model = build(name, device, torch.bfloat16)
    [pair] = pairs_of(model, 1, kinds[0])
    print(f"{name}: floor {floor_flops(model.config, pair.work) / 1e12:.4g} TFLOP a pair")
    reason, forward = published(model, kinds[0], told.rows)
    print(
        f"one prompt at a time: {1 / reason:.4f} pairs/s with a spoken reason, "
        f"{1 / forward:.4f} with one forward"
    )
    print(HEAD)
    for lengths in kinds:
        measure(model, name, lengths, told.pairs, peak)


if __name__ == "__main__":
    sys.exit(main())
