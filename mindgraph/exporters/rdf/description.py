"""What stands beside every export: VoID and DCAT of its files, PROV-O of its run, and Croissant.

Counts and checksums are those of the files as they lie there. The true nature of the pairs is
said in words, because no vocabulary has a term for a cross-sell that nobody bought.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq

from mindgraph.exporters.about import About
from mindgraph.exporters.files import new_text
from mindgraph.exporters.rdf.croissant import croissant
from mindgraph.exporters.rdf.dumps import COMPRESSED, Dump
from mindgraph.exporters.rdf.terms import BASE, STANDARD, named, prefixes, text
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.relations import RELATIONS

VOID, CROISSANT = "void.ttl", "croissant.json"

_DESCRIBING = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
    "void": "http://rdfs.org/ns/void#",
}


def rows_of(tables: Path) -> dict[str, int]:
    """Rows by label and edge type of a folder of tables."""
    named = [("nodes", node.label) for node in NODES] + [("edges", edge.type) for edge in EDGES]
    return {
        name: int(pq.read_metadata(tables / kind / f"{name}.parquet").num_rows)
        for kind, name in named
    }


def clear(path: Path) -> None:
    """Take away what describes an earlier export of that name, before the new one stands there."""
    for place in _places(path):
        place.unlink(missing_ok=True)


def describe(
    path: Path, dumps: Sequence[Dump], about: About, base: str = BASE
) -> tuple[Path, Path]:
    """Write the descriptions of an export: beside its file, or into its folder.

    `about.counts` are the rows that were exported, which a selection makes fewer than the run's.
    """
    places = _places(path)
    written = json.dumps(croissant(path.name, dumps, about, nature(about)), indent=1) + "\n"
    told = turtle(path.name, dumps, about, base), written
    for place, document in zip(places, told, strict=True):
        with new_text(place) as file:
            file.write(document.encode())
    return places


def _places(path: Path) -> tuple[Path, Path]:
    if path.is_dir():
        return path / VOID, path / CROISSANT
    return path.with_name(f"{path.name}.{VOID}"), path.with_name(f"{path.name}.{CROISSANT}")


def turtle(name: str, dumps: Sequence[Dump], about: About, base: str = BASE) -> str:
    """The dataset, its files, its parts and its run, in Turtle."""
    known = {**prefixes(base), **_DESCRIBING}
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in known.items())
    subjects = (_dataset(name, dumps, about, base), *map(_distribution, dumps), _run(about, known))
    return "\n".join([head, *subjects])


def _subject(name: str, lines: Sequence[str]) -> str:
    return f"{name} " + " ;\n    ".join(lines) + " .\n"


def _dataset(name: str, dumps: Sequence[Dump], about: About, base: str) -> str:
    triples = [dump.triples for dump in dumps if dump.triples is not None]
    lines = [
        "a void:Dataset, dcat:Dataset",
        f"dcterms:title {text(f'{about.name}: why products are bought together', 'en')}",
        f"dcterms:description {text(nature(about), 'en')}",
        f"dcterms:identifier {text(f'{about.run} {name}')}",
        _license(about),
        f"prov:wasGeneratedBy {named('run', about.run, prefixes(base))}",
        f"void:uriSpace {text(base)}",
        *(f"void:vocabulary <{STANDARD[prefix]}>" for prefix in ("mg", "schema", "skos", "prov")),
        *(f"dcat:distribution <{_file(dump)}#distribution>" for dump in dumps),
        *(f"void:dataDump <{_file(dump)}>" for dump in dumps if dump.triples is not None),
        *([f"void:triples {sum(triples)}"] if triples else []),
        *_parts(about),
    ]
    return _subject("<#dataset>", lines)


def nature(about: About) -> str:
    """What the pairs and the intentions really are, in words."""
    pairs = "; ".join(about.sources) or "not stated"
    return (
        f"A graph of why products go together. Its pairs are: {pairs}. Its intentions were stated "
        f"by {about.model or 'nobody named'}; they are claims, not what buyers said."
    )


def _license(about: About) -> str:
    """The owner's word, as an IRI where it is one or an SPDX identifier."""
    said = about.license
    if said is None:
        return f"dcterms:rights {text('No licence is stated; ask the owner of the data.', 'en')}"
    if re.fullmatch(r"https?://[A-Za-z0-9._~/%#?=&+-]+", said):
        return f"dcterms:license <{said}>"
    if re.fullmatch("[A-Za-z0-9.+-]+", said):
        return f"dcterms:license <https://spdx.org/licenses/{said}>"
    return f"dcterms:rights {text(said)}"


_CLASSES = {
    "Product": "schema:Product", "CoBuy": "mg:CoBuy", "Intention": "mg:Intention",
    "Concept": "mg:Concept", "Category": "mg:Category",
}  # fmt: skip


def _parts(about: About) -> list[str]:
    counts = about.counts
    classes = [
        f"void:classPartition [ void:class {name} ; void:entities {counts[label]} ]"
        for label, name in _CLASSES.items()
    ]
    relations = [
        f"void:propertyPartition [ void:property rel:{name} ; "
        f"void:triples {counts[relation.edge_type]} ]"
        for name, relation in RELATIONS.items()
        if counts[relation.edge_type]
    ]
    return classes + relations


def _distribution(dump: Dump) -> str:
    squeezed = COMPRESSED.get(dump.path.suffix)
    lines = [
        "a dcat:Distribution",
        f"dcterms:title {text(dump.name)}",
        f"dcat:downloadURL <{_file(dump)}>",
        f"dcat:mediaType <https://www.iana.org/assignments/media-types/{dump.media_type}>",
        *([f"dcat:compressFormat {text(squeezed)}"] if squeezed else []),
        *([f"dcterms:description {text(dump.profile)}"] if dump.profile else []),
        f"dcat:byteSize {dump.bytes}",
        "spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ; "
        f'spdx:checksumValue "{dump.sha256}"^^xsd:hexBinary ]',
    ]
    return _subject(f"<{_file(dump)}#distribution>", lines)


def _file(dump: Dump) -> str:
    return quote(dump.name)


def _run(about: About, known: Mapping[str, str]) -> str:
    agents = [("mindgraph", about.version), *([(about.model, None)] if about.model else [])]
    lines = ["a prov:Activity", f"rdfs:label {text(about.name)}"]
    for name, version in agents:
        told = f" ; schema:softwareVersion {text(version)}" if version else ""
        agent = f"a prov:SoftwareAgent ; schema:name {text(name)}{told}"
        lines.append(f"prov:wasAssociatedWith [ {agent} ]")
    return _subject(named("run", about.run, known), lines)
