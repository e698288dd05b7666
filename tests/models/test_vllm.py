"""What vLLM's engine is asked, shown on a stand-in that takes only the words the real one knows."""

from __future__ import annotations

import math
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import pytest
from PIL import Image

from mindgraph.errors import ModelError, UsageError
from mindgraph.models import Job, Part, Sampling, row_seed
from mindgraph.models.vllm import VLLMModel

COMMIT = "ab12" * 10
KEYS = tuple(letter * 64 for letter in "abcdef")
PICTURES = tuple(Part("image", sha * 64, f"{sha}.png") for sha in "12")


class SamplingParams:
    """Takes the knobs of the real one, and refuses any other."""

    def __init__(
        self,
        *,
        n,
        max_tokens,
        temperature,
        top_p,
        top_k,
        min_p,
        presence_penalty,
        frequency_penalty,
        repetition_penalty,
        seed,
        logprobs,
    ):
        self.told = {name: value for name, value in locals().items() if name != "self"}


class LLM:
    """Remembers how it was opened and what it was asked."""

    layer_types = ("full_attention", "full_attention")
    failing = None
    opened: LLM

    def __init__(
        self,
        *,
        model,
        revision,
        tokenizer_revision,
        trust_remote_code,
        generation_config,
        enable_prefix_caching,
        limit_mm_per_prompt,
        max_logprobs,
        logprobs_mode,
        disable_log_stats,
        seed,
        dtype,
        max_model_len,
        gpu_memory_utilization,
        tensor_parallel_size,
        max_num_seqs,
    ):
        self.told = {name: value for name, value in locals().items() if name != "self"}
        self.asked = []
        text = SimpleNamespace(layer_types=list(self.layer_types))
        config = SimpleNamespace(hf_config=SimpleNamespace(text_config=text))
        self.llm_engine = SimpleNamespace(model_config=config)
        self.looked_up = self.found = 0
        LLM.opened = self

    def get_metrics(self):
        return [
            SimpleNamespace(name="vllm:num_preemptions", value=0),
            SimpleNamespace(name="vllm:prefix_cache_queries", value=self.looked_up),
            SimpleNamespace(name="vllm:prefix_cache_hits", value=self.found),
        ]

    def chat(self, messages, sampling_params, use_tqdm):
        if self.failing:
            raise self.failing
        if any("too long" in str(message) for message in messages):
            raise ValueError("the prompt is longer than the model")
        assert len(messages) == len(sampling_params)
        self.asked.append((messages, [knobs.told for knobs in sampling_params]))
        self.looked_up += 100 * len(messages)
        self.found += 93 * len(messages)
        return [self._output(*row) for row in zip(messages, sampling_params, strict=True)]

    def _output(self, messages, knobs):
        text = messages[0]["content"][-1]["text"]
        first = SimpleNamespace(
            text=f"so: {text}", token_ids=[1, 2], finish_reason="stop", logprobs=None
        )
        if knobs.told["logprobs"]:
            shares = {7: (" Yes", 0.6), 8: ("No", 0.3), 9: ("Not", 0.05)}
            first.logprobs = [
                {
                    token: SimpleNamespace(decoded_token=word, logprob=math.log(share))
                    for token, (word, share) in shares.items()
                }
            ]
            first.text = " Yes"
        return SimpleNamespace(outputs=[first], prompt_token_ids=[0] * 100, num_cached_tokens=93)


@pytest.fixture
def engine(monkeypatch):
    """VLLM as far as it is asked; a class, so that a test can bend it."""
    stub = ModuleType("vllm")

    class Bent(LLM):
        pass

    stub.LLM, stub.SamplingParams, stub.__version__ = Bent, SamplingParams, "0.99"
    stub.__spec__ = ModuleSpec("vllm", None)
    monkeypatch.setitem(sys.modules, "vllm", stub)
    return Bent


def open_picture(path):
    return Image.new("RGB", (2, 2))


def model(**options):
    told = {"revision": COMMIT, "open_picture": open_picture, **options}
    return VLLMModel("shop/eye", **told)


def job(text="two mugs ", keys=KEYS[:2], **options):
    suffixes = tuple(f"why {number}?" for number in range(len(keys)))
    return Job((*PICTURES, Part("text", text)), suffixes, keys, **options)


def test_the_engine_is_opened_with_its_own_defaults_shut_out(engine, replies):
    replies(model(pairs_in_flight=3, dtype="bfloat16"), [job()])
    told = LLM.opened.told
    assert (told["model"], told["revision"], told["dtype"]) == ("shop/eye", COMMIT, "bfloat16")
    assert told["generation_config"] == "vllm"
    assert told["enable_prefix_caching"] is True
    assert told["trust_remote_code"] is False
    assert told["limit_mm_per_prompt"] == {"image": 2}
    assert told["max_num_seqs"] == 60
    assert told["max_logprobs"] >= 20
    assert told["logprobs_mode"] == "raw_logprobs"


def test_a_pairs_questions_are_adjacent_and_name_their_pictures(engine, replies):
    jobs = [job("one ", KEYS[:2]), job("two ", KEYS[2:4]), job("three ", KEYS[4:])]
    told = replies(model(pairs_in_flight=2), jobs)
    assert [len(messages) for messages, _ in LLM.opened.asked] == [4, 2]
    texts = [
        messages[0]["content"][-1]["text"] for batch, _ in LLM.opened.asked for messages in batch
    ]
    expected = [f"{name} why {number}?" for name in ("one", "two", "three") for number in (0, 1)]
    assert texts == expected
    for batch, _ in LLM.opened.asked:
        for messages in batch:
            (message,) = messages
            assert message["role"] == "user"
            assert [part.get("uuid") for part in message["content"]] == ["1" * 64, "2" * 64, None]
            assert isinstance(message["content"][0]["image_pil"], Image.Image)
    assert [reply.key for reply in told] == list(KEYS)
    assert told[0].text == "so: one why 0?"


KNOBS = {
    "n": 1,
    "max_tokens": 30,
    "temperature": 0.7,
    "top_p": 0.9,
    "top_k": 0,
    "min_p": 0.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "repetition_penalty": 1.0,
    "seed": row_seed(KEYS[0]) % (1 << 31),
    "logprobs": None,
}


def test_every_knob_is_named_and_each_question_has_a_seed_of_its_own(engine, replies):
    replies(model(), [job(sampling=Sampling(30, 0.7, 0.9))])
    ((_, knobs),) = LLM.opened.asked
    assert knobs[0] == KNOBS
    assert knobs[1] == {**KNOBS, "seed": row_seed(KEYS[1]) % (1 << 31)}


def test_the_likeliest_reply_needs_no_seed(engine, replies):
    replies(model(), [job()])
    ((_, knobs),) = LLM.opened.asked
    assert (knobs[0]["temperature"], knobs[0]["seed"]) == (0.0, None)


def test_a_judge_reads_the_alternatives_of_one_token(engine, replies):
    told = replies(model(), [job(op="judge", sampling=Sampling(30, 0.7, 0.9))])
    ((_, knobs),) = LLM.opened.asked
    assert (knobs[0]["max_tokens"], knobs[0]["logprobs"], knobs[0]["top_p"]) == (1, 20, 1.0)
    assert (told[0].text, told[0].finish_reason) == (" Yes", "judged")
    assert told[0].p_yes == pytest.approx(2 / 3)
    assert told[0].mass == pytest.approx(0.9)


def test_the_trace_says_how_much_of_the_prefix_was_shared(engine, replies):
    trace = replies(model(), [job()])[0].trace
    assert (trace.way, trace.engine) == ("vllm prefix cache 0.93", "vllm 0.99")
    assert (trace.tokens_in, trace.tokens_cached, trace.tokens_out) == (100, 93, 2)


def test_an_engine_that_does_not_count_has_no_rate(engine, replies):
    engine.get_metrics = None
    del engine.get_metrics
    engine.get_metrics = property(lambda self: (_ for _ in ()).throw(AttributeError))
    assert replies(model(), [job()])[0].trace.way == "vllm"


def test_a_hybrid_is_warned_of(engine, replies):
    engine.layer_types = ("linear_attention", "full_attention")
    with pytest.warns(UserWarning, match="shop/eye has layers of linear_attention"):
        replies(model(), [job()])


def test_full_attention_is_not_warned_of(engine, replies):
    engine.layer_types = ("full_attention", "sliding_attention")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        replies(model(), [job()])


def test_a_prompt_that_does_not_fit_costs_no_other_its_answer(engine, replies):
    jobs = [job("one ", KEYS[:2]), job("too long ", KEYS[2:3]), job("three ", KEYS[3:])]
    told = replies(model(), jobs)
    assert [reply.key for reply in told] == list(KEYS)
    failed = [reply for reply in told if reply.error]
    assert [(reply.key, reply.finish_reason) for reply in failed] == [(KEYS[2], "error")]
    assert "longer than the model" in failed[0].error


def test_an_engine_that_dies_ends_the_run(engine, replies):
    engine.failing = RuntimeError("out of memory")
    with pytest.raises(ModelError, match="out of memory"):
        replies(model(), [job()])


def test_a_picture_that_cannot_be_opened_fails_its_own_pair(engine, replies):
    def door(path):
        if path.name == "1.png":
            raise OSError("no such file")
        return open_picture(path)

    other = Job((Part("text", "a mug "),), ("why?",), KEYS[3:4])
    told = {reply.key: reply for reply in replies(model(open_picture=door), [job(), other])}
    assert [told[key].error for key in (KEYS[0], KEYS[1], KEYS[3])] == [
        "no such file",
        "no such file",
        None,
    ]


def test_without_vllm_no_model_is_made_and_what_to_install_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UsageError, match=r"needs vLLM; pip install 'mindgraph\[vllm\]'"):
        model()


def test_a_vllm_that_cannot_be_imported_is_told_at_the_first_job(engine, monkeypatch, replies):
    one = model()
    monkeypatch.setitem(sys.modules, "vllm", None)
    assert one.tokens(job()).image > 0
    with pytest.raises(UsageError, match=r"mindgraph\[vllm\]"):
        replies(one, [job()])


@pytest.mark.parametrize(
    "option", [{"device": "cpu"}, {"way": "cascade"}, {"threads": 2}, {"stacked": True}]
)
def test_what_the_engine_decides_itself_is_refused(option):
    with pytest.raises(UsageError, match=f"decides {next(iter(option))} itself"):
        model(**option)


def test_as_many_pairs_as_suit_the_engine_are_read_unless_told(engine, replies):
    assert model(device="auto", way="auto", threads=None, stacked=None).together == 16
    assert model(pairs_in_flight=3).together == 3


@pytest.mark.parametrize("revision", [None, "main"])
def test_a_hubs_id_must_be_pinned(engine, revision):
    with pytest.raises(UsageError, match=r"revision"):
        model(revision=revision)


def test_a_folder_is_told_by_its_bytes(engine, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "eye"}')
    one = VLLMModel(str(tmp_path), open_picture=open_picture)
    (tmp_path / "config.json").write_text('{"model_type": "eye", "a": 1}')
    other = VLLMModel(str(tmp_path), open_picture=open_picture)
    assert (one.info.backend, one.info.model) == ("vllm", "eye")
    assert one.info.revision != other.info.revision
