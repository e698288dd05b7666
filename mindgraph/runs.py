"""A run is a folder: built, continued, checked beforehand.

`build` brings every stage of a plan to its end, then publishes what outsiders may read: nodes,
edges, rejected rows, the store and the manifest. Started again it continues; nothing that ended
is done twice.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mindgraph import __version__
from mindgraph.config import Config, load_config
from mindgraph.engines import BatchMap, Stage, Table
from mindgraph.engines import plan as ordered
from mindgraph.engines.files import open_file
from mindgraph.engines.ledger import sync_folder, write_durably, write_table
from mindgraph.engines.local import LocalEngine, Progress
from mindgraph.errors import DiskError, InputError, ModelError, RunError, UsageError
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.pipeline import Plan, model_of, stages
from mindgraph.pipeline.report import REPORT, write_report
from mindgraph.products.fetching import latest_answers
from mindgraph.reasons import REASONS
from mindgraph.records import REJECTED
from mindgraph.resources import config_path
from mindgraph.stores import STORE_FILE, ladybug
from mindgraph.text import clean

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Left:
    """Rows of one stage left out for one reason, and the first of them, a line each."""

    stage: str
    reason: str
    count: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Built:
    """What a build made: the run's folder, its manifest, and the errors among its input rows.

    `unreported` says why there is no report, where there is none; the graph is whole without it.
    """

    folder: Path
    manifest: dict[str, Any]
    left_out: tuple[Left, ...] = field(default_factory=tuple)
    unreported: str = ""


def _quiet(name: str, rows: int) -> None:
    """Progress that nobody watches."""


def build(
    config: str | Path | Config, run: str | Path | None = None, progress: Progress = _quiet
) -> Built:
    """Build or continue a run; by default in `runs/<name of the config>`.

    Raises ConfigError, InputError and RunError before any work, DiskError and ModelError within
    it. Rows that are wrong raise nothing: they are in `left_out` and in the `rejected` tables.
    """
    settings = settings_of(config)
    folder = Path(run) if run else Path("runs") / settings.name
    with _claimed(folder, settings), _full_disk(folder):
        engine = LocalEngine(folder, settings.engine.memory, settings.engine.threads, progress)
        wanted = answered_plan(engine, settings)
        done = run_all(engine, ordered(wanted.targets))
        _publish(folder, engine, wanted)
        stored = _store(folder, wanted, settings.engine.threads)
        left_out = tuple(_left_out(folder))
        manifest = _manifest(folder, settings, wanted, [*done, stored])
        engine.sweep(ordered(wanted.targets))
        unreported = _report(folder, manifest)
    return Built(folder, manifest, left_out, unreported)


def _report(folder: Path, manifest: dict[str, Any]) -> str:
    """Write the report; why it could not be, else nothing: no build fails for want of a page."""
    try:
        write_report(folder, manifest)
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return f"{folder / REPORT}: not written ({told}); the graph is whole without it"
    return ""


def settings_of(config: str | Path | Config) -> Config:
    """A config as it is, or read from its file or by its bundled name."""
    return config if isinstance(config, Config) else load_config(config_path(str(config)))


def answered_plan(engine: LocalEngine, config: Config) -> Plan:
    """The plan of a build once the web and the model have answered, step by step."""
    opened, model = cache(open_file), cache(partial(model_of, config))
    answered: dict[str, str] = {}
    wanted = stages(config, opened, model, answered)
    if wanted.fetched:
        run_all(engine, ordered([wanted.fetched]))
        answered["fetched"] = latest_answers(engine.files(Table(wanted.fetched, "fetched")))
        wanted = stages(config, opened, model, answered)
    for place in range(len(wanted.steps)):
        replies = wanted.steps[place].replies
        run_all(engine, ordered([replies]))
        answered[replies.name] = engine.ledger(replies).next_shard()
        wanted = stages(config, opened, model, answered)
    return wanted


def run_all(engine: LocalEngine, plan: list[Stage]) -> list[dict[str, Any]]:
    """Bring stages to their end, in this order; their counts."""
    done = []
    for stage in plan:
        counts = engine.run(stage)
        if stage.name != "none":
            done.append({"name": stage.name, "folder": engine.ledger(stage).folder.name, **counts})
    return done


@contextmanager
def _claimed(folder: Path, config: Config) -> Iterator[None]:
    """Hold a run folder, alone, for one config; RunError where that cannot be."""
    _check_folder(folder, config)
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{folder}: another build is at work here; wait for it to end") from None
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        return (folder / ".lock").open("w")
    except OSError as error:
        raise DiskError(
            f"{folder}: cannot be written: {error.strerror}; choose another --run"
        ) from None


def _check_folder(folder: Path, config: Config) -> None:
    if any(mark in str(folder) for mark in "*?["):
        raise RunError(
            f"{folder}: a run folder's name may hold no * ? [; choose another with --run"
        )
    known = _known_manifest(folder)
    if known is None:
        if folder.is_dir() and any(folder.iterdir()):
            raise RunError(f"{folder}: neither empty nor a run; choose another folder with --run")
        _begin(folder, config)
    elif known["config"]["name"] != config.name:
        raise RunError(
            f"{folder}: this run was built by the config {known['config']['name']!r}, not by "
            f"{config.name!r}; choose another folder with --run"
        )


def _begin(folder: Path, config: Config) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        begun = {"mindgraph": __version__, "config": {"name": config.name}, "state": "building"}
        write_durably(folder / MANIFEST, json.dumps(begun, indent=1) + "\n")
    except OSError as error:
        raise DiskError(
            f"{folder}: cannot be made: {error.strerror}; choose another --run"
        ) from None


def _known_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RunError(
            f"{folder / MANIFEST}: cannot be read: {error}; give another folder"
        ) from None
    if not (isinstance(manifest, dict) and {"state", "config"} <= manifest.keys()):
        raise RunError(f"{folder / MANIFEST}: no manifest of a run; give another folder")
    return manifest


def read_manifest(run: str | Path) -> dict[str, Any]:
    """The manifest of a finished run; RunError where there is none."""
    folder = Path(run)
    manifest = _known_manifest(folder)
    if manifest is None:
        raise RunError(
            f"{folder}: no run here; build one with: mindgraph build CONFIG --run {folder}"
        )
    if manifest["state"] != "done":
        raise RunError(f"{folder}: the build did not end; run the same build again to continue")
    return manifest


def _publish(folder: Path, engine: LocalEngine, wanted: Plan) -> None:
    """Give the graph's tables, the rejected rows and the replies their public names."""
    _unfinished(folder)
    (folder / REPORT).unlink(missing_ok=True)  # it tells of the tables that are replaced now
    for kind, names in (("nodes", [n.label for n in NODES]), ("edges", [e.type for e in EDGES])):
        for name in names:
            _publish_table(folder / kind, name, engine.files(Table(wanted.graph, name)))
    for old in (*folder.glob("rejected/*.parquet"), *folder.glob("replies/*.parquet")):
        old.unlink()  # a stage of an earlier config is no part of this run
    for stage in ordered(wanted.targets):
        if "rejected" in stage.outputs:
            _publish_table(folder / "rejected", stage.name, engine.files(Table(stage, "rejected")))
    if wanted.record:
        record = engine.files(Table(wanted.record, "record"))
        _publish_table(folder / "replies", "record", record)
    if wanted.judged:
        verdicts = engine.files(Table(wanted.judged.statements, "verdicts"))
        _publish_table(folder / "replies", "verdicts", verdicts)


def _unfinished(folder: Path) -> None:
    """Note that public files are being replaced: until they all are, they are no run."""
    manifest = {**(_known_manifest(folder) or {}), "state": "building"}
    write_durably(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")


def _publish_table(folder: Path, name: str, files: list[str]) -> None:
    """One Parquet file under its public name: a link to a single shard, else all shards in one."""
    folder.mkdir(exist_ok=True)
    draft, public = folder / f".{name}.tmp", folder / f"{name}.parquet"
    draft.unlink(missing_ok=True)
    if len(files) == 1:
        if public.exists() and public.samefile(files[0]):
            return  # renaming over a link to the same file would leave the draft
        _link(Path(files[0]), draft)
    else:
        shards = [pq.ParquetFile(file) for file in files]
        batches = (
            pa.Table.from_batches([rows]) for shard in shards for rows in shard.iter_batches()
        )
        write_table(draft, shards[0].schema_arrow if shards else REJECTED, batches)
    draft.replace(public)
    sync_folder(folder)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _store(folder: Path, wanted: Plan, threads: int) -> dict[str, Any]:
    """Make the embedded store, unless it holds this very graph already."""
    file, mark = folder / STORE_FILE, folder / f".{STORE_FILE}.json"
    holds = {"graph": wanted.graph.identity, "ladybug": ladybug.version()}
    known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    if file.exists() and all(known.get(name) == value for name, value in holds.items()):
        return dict(known["counts"])
    mark.unlink(missing_ok=True)
    started, before = time.monotonic(), os.times()
    ladybug.build(folder, file, threads)
    used = os.times()
    counts = {
        "name": "store",
        "seconds": round(time.monotonic() - started, 3),
        "cpu_seconds": round(sum(used[:4]) - sum(before[:4]), 3),
    }
    write_durably(mark, json.dumps({**holds, "counts": counts}))
    return counts


def _manifest(
    folder: Path, config: Config, wanted: Plan, done: list[dict[str, Any]]
) -> dict[str, Any]:
    manifest = {
        "mindgraph": __version__,
        "state": "done",
        "config": config.model_dump(mode="json"),
        "run": wanted.run_id,
        "model": _model_told(folder, wanted),
        "inputs": _inputs(wanted),
        "versions": {name: version(name) for name in ("duckdb", "ladybug", "pyarrow", "simplemma")},
        "stages": done,
        "nodes": {node.label: _rows(folder / "nodes", node.label) for node in NODES},
        "edges": {edge.type: _rows(folder / "edges", edge.type) for edge in EDGES},
    }
    write_durably(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return manifest


def _inputs(wanted: Plan) -> dict[str, str]:
    """BLAKE2b of 128 bits of every input file of rows, by its path."""
    read = (stage.file for stage in ordered(wanted.targets) if isinstance(stage, BatchMap))
    return {file.path: file.content.split(".")[0] for file in read if file}


_WAYS = """
SELECT way, count(*) AS replies, max(difference) AS difference, string_agg(DISTINCT engine, ', ')
    AS engine FROM record GROUP BY way ORDER BY way
"""


def _model_told(folder: Path, wanted: Plan) -> dict[str, Any] | None:
    """Who was asked, which ways were taken, and how far their logits were from asking alone."""
    import duckdb

    if wanted.generated is None:
        return None
    with duckdb.connect() as con:
        con.read_parquet(str(folder / "replies/record.parquet")).create_view("record")
        found = con.sql(_WAYS)
        ways = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return {**asdict(wanted.generated.asking.model.info), "ways": ways}


def _rows(folder: Path, name: str) -> int:
    return int(pq.read_metadata(folder / f"{name}.parquet").num_rows)


_SHOWN = 10
"""Lines shown per stage and reason; all of them are in the `rejected` tables."""


def _left_out(folder: Path) -> Iterator[Left]:
    """Errors among the rejected rows, by stage and reason, with the first lines of each."""
    for file in sorted((folder / "rejected").glob("*.parquet")):
        counts: dict[str, int] = {}
        lines: dict[str, list[str]] = {}
        for row in _errors(pq.ParquetFile(file)):
            counts[row["reason"]] = counts.get(row["reason"], 0) + 1
            if counts[row["reason"]] <= _SHOWN:
                lines.setdefault(row["reason"], []).append(line_of(row))
        for reason, count in counts.items():
            yield Left(file.stem, reason, count, tuple(lines[reason]))


def _errors(file: pq.ParquetFile) -> Iterator[dict[str, Any]]:
    """The errors of a rejected table; groups of rows that hold none are not read."""
    errors = pa.array([reason.name for reason in REASONS.values() if reason.is_error])
    for group in range(file.num_row_groups):
        found = pc.is_in(file.read_row_group(group, ["reason"])["reason"], errors)
        if pc.any(found).as_py():
            yield from file.read_row_group(group).filter(found).to_pylist()


def line_of(row: dict[str, Any]) -> str:
    """A rejected row as one line: file, row, field, what is wrong, and its repair."""
    where = ":".join(str(part) for part in (row["file"], row["row"]) if part)
    about = [row["field"], row["item"], row["detail"] and f"({row['detail'][:120]})"]
    told = " ".join(str(part) for part in about if part)
    # Raw text may hold anything, also what a terminal would obey.
    return clean(f"{where or 'input'}: {row['reason']}: {told}; {REASONS[row['reason']].repair}")


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno is None and "No space left" not in str(error):
            raise
        raise DiskError(
            f"{folder}: cannot be written ({error}); free some space and run the build again"
        ) from error


@dataclass(frozen=True)
class Checked:
    """What a check found: problems that stop a build, and rows it would leave out."""

    problems: tuple[str, ...]
    left_out: tuple[Left, ...] = ()


def check(config: str | Path) -> Checked:
    """Every problem of a config and its inputs in one go; asks no model, keeps nothing."""
    try:
        settings = settings_of(config)
        wanted = stages(_offline(settings), open_file, partial(model_of, settings))
    except UsageError as error:
        return Checked(tuple(str(error).splitlines()))
    with tempfile.TemporaryDirectory(prefix="mindgraph-check-") as scratch:
        folder = Path(scratch)
        found = _checked(folder, LocalEngine(folder, settings.engine.memory), wanted)
    return Checked((*found.problems, *_model_problems(wanted)), found.left_out)


def _model_problems(wanted: Plan) -> list[str]:
    if wanted.generated is None:
        return []
    try:
        wanted.generated.asking.model.check()
    except (UsageError, ModelError) as error:
        return str(error).splitlines()
    return []


def _offline(config: Config) -> Config:
    """The config without what asks the web; only a build fetches."""
    pictures = config.pictures.model_copy(update={"fetch": False})
    return config.model_copy(update={"pictures": pictures})


def _checked(folder: Path, engine: LocalEngine, wanted: Plan) -> Checked:
    """Read every file first, each for itself; only where all can be read, look at what they say."""
    needed = ordered([*wanted.targets])
    reading = [stage for stage in needed if isinstance(stage, BatchMap) and stage.file]
    problems = [line for stage in reading for line in _read_problems(engine, stage)]
    if problems:
        return Checked(tuple(problems))
    for stage in (*reading, *ordered([wanted.pictures, wanted.pairs])):
        engine.run(stage)
        if "rejected" in stage.outputs:
            _publish_table(folder / "rejected", stage.name, engine.files(Table(stage, "rejected")))
    return Checked((), tuple(_left_out(folder)))


def _read_problems(engine: LocalEngine, stage: Stage) -> list[str]:
    try:
        engine.run(stage)
    except InputError as error:
        return str(error).splitlines()
    return []
