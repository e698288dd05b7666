"""Fetched pictures, kept by what they are: one file for equal bytes, one note for each address.

    blobs/<first two>/<sha256>       the bytes
    addresses/<sha256 of it>.json    what an address held: url, sha256, when it was fetched

Files are written under a passing name, synced and renamed, so that processes may share a cache
and a killed one leaves no half a picture. What failed is not noted.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from mindgraph.errors import DiskError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_STALE = 24 * 3600.0
"""Seconds after which what lies under a passing name belongs to no living process."""


def usual_cache() -> Path:
    """The cache of a user who names none: below $XDG_CACHE_HOME, or ~/.cache."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    above = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    return above / "mindgraph" / "pictures"


def blob(cache: Path, digest: str) -> Path:
    """Where the bytes of a SHA-256 lie."""
    return cache / "blobs" / digest[:2] / digest


def sha256_of(path: Path) -> str | None:
    """The SHA-256 of a file's bytes in hex; None where it cannot be read."""
    hashed = sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError:
        return None
    return hashed.hexdigest()


class PictureCache:
    """A cache's folder, made where it is not there yet; DiskError where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._drafts = folder / "drafts"
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            self._sweep()
        except OSError as error:
            raise DiskError(
                f"{folder}: cannot be written: {error.strerror}; name another pictures.cache"
            ) from None

    def find(self, url: str) -> str | None:
        """The SHA-256 of what an address held, if its bytes are here and still are those."""
        digest = self._noted(url)
        if digest is None or digest != sha256_of(blob(self.folder, digest)):
            return None
        return digest

    def keep(self, url: str, blocks: Iterable[bytes]) -> str:
        """Keep what an address holds, block by block; its SHA-256.

        What `blocks` raises passes, and leaves nothing behind.
        """
        hashed = sha256()
        handle, name = mkstemp(dir=self._drafts)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                for block in blocks:
                    hashed.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            _put(draft, blob(self.folder, hashed.hexdigest()))
        finally:
            draft.unlink(missing_ok=True)
        self._note(url, hashed.hexdigest())
        return hashed.hexdigest()

    def _noted(self, url: str) -> str | None:
        try:
            told = json.loads(self._name(url).read_text(encoding="utf-8"))
            digest = told["sha256"] if told["url"] == url else ""
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return digest if isinstance(digest, str) and _SHA256.fullmatch(digest) else None

    def _note(self, url: str, digest: str) -> None:
        fetched = datetime.now(timezone.utc).isoformat(timespec="seconds")
        handle, draft = mkstemp(dir=self._drafts)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"url": url, "sha256": digest, "fetched": fetched}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        _put(Path(draft), self._name(url))

    def _name(self, url: str) -> Path:
        return self.folder / "addresses" / f"{sha256(url.encode()).hexdigest()}.json"

    def _sweep(self) -> None:
        for draft in self._drafts.iterdir():
            try:
                if time.time() - draft.stat().st_mtime > _STALE:
                    draft.unlink()
            except FileNotFoundError:  # its process has just ended with it
                continue


def _put(draft: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
