"""The files of an export as they lie there: size, checksum, and how much is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMPRESSED = {".gz": "application/gzip", ".zst": "application/zstd"}
"""What a compressed file is called, by its suffix."""

PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class Dump:
    """One file of an export, as it lies there; `columns` of a table are Croissant's data types."""

    path: Path
    media_type: str
    bytes: int
    sha256: str
    triples: int | None = None
    rows: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    within: Path | None = None

    @property
    def name(self) -> str:
        """How it is named beside its descriptions: of a file in a folder, the path in there."""
        return self.path.relative_to(self.within).as_posix() if self.within else self.path.name

    @property
    def table(self) -> str:
        """What its rows are called: its name without what says how it is written."""
        name = self.name
        for suffix in (*COMPRESSED, ".tsv", ".csv", ".parquet"):
            name = name.removesuffix(suffix)
        return name.replace("/", ".")


def dump_of(
    path: Path,
    media_type: str,
    *,
    triples: int | None = None,
    rows: int | None = None,
    columns: Mapping[str, str] | None = None,
    profile: str | None = None,
    within: Path | None = None,
    sha256: str | None = None,
) -> Dump:
    """A finished file with its size and checksum; where that is not known, the file is read."""
    size, digest = path.stat().st_size, sha256 or _sha256(path)
    return Dump(path, media_type, size, digest, triples, rows, columns or {}, profile, within)


def _sha256(path: Path) -> str:
    hashed, place = hashlib.sha256(), memoryview(bytearray(1 << 18))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(place):
            hashed.update(place[:count])
    return hashed.hexdigest()
