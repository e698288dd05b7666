"""The report in a real browser: nothing is fetched, nothing runs, all of it can be reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mindgraph.runs import Built
from tests.evaluation.report.conftest import HARMFUL, SCRIPT

TELEPHONE, DESK = 390, 1280

Page = Callable[..., Any]


@pytest.fixture
def opened(browser: Any) -> Page:
    """Opens a report from its file, on a screen of that width; the browser."""

    def open_page(file: Path, width: int = DESK, **media: str) -> Any:
        for kind in ("browser", "performance"):
            browser.get_log(kind)  # what an earlier page said is no matter
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [
            {"name": name.replace("_", "-"), "value": value} for name, value in media.items()
        ]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(file.as_uri())
        return browser

    return open_page


def requests(browser: Any) -> list[str]:
    """The addresses that the page asked for, but for what stands in it."""
    events = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    sent = (event for event in events if event["method"] == "Network.requestWillBeSent")
    found = [event["params"]["request"]["url"] for event in sent]
    return [address for address in found if not address.startswith("data:")]


def report(built: Built) -> Path:
    return built.folder / "report.html"


def test_a_report_opens_without_an_error_and_asks_for_nothing(opened: Page, demo: Built) -> None:
    browser = opened(report(demo))
    assert requests(browser) == [report(demo).as_uri()]
    assert browser.get_log("browser") == []
    shown = "return [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert browser.execute_script(shown)
    assert browser.execute_script("return document.images.length") > 2


def test_texts_that_mean_harm_are_seen_and_do_nothing(opened: Page, harmful: Built) -> None:
    browser = opened(report(harmful))
    assert browser.title == "harmful: why products go together"
    text = browser.execute_script("return document.body.textContent")
    for harm in HARMFUL[:5]:
        assert harm in text
    assert requests(browser) == [report(harmful).as_uri()]
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.scripts.length") == 0
    handlers = "return [...document.querySelectorAll('*')].filter(e => e.onmouseover || e.onerror)"
    assert browser.execute_script(handlers) == []


def test_a_text_that_turns_round_turns_only_itself(opened: Page, harmful: Built) -> None:
    browser = opened(report(harmful))
    isolated = """
        const turned = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = []
        while (turned.nextNode())
            if (turned.currentNode.data.includes('\\u202e'))
                found.push(turned.currentNode.parentElement.closest('bdi, text') !== null)
        return found"""
    found = browser.execute_script(isolated)
    assert found
    assert all(found)


class _Noting(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what it was asked for."""
    asked: list[str] = []
    handler = type("Noting", (_Noting,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_what_slipped_into_a_page_would_load_and_run_nothing(
    opened: Page, demo: Built, outside: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = outside
    slipped = (
        f'<img src="{address}/picture.png"><link rel="stylesheet" href="{address}/style.css">'
        f'<iframe src="{address}/frame"></iframe><script src="{address}/script.js"></script>'
        f'{SCRIPT}<p id="slipped" style="color: red" onclick="document.title=1">slipped</p>'
    )
    page = report(demo).read_text(encoding="utf-8").replace("</main>", f"{slipped}</main>")
    (tmp_path / "slipped.html").write_text(page, encoding="utf-8")
    browser = opened(tmp_path / "slipped.html")
    assert browser.execute_script("return document.getElementById('slipped').textContent")
    assert asked == []
    assert browser.title == "demo: why products go together"
    assert "Content Security Policy" in str(browser.get_log("browser"))


@pytest.mark.parametrize("width", [320, TELEPHONE, 768, DESK])
def test_the_page_never_scrolls_sideways(
    width: int, opened: Page, demo: Built, harmful: Built
) -> None:
    for built in (demo, harmful):
        browser = opened(report(built), width)
        browser.execute_script("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_tab_reaches_the_skip_link_first_then_everything(opened: Page, demo: Built) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser = opened(report(demo))
    wanted = browser.find_elements(By.CSS_SELECTOR, "a, summary, main .scroll")
    folded = {element for element in wanted if not element.is_displayed()}
    reached = []
    for _ in range(len(wanted) + 2):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.switch_to.active_element)
    assert reached[0].get_attribute("class") == "skip"
    assert set(wanted) - folded <= set(reached)
    assert browser.find_elements(By.CSS_SELECTOR, "summary")


def test_a_fold_opens_by_the_keyboard(opened: Page, demo: Built) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser = opened(report(demo))
    for summary in browser.find_elements(By.CSS_SELECTOR, "summary"):
        summary.send_keys(Keys.ENTER)
    opens = "return [...document.querySelectorAll('details')].every(fold => fold.open)"
    assert browser.execute_script(opens)


INK = "return getComputedStyle(document.querySelector('.plot .stroke-ink, .plot text')).fill"


def test_drawings_follow_the_colours_of_the_page(opened: Page, demo: Built) -> None:
    light = opened(report(demo), prefers_color_scheme="light").execute_script(INK)
    dark = opened(report(demo), prefers_color_scheme="dark").execute_script(INK)
    assert light != dark
