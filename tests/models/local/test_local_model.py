"""The local model from job to reply, on tiny models of every kind of family."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import subprocess
import sys
import weakref
from dataclasses import replace

import pytest
import torch
from PIL import Image
from transformers.utils import logging as hf_logging

from mindgraph.errors import UsageError
from mindgraph.models import Part, Tokens, prefix_digest
from mindgraph.models.local import TransformersModel, decoding, identity, pairs
from mindgraph.models.local.alone import logits_alone
from mindgraph.models.local.answering import Answering
from mindgraph.models.local.choosing import Choosing
from mindgraph.models.local.pairs import Desk
from mindgraph.models.local.reading import Reading
from mindgraph.models.local.ways import WayError, WayWarning
from mindgraph.models.local.weights import Checkpoint
from tests.models.local.tiny import FAMILIES

WINDOWED = {"qwen3_5", "gemma3", "aya_vision", "lfm2_vl"}  # or linear, or convolved
THREE = ["llava", "qwen3_vl", "qwen3_5"]
STEPS = 6


@pytest.fixture
def desk(checkpoint, door):
    """All that is needed to ask a family's model in whatever way; nothing ends its answers."""

    def build(family):
        found = Checkpoint(str(checkpoint(family)), None)
        reading = Reading(found.processor())
        loaded = found.load("float32", "cpu", reading.tokenizer)
        return Desk(replace(loaded, eos=frozenset()), reading, door)

    return build


def apart(a, b):
    return float((a - b).abs().max())


def alone(desk, job, place, steps=STEPS):
    read = desk.whole(desk.pair(job), job.suffixes[place])
    return logits_alone(desk.loaded.model, read.inputs, steps, desk.loaded.pad)


def watched(desk, jobs):
    """The replies to some jobs, and each row's logits [steps, V] through all jobs."""
    answering, seen = Answering(Choosing(desk), len(jobs)), {}

    def watch(rows, logits):
        for row, told in zip(rows, logits, strict=True):
            seen.setdefault(row, []).append(told.clone())

    answering.watch = watch
    replies = {}
    jobs = list(jobs)
    # the gate's own comparison is over before the rows are written
    list(answering.answer([replace(jobs[0], op="judge")]))
    seen.clear()
    for reply in answering.answer(jobs):
        replies[reply.key] = reply
    return replies, {row: torch.stack(told) for row, told in seen.items()}, answering


@pytest.mark.parametrize("family", FAMILIES)
class TestEveryFamily:
    """Two pairs side by side, each with two pictures, in the way the gate settles on."""

    def test_writes_what_it_would_write_if_each_prompt_were_asked_alone(self, family, desk, about):
        at = desk(family)
        jobs = [about(1, 2), about(5, 4)]
        replies, logits, answering = watched(at, jobs)
        rows = [(job, place) for job in jobs for place in range(len(job.suffixes))]
        expected = [alone(at, *row) for row in rows]
        assert all(apart(logits[row], expected[row]) < 1e-4 for row in range(len(rows)))
        for row, (job, place) in enumerate(rows):
            reply = replies[job.keys[place]]
            assert reply.text == at.reading.text(expected[row].argmax(-1).tolist())
            way = "cascade in buckets" if family in WINDOWED else "cascade"
            assert (reply.trace.way, reply.error) == (way, None)
            assert 0 < reply.trace.difference < 1e-4
        # what is kept of each pair is still right when the other has been read
        judged = [replace(job, op="judge") for job in jobs]
        verdicts = {reply.key: reply for reply in answering.answer(judged)}
        for row, (job, place) in enumerate(rows):
            yes, no = (
                float(expected[row][0].double().softmax(-1)[ids].sum())
                for ids in at.reading.answers
            )
            verdict = verdicts[job.keys[place]]
            assert verdict.mass == pytest.approx(yes + no, abs=1e-5)
            assert verdict.p_yes == pytest.approx(yes / (yes + no), abs=1e-4)
            assert verdict.trace.tokens_cached > 0

    def test_sees_which_picture_it_is_and_which_comes_first(self, family, desk, about):
        at = desk(family)
        told = "both for camping"
        shown = [about(a, b, text=told) for a, b in ((1, 3), (7, 3), (3, 1))]
        right, wrong, turned = (alone(at, job, 2, steps=1) for job in shown)
        assert apart(right, wrong) > 1e-2
        assert apart(right, turned) > 1e-2

    def test_would_be_caught_answering_from_the_other_pairs_prefix(self, family, desk, about):
        at = desk(family)
        jobs = [about(1, 2), about(5, 4)]
        _, logits, _ = watched(at, jobs)
        expected = alone(at, jobs[1], 0)
        assert apart(logits[0], expected) > 1e-2


# ---- nothing beside a question changes its answer


def texts(model, jobs, replies):
    return {reply.key: (reply.text, reply.finish_reason) for reply in replies(model, jobs)}


@pytest.mark.parametrize("family", THREE)
@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_order_batch_and_interruption_change_no_answer(family, temperature, model, about, replies):
    jobs = [about(n, n + 1, temperature=temperature, top_p=0.95) for n in range(1, 6)]
    expected = texts(model(family), jobs, replies)
    mixed = random.Random(3).sample(jobs, len(jobs))
    turned = [
        replace(job, suffixes=job.suffixes[::-1], keys=job.keys[::-1]) for job in reversed(jobs)
    ]
    assert texts(model(family, pairs_in_flight=3), mixed, replies) == expected
    assert texts(model(family, way="repeat"), turned, replies) == expected
    later = [replace(job, suffixes=job.suffixes[1:3], keys=job.keys[1:3]) for job in jobs[2:]]
    resumed = texts(model(family, pairs_in_flight=2), later, replies)
    assert resumed == {key: expected[key] for key in resumed}
    assert len(set(expected.values())) > 1


@pytest.mark.parametrize("family", THREE)
def test_a_sample_asked_alone_is_the_same_sample(family, model, about, replies):
    jobs = [about(1, 2, temperature=0.8), about(3, 4, temperature=0.8)]
    expected = texts(model(family, way="naive"), jobs, replies)
    assert texts(model(family, pairs_in_flight=2), jobs, replies) == expected


def test_a_sample_has_its_seed_on_record_and_a_greedy_answer_needs_none(model, about, replies):
    asked = model("llava")
    drawn = replies(asked, [about(1, 2, temperature=0.8)])
    assert all(reply.trace.seed == int(reply.key[:15], 16) for reply in drawn)
    assert all(reply.trace.seed is None for reply in replies(asked, [about(1, 2)]))


@pytest.mark.parametrize("way", ["auto", "naive"])
def test_generation_settings_of_the_checkpoint_change_nothing(way, model, about, replies, copy_of):
    copied = copy_of("qwen3_vl")
    settings = {"do_sample": True, "temperature": 0.1, "top_k": 1, "repetition_penalty": 2.0}
    limits = {"max_new_tokens": 2, "no_repeat_ngram_size": 1, "min_new_tokens": 5}
    (copied / "generation_config.json").write_text(json.dumps({**settings, **limits}))
    jobs = [about(1, 2), about(1, 2, temperature=0.9)]
    expected = texts(model("qwen3_vl", way=way), jobs, replies)
    assert texts(model(copied, way=way), jobs, replies) == expected


@pytest.mark.parametrize("way", ["auto", "naive"])
def test_an_answer_ends_where_the_checkpoint_ends_answers(
    way, desk, model, about, replies, copy_of
):
    job = about(1, 2)
    at = desk("qwen3_vl")
    tokens = alone(at, job, 0).argmax(-1).tolist()
    end = next(token for token in tokens if token != tokens[0])
    copied = copy_of("qwen3_vl")
    settings = {"eos_token_id": [2, end]}
    (copied / "generation_config.json").write_text(json.dumps(settings))
    (ended, *_) = replies(model(copied, way=way), [job])
    before = tokens[: tokens.index(end)]
    assert (ended.text, ended.finish_reason) == (at.reading.text(before), "stop")
    assert ended.trace.tokens_out == len(before)


# ---- what is kept, counted and bounded


def test_a_verdict_right_after_the_answers_reads_only_its_question(model, about, replies):
    jobs = [about(1, 2), about(3, 4)]
    judged = [about(1, 2, suffixes=(" Would you buy both?",), op="judge"), about(3, 4, op="judge")]
    found = replies(model("glm4v", pairs_in_flight=2), [*jobs, *judged])
    first, verdicts = found[0], found[8:]
    assert first.trace.tokens_cached == 0
    for verdict in verdicts:
        assert verdict.finish_reason == "judged"
        assert 0 < verdict.trace.tokens_in - verdict.trace.tokens_cached < 20
        assert 0 <= verdict.p_yes <= 1
        assert 0 < verdict.mass < 1


def test_no_more_prefixes_are_kept_than_pairs_are_in_flight(model, about, replies, monkeypatch):
    alive, most = weakref.WeakSet(), []

    class Counted(pairs.Prefix):
        def __init__(self, *given):
            alive.add(self)
            most.append(len(alive))
            super().__init__(*given)

    monkeypatch.setattr(pairs, "Prefix", Counted)
    replies(model("llava", pairs_in_flight=2), [about(n, n + 1) for n in range(1, 10)])
    assert len(most) == 9
    assert max(most) <= 2


def test_tokens_are_told_before_anything_is_asked(model, about, replies):
    for family in ("llava", "smolvlm", "mistral3", "qwen3_vl"):
        asked, job = model(family), about(1, 2)
        told = asked.tokens(job)
        assert "_answering" not in vars(asked)
        traces = [reply.trace for reply in replies(asked, [job])]
        assert told.shared * 4 + told.suffixes == sum(trace.tokens_in for trace in traces)
        assert {trace.tokens_image for trace in traces} == {told.image}
        assert told.out == 4 * job.sampling.max_tokens
        assert told.again == 0
        assert model(family, way="naive").tokens(job).again == 3 * told.shared
        alone = {r.trace.tokens_image for r in replies(model(family, way="naive"), [job])}
        assert alone == {told.image}


def test_a_trace_says_what_ran_and_how_long(model, about, replies):
    for reply in replies(model("llava"), [about(1, 2)]):
        assert reply.trace.engine.startswith("transformers ")
        assert " torch " in reply.trace.engine
        assert reply.trace.started.endswith("+00:00")
        assert reply.trace.seconds > 0


# ---- what goes wrong with one pair


def test_a_picture_that_cannot_be_opened_is_its_pairs_error_alone(model, about, replies):
    bad = about(3, 4)
    lost = replace(bad, prefix=(Part("image", "a", "none.png"), *bad.prefix[1:]))
    nowhere = replace(about(5, 6), prefix=(Part("image", "b"), *about(5, 6).prefix[1:]))
    jobs = [about(1, 2), lost, nowhere, about(7, 8)]
    found = replies(model("llava", pairs_in_flight=4), jobs)
    errors = {reply.key: reply.error for reply in found}
    assert all("none.png" in errors[key] and "no picture" in errors[key] for key in lost.keys)
    assert all("has no file" in errors[key] for key in nowhere.keys)
    assert [errors[key] for job in (jobs[0], jobs[3]) for key in job.keys] == [None] * 8
    assert {r.finish_reason for r in found if r.error} == {"error"}


@pytest.mark.parametrize("way", ["auto", "naive"])
def test_a_prompt_that_is_too_long_is_its_pairs_error_alone(way, model, about, replies):
    long = about(3, 4, text="camping " * 4100)
    found = replies(model("qwen3_vl", way=way), [long, about(1, 2)])
    assert all("the model reads 4096" in reply.error for reply in found[:4])
    assert [reply.error for reply in found[4:]] == [None] * 4
    assert way == "naive" or found[4].trace.way == "cascade"


@pytest.fixture
def shown(checkpoint):
    """A model that is shown pictures of the sizes their numbers stand for."""

    def build(sizes, **options):
        def door(path):
            return Image.linear_gradient("L").convert("RGB").resize(sizes[path.name])

        return TransformersModel(
            str(checkpoint("qwen3_vl")), open_picture=door, device="cpu", **options
        )

    return build


@pytest.mark.parametrize("size", [(600, 1), (2, 900)])
@pytest.mark.parametrize("way", ["auto", "naive"])
def test_a_picture_that_is_long_and_thin_is_seen(size, way, shown, about, replies):
    asked = shown({"1.png": size, "2.png": (90, 60)}, way=way)
    assert asked.tokens(about(1, 2)).image > 0
    assert [reply.error for reply in replies(asked, [about(1, 2)])] == [None] * 4


def refusing(monkeypatch, asked, error, width):
    """Makes a model's processor fail over pictures of some width."""
    kind = type(asked._reading._processor)
    real = kind.__call__

    def fails(self, images=None, **given):
        if images and any(picture.width == width for picture in images[0]):
            raise error
        return real(self, images=images, **given)

    monkeypatch.setattr(kind, "__call__", fails)


ODD = {"1.png": (77, 60), "2.png": (90, 60), "3.png": (60, 90), "4.png": (70, 90)}


@pytest.mark.parametrize("way", ["auto", "naive"])
def test_a_picture_that_the_processor_refuses_is_its_pairs_error_alone(
    way, shown, about, replies, monkeypatch
):
    asked = shown(ODD, way=way)
    refusing(monkeypatch, asked, ValueError("no such\n\x1bshape"), 77)
    found = replies(asked, [about(1, 2), about(3, 4)])
    assert {reply.error for reply in found[:4]} == {
        "the model's processor refuses the pair (ValueError: no such shape)"
    }
    assert [reply.error for reply in found[4:]] == [None] * 4
    # what the first pair could not settle, the second one did
    assert {reply.trace.way for reply in found[4:]} == {"cascade" if way == "auto" else "naive"}
    assert asked.tokens(about(1, 2)) == Tokens()
    assert asked.tokens(about(3, 4)).image > 0


def test_a_processor_that_runs_out_of_a_gpus_memory_is_tried_as_any_other(
    shown, about, replies, monkeypatch
):
    asked = shown(ODD)
    refusing(monkeypatch, asked, torch.OutOfMemoryError("out of memory"), 77)
    found = replies(asked, [about(1, 2), about(3, 4)])
    assert all("memory ended" in reply.error for reply in found[:4])
    assert [reply.error for reply in found[4:]] == [None] * 4


def test_a_model_that_fails_on_a_prefix_is_asked_alone_and_says_why(
    model, about, replies, monkeypatch
):
    def fails(*given):
        raise TypeError("no prefix without a question")

    monkeypatch.setattr(pairs, "Prefix", fails)
    with pytest.warns(WayWarning, match="asked alone .*TypeError: no prefix without a question"):
        found = replies(model("llava"), [about(1, 2)])
    assert {(reply.trace.way, reply.error) for reply in found} == {("naive", None)}


def test_pairs_whose_prefix_cannot_be_gone_on_from_are_asked_alone(
    model, about, replies, monkeypatch
):
    from mindgraph.models.local import answering

    jobs = [about(n, n + 1) for n in (1, 3, 5)]
    expected = texts(model("llava", way="naive"), jobs, replies)
    real, asked = answering.decode, []

    def later(prefixes, *given):
        asked.append(len(prefixes))
        if len(asked) == 2:
            raise WayError("a layer was lost")
        return real(prefixes, *given)

    monkeypatch.setattr(answering, "decode", later)
    with pytest.warns(WayWarning, match="asked alone: a layer was lost"):
        found = replies(model("llava"), jobs)
    ways = ["cascade"] * 4 + ["naive"] * 4 + ["cascade"] * 4
    assert [reply.trace.way for reply in found] == ways
    assert {r.key: (r.text, r.finish_reason) for r in found} == expected


def test_a_pair_on_which_the_models_code_fails_is_its_own_error_alone(
    model, about, replies, monkeypatch
):
    jobs = [about(n, n + 1) for n in (1, 3, 5)]
    real = pairs.Desk.prefix

    def failing(desk, pair):
        if pair.digest == prefix_digest(jobs[1].prefix):
            raise RuntimeError("shapes\ndo not fit")
        return real(desk, pair)

    monkeypatch.setattr(pairs.Desk, "prefix", failing)
    found = {reply.key: reply for reply in replies(model("llava", pairs_in_flight=3), jobs)}
    assert len(found) == 12
    errors = [found[key].error for key in jobs[1].keys]
    assert all("RuntimeError" in error for error in errors)
    assert {found[key].error for job in (jobs[0], jobs[2]) for key in job.keys} == {None}


def test_an_opening_that_is_lost_is_found_out_when_a_way_is_settled(
    model, about, replies, monkeypatch
):
    def lost(prefix, own):
        shared = decoding.common(own)
        return prefix, [suffix[shared:] for suffix in own] if shared >= 8 else list(own)

    monkeypatch.setattr(decoding, "_opened", lost)
    with pytest.warns(WayWarning, match="from asking alone"):
        found = replies(model("llava"), [about(1, 2)])
    assert {reply.trace.way for reply in found} == {"naive"}


@pytest.mark.parametrize("op", ["generate", "judge"])
def test_asking_alone_logs_nothing(op, model, about, replies, caplog):
    logging.getLogger("transformers").addHandler(caplog.handler)
    hf_logging.warning_once.cache_clear()  # what an earlier test was told is told again
    try:
        replies(model("llava", way="naive"), [about(1, 2, op=op), about(3, 4, temperature=0.7)])
        replies(model("llava"), [about(1, 2, op=op)])
    finally:
        logging.getLogger("transformers").removeHandler(caplog.handler)
    assert caplog.messages == []


def test_where_memory_ends_fewer_pairs_are_asked_at_once(model, about, replies, monkeypatch):
    from mindgraph.models.local import answering

    asked, real = [], answering.decode

    def short(prefixes, *given):
        asked.append(len(prefixes))
        if len(prefixes) > 1:
            raise torch.OutOfMemoryError("out of memory")
        return real(prefixes, *given)

    monkeypatch.setattr(answering, "decode", short)
    jobs = [about(n, n + 1) for n in range(1, 6)]
    found = replies(model("llava", pairs_in_flight=4), jobs)
    assert [reply.error for reply in found] == [None] * 20
    assert asked == [4, 2, 1, 1, 1, 1, 1]


def test_a_pair_for_which_there_is_no_memory_at_all_is_an_error(model, about, replies, monkeypatch):
    from mindgraph.models.local import answering

    def none(*given):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(answering, "decode", none)
    found = replies(model("llava", pairs_in_flight=2), [about(1, 2), about(3, 4)])
    assert len(found) == 8
    assert all("memory ended" in reply.error for reply in found)


# ---- models and jobs without pictures


def test_a_vision_model_is_asked_without_pictures_too(model, about, replies):
    jobs = [about(1, 2, pictures=False), about(1, 2), about(3, 4, pictures=False)]
    expected = texts(model("qwen2_5_vl", way="naive"), jobs, replies)
    found = replies(model("qwen2_5_vl"), jobs)
    assert {reply.key: (reply.text, reply.finish_reason) for reply in found} == expected
    assert {reply.trace.way for reply in found} == {"cascade"}
    assert found[0].trace.tokens_image == 0


def test_a_model_of_texts_answers_texts_and_refuses_pictures(model, about, replies):
    jobs = [about(1, 2, pictures=False), about(3, 4, pictures=False, op="judge")]
    expected = texts(model("text", way="naive"), jobs, replies)
    found = replies(model("text"), [*jobs, about(5, 6)])
    assert {r.key: (r.text, r.finish_reason) for r in found[:8]} == expected
    assert all("takes no pictures" in reply.error for reply in found[8:])
    assert all("set generate.pictures: false" in reply.error for reply in found[8:])


def test_whether_a_model_sees_is_known_before_its_weights_are_read(model, about):
    blind, seeing = model("text"), model("llava")
    assert (blind.sees, seeing.sees) == (False, True)
    assert blind.tokens(about(1, 2)) == Tokens()
    assert "_answering" not in vars(blind)


def test_a_job_without_suffixes_has_no_replies(model, about, replies):
    assert replies(model("llava"), [about(1, 2, suffixes=())]) == []
    assert "_answering" not in vars(model("llava"))


# ---- before anything is loaded


def test_nothing_heavy_is_imported_before_the_first_job(checkpoint):
    line = (
        "import sys; from mindgraph.models.local import TransformersModel; "
        "model = TransformersModel(weights=sys.argv[1], open_picture=None, device='cpu'); "
        "assert model.info and model.together == 1; "
        "print(sorted({'torch', 'transformers', 'torchvision'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", line, str(checkpoint("llava"))], capture_output=True, text=True
    )
    assert told.stdout.strip() == "[]", told.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"weights": "/no/such/folder"}, "no folder /no/such/folder; name a checkpoint's folder"),
        ({"weights": "org/model-2B"}, "pin it: give the commit"),
        ({"weights": "org/model-2B", "revision": "main"}, "'main' of org/model-2B is no commit"),
        ({"weights": "."}, r"no config\.json"),
        ({"dtype": "int4"}, "int4.*float32"),
        ({"way": "fast"}, "fast.*cascade"),
    ],
)
def test_what_cannot_be_as_asked_is_told_at_once(options, says, checkpoint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"weights": str(checkpoint("llava")), "open_picture": None, **options}
    with pytest.raises(UsageError, match=says):
        TransformersModel(**given)


def test_a_missing_library_is_told_with_the_command_that_installs_it(checkpoint, monkeypatch):
    monkeypatch.setattr(identity, "find_spec", lambda name: None if name == "torchvision" else 1)
    with pytest.raises(UsageError, match=r"torchvision; pip install 'mindgraph\[lvlm\]'"):
        TransformersModel(weights=str(checkpoint("llava")), open_picture=None)


def test_a_model_of_the_hub_is_who_its_revision_says():
    model = TransformersModel(
        weights="org/model-2B", revision="ab12" * 10, open_picture=None, device="cpu"
    )
    assert (model.info.model, model.info.revision) == ("org/model-2B", f"{'ab12' * 10} float32")


def test_jobs_of_different_sampling_are_not_mixed(model, about, replies):
    jobs = [about(1, 2), about(3, 4, max_tokens=2), about(5, 6, op="judge"), about(7, 8)]
    found = replies(model("llava", pairs_in_flight=4), jobs)
    assert [r.trace.tokens_out for r in found] == [6] * 4 + [2] * 4 + [0] * 4 + [6] * 4


def test_replies_come_before_all_jobs_are_known(model, about):
    async def first():
        given = []

        async def stream():
            for n in range(1, 9, 2):
                given.append(n)
                yield about(n, n + 1)

        replies = model("llava").run(stream())
        await replies.__anext__()
        await replies.aclose()
        return len(given)

    assert asyncio.run(first()) <= 2
