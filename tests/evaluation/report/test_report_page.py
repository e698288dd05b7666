"""The page as a document: its counts are the manifest's, its texts are text, its bytes equal."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.errors import DiskError, RunError, UsageError
from mindgraph.runs import Built
from tests.test_runs import tables

VOID = {"meta", "link", "img", "wbr", "br"}


class Document(HTMLParser):
    """Elements and texts of a page; fails where an element is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All text, blanks collapsed."""
        return " ".join(" ".join(self.texts).split())


def page(built: Built) -> str:
    return (built.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(demo: Built) -> Document:
    return Document(page(demo))


def test_a_build_leaves_a_report_whose_counts_are_the_manifests(
    demo: Built, document: Document
) -> None:
    assert demo.unreported == ""
    for number in (demo.manifest["nodes"]["Product"], demo.manifest["nodes"]["CoBuy"]):
        assert f"{number:,}" in document.text
    for stage in demo.manifest["stages"]:
        for reason, rows in stage.get("dropped", {}).items():
            assert f"− {rows:,} {reason}" in document.text


def test_every_step_of_the_tables_adds_up(demo: Built) -> None:
    rows = re.findall(
        r'<tr class="step"><th scope="row">(?:(?!</tr>).)*?'
        r'number">([\d,]+)</td><td class="number">([\d,]+)</td><td class="number">([\d,]+)<',
        page(demo),
    )
    assert len(rows) > 10
    for row in rows:
        seen, kept, dropped = (int(number.replace(",", "")) for number in row)
        assert seen == kept + dropped


def test_a_report_written_again_is_the_same_bytes(demo: Built, tmp_path: Path) -> None:
    assert (
        mindgraph.report(demo.folder, tmp_path / "again.html").read_bytes()
        == (demo.folder / "report.html").read_bytes()
    )


def test_a_page_names_no_address_and_runs_nothing(document: Document, demo: Built) -> None:
    assert not re.search(r"(?i)https?:|//[a-z]", re.sub(r"data:[^\"]+", "", page(demo)))
    assert {"script", "iframe", "object", "base", "form"}.isdisjoint(
        tag for tag, _ in document.elements
    )
    for tag, attributes in document.elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert "style" not in attributes, tag
    assert all(
        str(picture["src"]).startswith("data:image/jpeg;base64,") for picture in document.of("img")
    )
    assert all(str(link["href"]).startswith("#") for link in document.of("a"))


def test_the_policy_lets_nothing_in_but_the_pages_own_style(
    document: Document, demo: Built
) -> None:
    from base64 import b64encode
    from hashlib import sha256

    (policy,) = (
        str(meta["content"])
        for meta in document.of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    style = re.search(r"<style>(.*)</style>", page(demo), re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_headings_landmarks_and_tables_are_said_in_their_elements(document: Document) -> None:
    tags = [tag for tag, _ in document.elements]
    assert tags.count("h1") == tags.count("main") == tags.count("nav") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("caption") == tags.count("table")
    assert all(head.get("scope") in ("col", "row") for head in document.of("th"))
    assert all("alt" in picture for picture in document.of("img"))
    assert all(plot["role"] == "img" for plot in document.of("svg"))
    ids = [attributes["id"] for _, attributes in document.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in document.elements:
        for name in str(attributes.get("aria-labelledby") or "").split():
            assert name in ids
    assert all(str(link["href"])[1:] in ids for link in document.of("a"))


def test_texts_that_mean_harm_are_shown_as_text(harmful: Built) -> None:
    assert harmful.unreported == ""
    found = Document(page(harmful))
    assert "<script>document.title='owned'</script>" in found.text
    assert "{{ 7 * 7 }}" in found.text
    assert "script" not in [tag for tag, _ in found.elements]
    assert not [
        picture for picture in found.of("img") if not str(picture["src"]).startswith("data:")
    ]


def test_a_run_of_which_all_was_rejected_has_a_report(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    config = shop(pairs={"orders": [{"path": "orders.csv"}], "min_support": 99})
    built = mindgraph.build(config, tmp_path / "run")
    assert built.unreported == ""
    found = Document(page(built))
    assert "0 pairs of products" in found.text
    assert "support too small" in found.text
    assert "There is no statement." in found.text


def test_a_run_without_pictures_shows_no_empty_places(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    built = mindgraph.build(shop(), tmp_path / "run")
    found = Document(page(built))
    assert found.of("img") == []
    assert "no picture" not in found.text
    assert "Steel travel mug" in found.text


def test_an_error_in_the_input_stands_beside_its_repair(
    shop: Callable[..., Path], tmp_path: Path
) -> None:
    orders = "order,product\n1,A1\n1,B2\n2,A1\n2,B2\n3,NOBODY\n"
    built = mindgraph.build(shop({"orders.csv": orders}), tmp_path / "run")
    found = Document(page(built))
    assert "unknown product look" in found.text
    assert "Repair: add the product to the catalogue, or correct the id." in found.text
    assert "NOBODY" in found.text


def test_a_report_that_fails_fails_no_build(
    shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = mindgraph.build(shop(), tmp_path / "first")

    def fail(*told: object) -> str:
        raise RuntimeError("no ink\nleft")

    monkeypatch.setattr("mindgraph.evaluation.report.page.page", fail)
    built = mindgraph.build(shop(), tmp_path / "second")
    assert built.unreported == (
        f"{tmp_path}/second/report.html: not written (RuntimeError: no ink left); "
        "the graph is whole without it"
    )
    assert tables(built.folder) == tables(first.folder)
    mindgraph.build(shop(), tmp_path / "first")
    assert not (tmp_path / "first/report.html").exists(), "a report of an earlier build was left"


def test_the_command_writes_where_it_is_told_and_says_so(
    demo: Built, command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = command("report", demo.folder, "--to", tmp_path / "page.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{tmp_path / 'page.html'}: written\n"
    assert (tmp_path / "page.html").read_bytes() == (demo.folder / "report.html").read_bytes()


def test_what_is_no_run_and_where_nothing_can_be_written_is_one_clear_line(
    demo: Built, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="no run here"):
        mindgraph.report(tmp_path)
    with pytest.raises(DiskError, match="cannot be written"):
        mindgraph.report(demo.folder, tmp_path / "nowhere" / "page.html")
    with pytest.raises(UsageError, match="is a folder; name a file"):
        mindgraph.report(demo.folder, tmp_path)
    assert not list(tmp_path.iterdir()), "a draft was left behind"


@pytest.mark.parametrize("table", ["nodes/Product", "edges/USED_FOR"])
def test_a_run_with_a_damaged_table_is_one_clear_line(
    demo: Built, tmp_path: Path, table: str
) -> None:
    run = shutil.copytree(demo.folder, tmp_path / "run")
    file = run / f"{table}.parquet"
    file.write_bytes(file.read_bytes()[:200])
    for verb in (mindgraph.report, mindgraph.audit):
        with pytest.raises(RunError, match="cannot be read") as raised:
            verb(run)
        assert "\n" not in str(raised.value)


def test_a_run_whose_tables_lack_todays_columns_is_one_clear_line(
    demo: Built, tmp_path: Path
) -> None:
    run = shutil.copytree(demo.folder, tmp_path / "run")
    file = run / "replies/record.parquet"
    file.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table({"key": ["k"], "text": ["t"]}), file)
    with pytest.raises(RunError, match="another version of mindgraph wrote it"):
        mindgraph.report(run)
