"""Peak memory does not grow with the number of pairs: prefixes are let go of when they are done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.local.tiny import save

pytestmark = pytest.mark.slow

PAIRS = """
import asyncio, json, resource, sys
from pathlib import Path
from PIL import Image
from mindgraph.models import Job, Part, Sampling, open_model, prefix_digest, request_key

model = open_model(
    "transformers", {"weights": sys.argv[1], "threads": 1}, lambda path: Image.open(path)
)
told = Sampling(max_tokens=2)

async def jobs():
    for pair in range(int(sys.argv[3])):
        text = Part("text", f"Pair {pair}: two products.\\n\\n")
        prefix = (Part("image", "0" * 64, sys.argv[2]), text)
        digest = prefix_digest(prefix)
        for op in ("generate", "judge"):
            suffixes = ("Why both?", "Would you buy both?")
            keys = tuple(request_key(digest, s, model.info, told, op) for s in suffixes)
            yield Job(prefix, suffixes, keys, told, op)

async def ask():
    replies, warm = 0, 0
    async for reply in model.run(jobs()):
        assert reply.error is None, reply.error
        replies += 1
        if replies == 40:
            warm = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return replies, warm

replies, warm = asyncio.run(ask())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"replies": replies, "warm": warm, "peak": peak}))
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint, and a picture beside it."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("memory")
    Image.new("RGB", (80, 60), "red").save(folder / "red.png")
    return save("llava", folder / "tiny")


def test_a_thousand_pairs_take_no_more_memory_than_ten(tiny: Path) -> None:
    words = [sys.executable, "-c", PAIRS, str(tiny), str(tiny.parent / "red.png"), "1000"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["replies"] == 4000
    # Ten pairs are forty replies; a kept prefix of each pair would be 70 MB more.
    assert told["peak"] <= 1.05 * told["warm"], told
