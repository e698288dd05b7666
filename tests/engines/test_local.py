"""The engine of one machine: stages run once, continue where they were cut short, and count.

- A stage that ended is not run again; one cut short goes on at its first missing shard.
- The bytes of a stage are the same, whether it was cut short or not.
- An answered question is never asked again; a failed one is, and a new row asks only itself.
- At every stage in = out + dropped; a full disk is one line.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.engines import BatchMap, File, Rel, Stage, Table
from mindgraph.engines.files import open_file
from mindgraph.engines.local import LocalEngine, exact
from mindgraph.errors import CountError, DiskError, InputError, MindgraphError
from mindgraph.records import REJECTED, Outcome, rejected

NUMBER = pa.schema([("n", pa.int64())])
REPLY = pa.schema([("key", pa.string()), ("text", pa.string()), ("error", pa.string())])


class PowerCut(Exception):  # noqa: N818 - what happens to a run, not what is wrong with it
    """The process ends here."""


class Work:
    """A worker's history: what it was given, and where it is cut short."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.batches: list[list[Any]] = []
        self.made = 0
        self.cut_at = cut_at

    def begun(self, rows: list[Any]) -> None:
        if len(self.batches) == self.cut_at:
            raise PowerCut
        self.batches.append(rows)

    @property
    def rows(self) -> list[Any]:
        return [row for batch in self.batches for row in batch]


@pytest.fixture
def engine(tmp_path: Path) -> LocalEngine:
    return LocalEngine(tmp_path / "run")


def numbers(rows: int, name: str = "numbers", **more: Any) -> Rel:
    """A stage of the numbers 0 to rows - 1."""
    sql = f"SELECT range AS n FROM range({rows})"
    return Rel(name, {}, {"out": sql}, "out", f"SELECT {rows}", **more)


def halved(work: Work, source: Stage, batch: int = 10, **more: Any) -> BatchMap:
    """A stage that keeps even numbers and drops odd ones."""

    def worker(rows: pa.RecordBatch) -> Outcome:
        given = rows["n"].to_pylist()
        work.begun(given)
        even = [{"n": n} for n in given if n % 2 == 0]
        odd = [{"reason": f"odd {n % 4}", "item": str(n)} for n in given if n % 2]
        tables = {"out": pa.Table.from_pylist(even, NUMBER), "rejected": rejected(odd)}
        return Outcome(len(given), tables)

    def make(sides: Mapping[str, pa.RecordBatchReader]) -> Callable[[pa.RecordBatch], Outcome]:
        work.made += 1
        return worker

    return BatchMap(
        name="halved",
        make=make,
        outputs={"out": NUMBER, "rejected": REJECTED},
        main="out",
        reads={"numbers": (Table(source, "out"),)},
        select="SELECT n FROM numbers ORDER BY n",
        batch=batch,
        **more,
    )


def next_build(engine: LocalEngine) -> LocalEngine:
    """The engine of another build of the same run."""
    return LocalEngine(engine.stages.parent)


def run(engine: LocalEngine, *stages: Stage) -> dict[str, Any]:
    """Run stages in order; the counts of the last, without its times."""
    counts: dict[str, Any] = {}
    for stage in stages:
        counts = engine.run(stage)
    return {name: counts[name] for name in ("in", "out", "dropped", "rows")}


def column(engine: LocalEngine, stage: Stage, name: str = "n", output: str = "out") -> list[Any]:
    files = engine.files(Table(stage, output))
    return [value for file in files for value in pq.read_table(file)[name].to_pylist()]


def bytes_of(engine: LocalEngine, stage: Stage) -> dict[str, bytes]:
    folder = engine.ledger(stage).folder
    files = sorted(folder.glob("[0-9]*/*.parquet"))
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


# ---- stages run, once


def test_sql_reads_its_tables_and_settings_and_is_not_run_again(engine: LocalEngine) -> None:
    source = numbers(100)
    small = Rel(
        name="small",
        reads={"numbers": (Table(source, "out"),)},
        outputs={
            "out": "SELECT n FROM numbers, settings WHERE n < top ORDER BY n",
            "rejected": "SELECT 'too large' AS reason FROM numbers, settings WHERE n >= top",
        },
        main="out",
        seen="SELECT count(*) FROM numbers",
        settings={"top": 30, "note": "it's; DROP TABLE numbers"},
    )
    counts = run(engine, source, small)
    assert counts == {
        "in": 100,
        "out": 30,
        "dropped": {"too large": 70},
        "rows": {"out": 30, "rejected": 70},
    }
    assert column(engine, small) == list(range(30))
    before = {file: Path(file).stat().st_mtime_ns for file in engine.files(Table(small, "out"))}
    assert run(engine, source, small) == counts
    assert {file: Path(file).stat().st_mtime_ns for file in before} == before


def test_a_callable_is_given_its_rows_in_batches_and_is_not_run_again(engine: LocalEngine) -> None:
    work, source = Work(), numbers(25)
    stage = halved(work, source)
    counts = run(engine, source, stage)
    assert counts == {
        "in": 25,
        "out": 13,
        "dropped": {"odd 1": 6, "odd 3": 6},
        "rows": {"out": 13, "rejected": 12},
    }
    assert work.batches == [list(range(10)), list(range(10, 20)), list(range(20, 25))]
    assert work.made == 1
    assert column(engine, stage) == list(range(0, 25, 2))
    assert run(engine, source, stage) == counts
    assert (len(work.batches), work.made) == (3, 1)


def test_several_tables_under_one_name_are_read_as_one(engine: LocalEngine) -> None:
    one, two = numbers(3, "one"), numbers(2, "two")
    both = Rel(
        name="both",
        reads={"many": (Table(one, "out"), Table(two, "out"))},
        outputs={"out": "SELECT n FROM many"},
        main="out",
        seen="SELECT count(*) FROM many",
    )
    assert run(engine, one, two, both)["out"] == 5
    assert sorted(column(engine, both)) == [0, 0, 1, 1, 2]


def test_a_callable_may_look_things_up_in_tables_beside_its_rows(engine: LocalEngine) -> None:
    source, known = numbers(6), numbers(3, "known")

    def make(sides: Mapping[str, pa.RecordBatchReader]) -> Callable[[pa.RecordBatch], Outcome]:
        held = {n for batch in sides["known"] for n in batch["n"].to_pylist()}

        def worker(rows: pa.RecordBatch) -> Outcome:
            found = [{"n": n} for n in rows["n"].to_pylist() if n in held]
            return Outcome(len(found), {"out": pa.Table.from_pylist(found, NUMBER)})

        return worker

    stage = replace(
        halved(Work(), source),
        make=make,
        outputs={"out": NUMBER},
        sides={"known": (Table(known, "out"),)},
    )
    assert run(engine, source, known, stage)["out"] == 3
    assert column(engine, stage) == [0, 1, 2]


def lines_of(work: Work, file: File, batch: int = 2) -> BatchMap:
    """A stage that reads the column `n` of a file."""

    def worker(rows: pa.RecordBatch) -> Outcome:
        given = rows.to_pylist()
        work.begun([row["n"] for row in given])
        bad = [{"reason": "malformed row", "row": row["_row"]} for row in given if row["_error"]]
        good = [{"n": int(row["n"])} for row in given if not row["_error"]]
        tables = {"out": pa.Table.from_pylist(good, NUMBER), "rejected": rejected(bad)}
        return Outcome(len(given), tables)

    return BatchMap(
        name="lines",
        make=lambda sides: worker,
        outputs={"out": NUMBER, "rejected": REJECTED},
        main="out",
        file=file,
        batch=batch,
    )


def test_a_stage_may_read_a_file_bad_rows_and_all(engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("n\n1\n2\n3,3\n4\n5\n")
    work = Work()
    stage = lines_of(work, open_file(tmp_path / "n.csv"))
    assert run(engine, stage) == {
        "in": 5,
        "out": 4,
        "dropped": {"malformed row": 1},
        "rows": {"out": 4, "rejected": 1},
    }
    assert [len(batch) for batch in work.batches] == [2, 2, 1]
    assert column(engine, stage, "row", "rejected") == [3]


@pytest.mark.parametrize("content", ["", "n\n"])
def test_a_file_without_rows_is_a_reason_of_its_own(
    engine: LocalEngine, tmp_path: Path, content: str
) -> None:
    (tmp_path / "n.csv").write_text(content)
    stage = lines_of(Work(), open_file(tmp_path / "n.csv"))
    assert run(engine, stage) == {
        "in": 1,
        "out": 0,
        "dropped": {"empty file": 1},
        "rows": {"out": 0, "rejected": 1},
    }
    assert column(engine, stage, "file", "rejected") == [str(tmp_path / "n.csv")]


def test_no_rows_from_another_stage_are_no_error(engine: LocalEngine) -> None:
    source = numbers(0)
    stage = halved(Work(), source)
    assert run(engine, source, stage) == {
        "in": 0,
        "out": 0,
        "dropped": {},
        "rows": {"out": 0, "rejected": 0},
    }
    assert column(engine, stage) == []


def test_progress_is_told_row_by_row_and_never_of_a_stage_that_ended(tmp_path: Path) -> None:
    told: Counter[str] = Counter()
    engine = LocalEngine(tmp_path, progress=lambda name, rows: told.update({name: rows}))
    source = numbers(25)
    for _ in range(2):
        run(engine, source, halved(Work(), source))
        assert told == {"numbers": 25, "halved": 25}


def test_a_run_folder_may_have_any_name(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path / "it's [a] *run*?")
    source = numbers(25)
    stage = halved(Work(), source)
    assert run(engine, source, stage)["out"] == 13
    assert engine.files(Table(stage, "out"))[0].startswith(str(tmp_path / "it's [a] *run*?"))


# ---- cut short


@pytest.mark.parametrize("cut_at", range(5))
def test_a_stage_cut_short_goes_on_at_its_first_missing_shard(tmp_path: Path, cut_at: int) -> None:
    source, undisturbed = numbers(45), LocalEngine(tmp_path / "undisturbed")
    whole = run(undisturbed, source, halved(Work(), source))
    engine, first, second = LocalEngine(tmp_path / "cut"), Work(cut_at), Work()
    with pytest.raises(PowerCut):
        run(engine, source, halved(first, source))
    stage = halved(second, source)
    assert run(engine, stage) == whole
    assert len(first.batches) == cut_at
    assert first.batches + second.batches == [
        list(range(n, min(n + 10, 45))) for n in range(0, 45, 10)
    ]
    assert bytes_of(engine, stage) == bytes_of(undisturbed, stage)


def test_a_stage_cut_short_again_and_again_still_ends(tmp_path: Path) -> None:
    source, undisturbed = numbers(45), LocalEngine(tmp_path / "undisturbed")
    engine, worked = LocalEngine(tmp_path / "cut"), []
    run(undisturbed, source, halved(Work(), source))
    run(engine, source)
    for _ in range(5):
        work = Work(cut_at=1)
        with suppress(PowerCut):
            run(engine, halved(work, source))
        worked += work.batches
    stage = halved(Work(0), source)
    assert run(engine, stage)["in"] == 45
    assert worked == [list(range(n, min(n + 10, 45))) for n in range(0, 45, 10)]
    assert bytes_of(engine, stage) == bytes_of(undisturbed, stage)


def test_a_file_that_is_read_goes_on_at_its_first_missing_shard(
    engine: LocalEngine, tmp_path: Path
) -> None:
    (tmp_path / "n.csv").write_text("n\n1\n2,2\n3\n4\n5\n")
    file = open_file(tmp_path / "n.csv")
    with pytest.raises(PowerCut):
        run(engine, lines_of(Work(1), file))
    work = Work()
    assert run(engine, lines_of(work, file))["in"] == 5
    assert work.batches == [["3", "4"], ["5"]]


def test_a_stage_whose_rows_have_no_order_starts_again(tmp_path: Path) -> None:
    source, undisturbed = numbers(45), LocalEngine(tmp_path / "undisturbed")
    whole = run(undisturbed, source, halved(Work(), source, ordered=False))
    engine, work = LocalEngine(tmp_path / "cut"), Work()
    with pytest.raises(PowerCut):
        run(engine, source, halved(Work(3), source, ordered=False))
    stage = halved(work, source, ordered=False)
    assert run(engine, stage) == whole
    assert len(work.batches) == 5
    assert bytes_of(engine, stage) == bytes_of(undisturbed, stage)


def test_sql_that_was_cut_short_starts_again(tmp_path: Path) -> None:
    engine, source = LocalEngine(tmp_path), numbers(45)
    draft = engine.ledger(source).draft("000000")
    (draft / "out.parquet").write_bytes(b"PAR1 half")
    assert run(engine, source)["out"] == 45


def test_a_changed_input_is_worked_from_the_start(engine: LocalEngine) -> None:
    for rows in (20, 30):
        work, source = Work(), numbers(rows)
        run(engine, source, halved(work, source))
        assert len(work.rows) == rows


# ---- questions to a model


def asked(work: Work, answer: Callable[[str], dict[str, Any]], source: Stage) -> BatchMap:
    """A stage that asks a model about each number that has no answer yet."""

    def worker(rows: pa.RecordBatch) -> Outcome:
        keys = rows["key"].to_pylist()
        work.begun(keys)
        replies = [{"key": key, **answer(key)} for key in keys]
        return Outcome(len(keys), {"out": pa.Table.from_pylist(replies, REPLY)})

    return BatchMap(
        name="asked",
        make=lambda sides: worker,
        outputs={"out": REPLY},
        main="out",
        reads={"numbers": (Table(source, "out"),)},
        select=(
            "SELECT CAST(n AS VARCHAR) AS key FROM numbers WHERE CAST(n AS VARCHAR) NOT IN "
            "(SELECT key FROM published WHERE error IS NULL) ORDER BY n"
        ),
        batch=4,
        key="key",
    )


def says(key: str) -> dict[str, Any]:
    return {"text": f"about {key}"}


def fails(key: str) -> dict[str, Any]:
    return {"error": "timeout"} if int(key) % 3 == 0 else says(key)


def test_an_answered_question_is_never_asked_again(engine: LocalEngine) -> None:
    source, first, second = numbers(10), Work(), Work()
    stage = asked(first, says, source)
    counts = run(engine, source, stage)
    assert first.rows == [str(n) for n in range(10)]
    ended = (engine.ledger(stage).folder / "done.json").stat().st_mtime_ns
    assert run(next_build(engine), asked(second, says, source)) == counts
    assert second.batches == []
    assert (engine.ledger(stage).folder / "done.json").stat().st_mtime_ns == ended


def test_a_new_row_asks_only_itself(engine: LocalEngine) -> None:
    source, more, work = numbers(10), numbers(12), Work()
    run(engine, source, asked(Work(), says, source))
    stage = asked(work, says, more)
    assert run(next_build(engine), more, stage)["out"] == 12
    assert work.rows == ["10", "11"]
    assert sorted(column(engine, stage, "key")) == sorted(str(n) for n in range(12))


def test_a_failed_question_is_asked_again_and_no_other(engine: LocalEngine) -> None:
    source, work = numbers(10), Work()
    run(engine, source, asked(Work(), fails, source))
    stage = asked(work, says, source)
    run(next_build(engine), stage)
    assert work.rows == ["0", "3", "6", "9"]
    told = [
        row for file in engine.files(Table(stage, "out")) for row in pq.read_table(file).to_pylist()
    ]
    assert Counter(row["key"] for row in told if row["error"] is None) == Counter(
        map(str, range(10))
    )
    last = Work()
    run(next_build(engine), asked(last, says, source))
    assert last.batches == []


def test_within_one_build_a_model_is_asked_once_also_where_it_failed(engine: LocalEngine) -> None:
    source, work = numbers(10), Work()
    for _ in range(2):
        run(engine, source, asked(work, fails, source))
    assert work.rows == [str(n) for n in range(10)]


def test_questions_cut_short_go_on_with_those_that_have_no_answer(engine: LocalEngine) -> None:
    source, first, second = numbers(10), Work(2), Work()
    with pytest.raises(PowerCut):
        run(engine, source, asked(first, says, source))
    stage = asked(second, says, source)
    assert run(engine, stage)["out"] == 10
    assert first.rows + second.rows == column(engine, stage, "key") == [str(n) for n in range(10)]


def test_no_question_at_all_is_no_error(engine: LocalEngine) -> None:
    source = numbers(0)
    assert run(engine, source, asked(Work(), says, source))["out"] == 0


# ---- counts


def losing(work: Work, source: Stage) -> BatchMap:
    """A stage whose worker loses the row 13."""
    kept = halved(work, source)
    whole = kept.make({})

    def worker(rows: pa.RecordBatch) -> Outcome:
        outcome = whole(rows)
        left_out = outcome.tables["rejected"]
        mask = pa.array([item != "13" for item in left_out["item"].to_pylist()], pa.bool_())
        return Outcome(outcome.seen, {**outcome.tables, "rejected": left_out.filter(mask)})

    return replace(kept, make=lambda sides: worker)


def test_a_worker_that_loses_a_row_ends_the_run(engine: LocalEngine) -> None:
    source = numbers(25)
    with pytest.raises(CountError, match="halved: 10 rows in a batch, but 9 accounted for"):
        run(engine, source, losing(Work(), source))
    assert engine.ledger(losing(Work(), source)).counts() is None
    assert column(engine, losing(Work(), source)) == [0, 2, 4, 6, 8]


def test_sql_that_loses_a_row_ends_the_run_each_time(engine: LocalEngine) -> None:
    source = numbers(25)
    stage = Rel(
        name="lossy",
        reads={"numbers": (Table(source, "out"),)},
        outputs={
            "out": "SELECT n FROM numbers WHERE n < 10",
            "rejected": "SELECT 'large' AS reason FROM numbers WHERE n > 10",
        },
        main="out",
        seen="SELECT count(*) FROM numbers",
    )
    for _ in range(2):
        with pytest.raises(
            CountError, match=r"lossy: 25 in, but 10 out and \{'large': 14\} dropped"
        ):
            run(engine, source, stage)


# ---- batches


@given(
    st.lists(st.integers(0, 12), max_size=8),
    st.integers(1, 10),
)
def test_batches_are_cut_anew_with_no_row_lost_or_turned(sizes: list[int], size: int) -> None:
    def given_batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for rows in sizes:
            yield pa.RecordBatch.from_pydict({"n": range(start, start + rows)}, NUMBER)
            start += rows

    batches = list(exact(given_batches(), size))
    assert [n for batch in batches for n in batch["n"].to_pylist()] == list(range(sum(sizes)))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert all(0 < len(batch) <= size for batch in batches)


# ---- a full disk, and other ends


def full(*told: Any, **more: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("what", [(os, "fsync"), (pq, "ParquetWriter")], ids=["fsync", "writer"])
def test_a_full_disk_is_one_line_and_the_next_run_goes_on(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, what: tuple[Any, str]
) -> None:
    work, source = Work(), numbers(25)
    for stage in (source, halved(work, source)):
        with monkeypatch.context() as patched:
            patched.setattr(*what, full)
            with pytest.raises(DiskError) as caught:
                engine.run(stage)
        told = str(caught.value)
        assert told.startswith(str(engine.ledger(stage).folder))
        assert "No space left on device" in told
        assert "free some space and run the build again" in told
        assert "\n" not in told
        assert column(engine, stage) == []
        engine.run(stage)
    assert column(engine, halved(work, source)) == list(range(0, 25, 2))


def test_a_disk_that_is_full_at_the_very_end_of_a_stage_is_one_line_too(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, sync, left = numbers(25), os.fsync, 3  # its file, its draft's names, its name

    def soon_full(handle: int) -> None:
        nonlocal left
        left -= 1
        full() if left < 0 else sync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", soon_full)
        with pytest.raises(DiskError, match="No space left"):
            engine.run(source)
    assert left == -1
    assert column(engine, source) == list(range(25))
    assert engine.ledger(source).counts() is None
    assert run(engine, source)["out"] == 25


@pytest.mark.parametrize("words", [(), ("refused",), (errno.ECONNREFUSED, "refused")])
@pytest.mark.parametrize("kind", [TimeoutError, OSError, ValueError])
def test_an_error_that_is_no_full_disk_is_itself(
    engine: LocalEngine, kind: type[Exception], words: tuple[Any, ...]
) -> None:
    def worker(rows: pa.RecordBatch) -> Outcome:
        raise kind(*words)

    source = numbers(3)
    stage = replace(halved(Work(), source), make=lambda sides: worker)
    with pytest.raises(kind) as caught:
        run(engine, source, stage)
    assert caught.value.args == words


def test_an_input_error_within_a_stage_is_itself(engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("n,n\n1,1\n")
    with pytest.raises(InputError, match="two columns are named 'n'"):
        run(engine, lines_of(Work(), open_file(tmp_path / "n.csv")))


def test_what_the_disk_says_is_an_error_of_mindgraph() -> None:
    assert issubclass(DiskError, MindgraphError)
    assert DiskError.exit_code == 1


# ---- what is kept


def test_a_sweep_keeps_what_the_plan_reads_and_every_reply(engine: LocalEngine) -> None:
    source, old = numbers(5), numbers(7)
    kept, gone = halved(Work(), source), halved(Work(), old)
    replies = asked(Work(), says, old)
    run(engine, source, old, kept, gone, replies)
    engine.spill.mkdir(exist_ok=True)
    engine.sweep([source, kept])
    assert {folder.name for folder in engine.stages.iterdir()} == {
        engine.ledger(stage).folder.name for stage in (source, kept, replies)
    }
    assert not engine.spill.exists()
    assert len(column(engine, replies, "key")) == 7
