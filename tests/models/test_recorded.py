"""Replaying a record, and the records that cannot be replayed."""

from __future__ import annotations

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mindgraph.errors import DiskError, InputError, NotRecorded
from mindgraph.models import Job, ModelInfo, Part
from mindgraph.models.recorded import RecordedModel

ROW = {
    "key": "k1",
    "text": "they are both used for tea",
    "finish_reason": "stop",
    "backend": "api",
    "model": "m",
    "revision": "r",
}
ROWS = [ROW, {**ROW, "key": "k2", "text": "", "finish_reason": "nothing"}]


def asking(*keys):
    return Job((Part("text", "a"), Part("text", "b")), tuple(f"why {key}?" for key in keys), keys)


def written(path, rows):
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


@pytest.mark.parametrize("name", ["r.parquet", "r.jsonl", "r.jsonl.gz"])
def test_a_record_of_any_kind_is_replayed_word_for_word(tmp_path, replies, name):
    model = RecordedModel(written(tmp_path / name, ROWS))
    told = replies(model, [asking("k2", "k1")])
    assert [(reply.key, reply.text, reply.finish_reason) for reply in told] == [
        ("k2", "", "nothing"),
        ("k1", "they are both used for tea", "stop"),
    ]


@pytest.mark.parametrize("name", ["r.parquet", "r.jsonl"])
def test_the_model_that_answered_first_is_who_answers(tmp_path, name):
    assert RecordedModel(written(tmp_path / name, ROWS)).info == ModelInfo("api", "m", "r")


def test_a_record_may_hold_more_columns_and_the_same_row_twice(tmp_path, replies):
    rows = [{**row, "error": None, "place": 3} for row in ROWS + ROWS]
    model = RecordedModel(written(tmp_path / "r.parquet", rows))
    assert len(replies(model, [asking("k1")])) == 1


def test_a_new_question_is_refused_with_its_key_its_words_and_the_repair(tmp_path, replies):
    model = RecordedModel(written(tmp_path / "r.jsonl", ROWS))
    with pytest.raises(NotRecorded) as refused:
        replies(model, [asking("0123456789abcdef")])
    assert "0123456789ab" in str(refused.value)
    assert "0123456789abc;" not in str(refused.value)
    assert "why 0123456789abcdef?" in str(refused.value)
    assert "record it with the model that made the file" in str(refused.value)


BROKEN = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_text(""),
    "a folder": lambda path: path.mkdir(),
    "half a line": lambda path: path.write_text(json.dumps(ROW)[:20]),
    "no objects": lambda path: path.write_text("[1, 2]\n"),
    "not text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "a column less": lambda path: written(path, [{k: v for k, v in ROW.items() if k != "model"}]),
    "a null": lambda path: written(path, [{**ROW, "text": None}]),
    "a number": lambda path: written(path, [{**ROW, "key": 7}]),
    "two models": lambda path: written(path, [ROW, {**ROW, "key": "k3", "model": "other"}]),
    "two answers": lambda path: written(path, [ROW, {**ROW, "text": "they are both red"}]),
    "very deep": lambda path: path.write_text("[" * 200_000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_record_that_cannot_be_read_is_told_in_one_line(tmp_path, case):
    path = tmp_path / "r.jsonl"
    BROKEN[case](path)
    with pytest.raises(InputError) as refused:
        RecordedModel(path)
    assert str(path) in str(refused.value)
    assert ";" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("case", ["missing", "empty", "a folder", "a column less", "two models"])
def test_so_is_a_broken_parquet_record(tmp_path, case):
    path = tmp_path / "r.parquet"
    BROKEN[case](path)
    with pytest.raises(InputError, match=r"r\.parquet.*;"):
        RecordedModel(path)


@pytest.mark.parametrize("cut", [5, -5])
def test_so_is_a_record_that_was_cut_off_in_its_gzip(tmp_path, cut):
    path = written(tmp_path / "r.jsonl.gz", ROWS)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"r\.jsonl\.gz"):
        RecordedModel(path)


def test_the_log_counts_every_question_over_several_runs(tmp_path, replies):
    log = tmp_path / "asked.log"
    for _ in range(2):
        model = RecordedModel(written(tmp_path / "r.jsonl", ROWS), log)
        replies(model, [asking("k1", "k2"), asking("k1")])
    assert log.read_text().splitlines() == ["k1", "k2", "k1"] * 2


def test_the_log_holds_a_question_before_its_reply_is_given(tmp_path, replies):
    log = tmp_path / "asked.log"
    model = RecordedModel(written(tmp_path / "r.jsonl", ROWS), log)
    with pytest.raises(NotRecorded):
        replies(model, [asking("k1", "unknown", "k2")])
    assert log.read_text() == "k1\nunknown\n"


def test_two_readers_of_one_log_leave_whole_lines(tmp_path, replies):
    log = tmp_path / "asked.log"
    path = written(tmp_path / "r.jsonl", ROWS)
    first, second = RecordedModel(path, log), RecordedModel(path, str(log))
    for _ in range(50):
        replies(first, [asking("k1")])
        replies(second, [asking("k2")])
    assert set(log.read_text().splitlines()) == {"k1", "k2"}
    assert len(log.read_text().splitlines()) == 100


def test_a_log_that_cannot_be_written_stops_the_run(tmp_path, replies):
    model = RecordedModel(written(tmp_path / "r.jsonl", ROWS), tmp_path / "no" / "folder.log")
    with pytest.raises(DiskError, match=r"folder\.log"):
        replies(model, [asking("k1")])


def test_without_a_log_nothing_is_written(tmp_path, replies):
    model = RecordedModel(written(tmp_path / "r.jsonl", ROWS))
    replies(model, [asking("k1")])
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]
