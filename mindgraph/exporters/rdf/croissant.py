"""Croissant 1.0: what data-set searches and training code read about an export.

Plain JSON by the published format (mlcommons.org/croissant/1.0); a table's columns are one record
set, an RDF file is a file alone, since the format has no way to point into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mindgraph.exporters.about import About
from mindgraph.exporters.rdf.dumps import COMPRESSED, PARQUET, Dump

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(name: str, dumps: Sequence[Dump], about: About, told: str) -> dict[str, Any]:
    """The description of an export's files; `told` says what the data are."""
    tables = [dump for dump in dumps if dump.columns]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{about.name} {name}",
        "description": told,
        "identifier": about.run,
        "version": about.version,
        "license": about.license or "No licence is stated; ask the owner of the data.",
        "distribution": list(map(_file, dumps)),
        **({"recordSet": list(map(_records, tables))} if tables else {}),
    }


def _file(dump: Dump) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": dump.name,
        "name": dump.name,
        "contentUrl": quote(dump.name),
        "contentSize": f"{dump.bytes} B",
        "encodingFormat": _encoding(dump),
        "sha256": dump.sha256,
    }


def _encoding(dump: Dump) -> str:
    """The type as Croissant's readers know it: they open what is compressed by its name."""
    if dump.media_type == PARQUET:
        return "application/x-parquet"
    return dump.media_type if dump.columns else COMPRESSED.get(dump.path.suffix, dump.media_type)


def _records(dump: Dump) -> dict[str, Any]:
    table = dump.table
    fields = [_field(dump, table, column, kind) for column, kind in dump.columns.items()]
    return {"@type": "cr:RecordSet", "@id": table, "name": table, "field": fields}


def _field(dump: Dump, table: str, column: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column}",
        "name": column,
        "dataType": kind,
        "source": {"fileObject": {"@id": dump.name}, "extract": {"column": column}},
    }
