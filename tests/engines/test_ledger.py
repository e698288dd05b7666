"""The ledger: a shard that has its name is whole, whenever the process was killed.

- What was not published is not seen, and is swept when the ledger is opened again.
- Equal rows are equal bytes, however they were cut into batches.
- A small file is replaced in one step.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mindgraph.engines.ledger import ROW_GROUP, Ledger, write_durably, write_table

SCHEMA = pa.schema([("x", pa.string()), ("n", pa.int64()), ("some", pa.list_(pa.string()))])
SCHEMAS = {"out": SCHEMA, "rejected": pa.schema([("reason", pa.string())])}


def table(rows: int, start: int = 0) -> pa.Table:
    places = range(start, start + rows)
    columns = [
        pa.array([None if place % 7 == 0 else f"x{place * 7919 % 600_011}" for place in places]),
        pa.array([None if place % 5 == 0 else place for place in places], pa.int64()),
        pa.array([["a", "b"][: place % 3] for place in places], pa.list_(pa.string())),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ---- shards


def test_a_draft_is_not_seen_until_it_is_published(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "stage")
    draft = ledger.draft("000000")
    write_table(draft / "out.parquet", SCHEMA, [table(3)])
    assert not ledger.has("000000")
    assert ledger.files("out") == []
    ledger.publish("000000")
    assert ledger.has("000000")
    assert ledger.files("out") == [str(tmp_path / "stage/000000/out.parquet")]
    assert names(tmp_path / "stage") == {"000000"}


def test_what_a_killed_run_left_is_swept_when_the_ledger_is_opened_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.write("000000", SCHEMAS, {"out": table(3)})
    (ledger.draft("000001") / "out.parquet").write_bytes(b"half")
    assert Ledger(tmp_path).files("out") == ledger.files("out")
    assert names(tmp_path) == {"000000"}


def test_a_draft_starts_empty_even_where_one_was_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    (ledger.draft("000000") / "more.parquet").write_bytes(b"half")
    assert list(ledger.draft("000000").iterdir()) == []


def test_a_shard_holds_every_output_and_one_without_rows_is_an_empty_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.write("000000", SCHEMAS, {"out": table(3)})
    assert pq.read_table(ledger.files("out")[0]) == table(3)
    (left_out,) = ledger.files("rejected")
    assert pq.read_table(left_out) == SCHEMAS["rejected"].empty_table()


def test_a_shard_that_cannot_be_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path)
    ledger.write("000000", SCHEMAS, {"out": table(3)})
    synced = 0

    def full(handle: int) -> None:
        nonlocal synced
        synced += 1
        if synced == broken_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for broken_at in (1, 2, 3):  # the two files of a shard, then the names in its folder
        synced = 0
        with pytest.raises(OSError, match="No space left"):
            ledger.write("000001", SCHEMAS, {"out": table(3)})
        assert synced == broken_at
        assert not ledger.has("000001")
    assert len(Ledger(tmp_path).files("out")) == 1
    assert names(tmp_path) == {"000000"}


def test_shards_are_read_in_their_order_and_named_after_the_last(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.next_shard() == "000000"
    for shard in ("000010", "000002", "000000"):
        ledger.write(shard, SCHEMAS, {"out": table(1)})
    ledger.draft("000020")
    assert [Path(file).parent.name for file in ledger.files("out")] == [
        "000000",
        "000002",
        "000010",
    ]
    assert ledger.next_shard() == "000011"


def test_shards_can_be_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.write("000000", SCHEMAS, {"out": table(1)})
    ledger.clear()
    assert ledger.files("out") == []
    assert not ledger.has("000000")


def test_a_stage_has_counts_once_it_ended(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.counts() is None
    ledger.finish({"in": 3, "dropped": {"générique": 1}})
    assert Ledger(tmp_path).counts() == {"in": 3, "dropped": {"générique": 1}}


WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from mindgraph.engines.ledger import Ledger

schema = pa.schema([("n", pa.int64())])
for shard in range(10_000):
    rows = pa.table({"n": range(shard * 1000, shard * 1000 + 1000)}, schema)
    Ledger(Path(sys.argv[1])).write(f"{shard:06}", {"out": schema}, {"out": rows})
"""


def test_after_a_kill_at_any_moment_every_shard_is_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    for trial in range(4):
        folder = tmp_path / str(trial)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
        while not (folder / "000000").exists():
            assert writer.poll() is None
            time.sleep(0.01)
        time.sleep(chance.random() / 5)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        files = Ledger(folder).files("out")
        assert [Path(file).parent.name for file in files] == [f"{n:06}" for n in range(len(files))]
        for place, file in enumerate(files):
            assert pq.read_table(file)["n"].to_pylist()[::999] == [place * 1000, place * 1000 + 999]


# ---- tables


def cut(rows: pa.Table, sizes: list[int]) -> list[pa.Table]:
    batches, at, turn = [], 0, 0
    while at < rows.num_rows:
        batches.append(rows.slice(at, sizes[turn % len(sizes)]))
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    return batches


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 3000), st.lists(st.integers(1, 1000), min_size=1, max_size=4))
def test_equal_rows_are_equal_bytes_however_they_were_cut(
    tmp_path: Path, rows: int, sizes: list[int]
) -> None:
    whole = table(rows)
    assert write_table(tmp_path / "a", SCHEMA, [whole]) == rows
    assert write_table(tmp_path / "b", SCHEMA, cut(whole, sizes)) == rows
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_more_rows_than_a_row_group_holds_are_equal_bytes_too(tmp_path: Path) -> None:
    whole = table(2 * ROW_GROUP + 1000)
    write_table(tmp_path / "whole", SCHEMA, [whole])
    expected = (tmp_path / "whole").read_bytes()
    for sizes in ([50_000], [ROW_GROUP], [ROW_GROUP + 1, 7, 30_000], [4096, 99_999]):
        write_table(tmp_path / "cut", SCHEMA, cut(whole, sizes))
        assert (tmp_path / "cut").read_bytes() == expected
    file = pq.ParquetFile(tmp_path / "whole")
    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [ROW_GROUP, ROW_GROUP, 1000]
    assert file.read() == whole


def test_a_table_without_batches_has_its_columns(tmp_path: Path) -> None:
    assert write_table(tmp_path / "out.parquet", SCHEMA, []) == 0
    assert pq.read_table(tmp_path / "out.parquet") == SCHEMA.empty_table()


def test_columns_are_written_as_the_schema_says(tmp_path: Path) -> None:
    narrow = pa.table({"n": pa.array([1, 2], pa.int32())})
    wanted = pa.schema([("n", pa.int64())])
    write_table(tmp_path / "out.parquet", wanted, [narrow])
    assert pq.read_schema(tmp_path / "out.parquet") == wanted


# ---- small files


def test_a_small_file_is_replaced_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "done.json"
    write_durably(path, "first")
    write_durably(path, "zweite Fassung: ü")
    assert path.read_text(encoding="utf-8") == "zweite Fassung: ü"
    assert names(tmp_path) == {"done.json"}

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, "third")
    assert path.read_text(encoding="utf-8") == "zweite Fassung: ü"


def test_what_is_written_is_synced_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "done.json", []
    sync = os.fsync

    def watched(handle: int) -> None:
        seen.append(path.exists())
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write_durably(path, "text")
    assert seen == [False, True]  # the file under its draft's name, then the folder


def test_notes_of_a_shard_in_hand_outlive_a_kill_but_for_half_a_line(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "stage")
    assert ledger.noted() == {}
    ledger.note("replies", {"key": "a", "text": "é\n"})
    ledger.note("ahead", {"key": "b", "text": None})
    with (tmp_path / "stage/notes.jsonl").open("a") as file:
        file.write('["replies", {"key": "c", "te')
    again = Ledger(tmp_path / "stage")
    assert again.noted() == {
        "replies": [{"key": "a", "text": "é\n"}],
        "ahead": [{"key": "b", "text": None}],
    }
    again.forget_notes()
    assert again.noted() == {}
