"""Why a row may be left out, whether that is an error, and what repairs it.

Every row that does not go on is counted under one of these reasons, so that at each stage
in = out + dropped(by reason). An *error* is a row its owner should look at, and makes `build`
end with exit code 3; the others are what the config asked for.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason: its name in tables and messages, and its repair (which only an error has)."""

    name: str
    repair: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the owner of the row should look at it."""
        return bool(self.repair)


_TABLE = (
    # rows of any file
    Reason("empty file", "fill the file, or take it out of the config"),
    Reason("malformed row", "correct the row in the file; one record per line, all columns there"),
    Reason("missing value", "fill the field, or name another column under `columns`"),
    Reason("bad number", "write a plain number such as 3 or 0.75"),
    Reason("id too long", "use product ids of at most 512 characters"),
    # products
    Reason("same product again"),
    Reason("product again, but different", "make the rows agree, or delete all but one"),
    # pictures
    Reason("picture missing", "put the file there, or correct the name in the image column"),
    Reason("picture broken", "save the picture again; it ends early or is damaged"),
    Reason("not a picture", "save it as JPEG, PNG, WebP, GIF, BMP or TIFF"),
    Reason("picture too large", "scale it down, or raise pictures.max_pixels or max_bytes"),
    Reason("picture moves", "save one frame of it as a still picture"),
    Reason("picture outside its folder", "keep pictures inside pictures.folder"),
    Reason("picture not fetched"),
    Reason("address refused", "name a public http(s) address without a password, or a file"),
    Reason("fetch failed", "run the same build again, or correct the address"),
    # pairs
    Reason("unknown product", "add the product to the catalogue, or correct the id"),
    Reason("partner outside the catalogue"),
    Reason("paired with itself", "delete the row; a product is no partner of its own"),
    Reason("same pair again"),
    Reason("order line again"),
    Reason("order too large"),
    Reason("support too small"),
    Reason("lift too small"),
    Reason("over the cap per product"),
    Reason("near-identical titles"),
    Reason("variants of one product"),
    # intentions
    Reason("unknown relation", "use a name of `relations.py`, or drop the row"),
    Reason("relation not in the profile"),
    Reason("model failed", "run the same build again: only these are asked again"),
    Reason("nothing said"),
    Reason("refused"),
    Reason("judged no"),
    Reason("verdict unparsed"),
    Reason("pair not kept"),
    # cheap rules
    Reason("incomplete"),
    Reason("copied from the title"),
    Reason("template left over"),
    Reason("too long"),
    Reason("generic"),
    # the graph
    Reason("same statement again"),
    # concepts
    Reason("no concept found"),
)

REASONS: dict[str, Reason] = {reason.name: reason for reason in _TABLE}
