"""Text: what may stand in a record, and when two texts say the same.

- Any text at all becomes NFC, valid UTF-8, without control characters; cleaned twice is cleaned
  once; what carries meaning (joiners of emoji, marks of direction) stays.
- Tags and entities of a web page are undone, in a time that grows with the length alone.
- A name becomes safe in an IRI and can be read back; no two names become one.
- Two wordings of one intention have one key; a negation or a number makes it another.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph.text import clean, iri_safe, key_of_words, lemma, merge_key, plain, words

ANY = st.text(st.characters(exclude_categories=()))
"""Any string Python can hold, lone surrogates and control characters among them."""

TRICKY = st.text(
    "a \t\n\x00\x0b\x1c\x85\u2028\xa0\ud83d\udc4d\u0301\u0323\u0344\u1100\u1161\u11a8\ufdd0"
    "\uffff\u200d\u200f\ufeff\u212b<>&;#!-/scriptſ9x\"'"
)
"""Characters that change when they meet."""


def assert_fit(text: str) -> None:
    assert unicodedata.is_normalized("NFC", text)
    assert text.encode("utf-8").decode("utf-8") == text
    assert not [letter for letter in text if unicodedata.category(letter) in {"Cc", "Cs"}]
    assert text == " ".join(text.split())


# ---- what may stand in a record


@given(ANY | TRICKY)
@example("a\x00\u0301")  # combines once the control character is gone
@example("\ufdd0\u1100\uffff\u1161")
@example("x\ud83d\udc4dy\udc4d\ud83d")
@example("\ud83d\x00\udc4d")
@example("a" + "\u0323\u0301" * 40)
def test_any_text_is_fit_once_cleaned_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert_fit(once)
    assert clean(once) == once


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Mn", "Cn"))))
def test_a_text_without_blanks_and_controls_is_only_normalised(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧 family",
        "❤️ tea",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿 tartan",
        "قهوة\u200f (coffee)",
        "שלום\u200e ok",
        "می\u200cخواهم",
        "\u202bembedded\u202c",
        "日本語　ではない".replace("\u3000", " "),
        "naïve café №5",
    ],
)
def test_what_carries_meaning_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("blank", [*"\t\n\r\v\f\x85\u2028\u2029\xa0\u3000", "\r\n", " \t "])
def test_every_kind_of_blank_and_line_break_becomes_one_blank(blank: str) -> None:
    assert clean(f"{blank}tea{blank}cup{blank}") == "tea cup"


@pytest.mark.parametrize("control", [*"\x00\x01\x08\x0e\x1b\x1c\x1f\x7f\x80\x9f\ufdd0\ufffe\uffff"])
def test_control_characters_leave_no_gap(control: str) -> None:
    assert clean(f"t{control}ea") == "tea"
    assert clean(f"t{control}é") == "té"


def test_a_lone_surrogate_leaves_a_mark_and_a_pair_is_one_character() -> None:
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("a\udc00") == "a\ufffd"
    assert clean("\ud83d\udc4d") == "👍"


def test_a_letter_keeps_its_first_thirty_accents() -> None:
    accents = "\u0323" * 40
    assert clean("x" + accents) == "x" + accents[:30]
    assert clean("x" + accents[:30]) == "x" + accents[:30]
    assert clean("한" * 40 + "é" * 40) == "한" * 40 + "é" * 40


# ---- web pages


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("Fits 6&quot; pots<br />&amp; pans", 'Fits 6" pots & pans'),
        ("<p class='x'>Tea</p><p>Cup</p>", "Tea Cup"),
        ("a<script type='x'>var a = '<b>';</script>b", "a b"),
        ("a<STYLE>b{}</Style >c", "a c"),
        ("a<!-- <b> never seen -->b", "a b"),
        ("a<!-- one --><!-- two -->b", "a b"),
        ("&#39;caf&eacute;&#x27;", "'café'"),
        ("caf&eacute", "café"),
        ("cafe&#769;", "café"),
        ("&lt;b&gt; is bold", "<b> is bold"),
        ("2 < 3 & 5 > 4", "2 < 3 & 5 > 4"),
        ("I <3 tea", "I <3 tea"),
        ("tea <b", "tea <b"),
        ("<script>alert(1)", "alert(1)"),
        ("a<!-- never closed", "a<!-- never closed"),
        ("<!-- a<script>b", "<!-- a b"),
        ("a<script>x<!-- y</script>b --> c", "a b --> c"),
        ("a&#0;b&#xD800;c&#x110000;", "a\ufffdb\ufffdc\ufffd"),
        ("&amp;amp;", "&amp;"),
        ("&nosuchentity; &;", "&nosuchentity; &;"),
        ("plain", "plain"),
    ],
)
def test_a_field_of_a_web_page_reads_as_it_is_seen(page: str, text: str) -> None:
    assert plain(page) == text


@given(ANY | TRICKY)
@example("<ſcript>tea</script>")
@example("&#" + "9" * 5000 + ";")
def test_any_page_is_fit_once_it_is_plain(page: str) -> None:
    assert_fit(plain(page))


@given(st.text("abc >;#39scriptyle/!-\n\x00"))
def test_what_holds_no_markup_is_only_cleaned(text: str) -> None:
    assert plain(text) == clean(text)


@given(st.text("ab <>scriptyle/!-\n"))
@example("<<b>b>")
@example("<scr<script></script>ipt>")
def test_no_tag_is_left_standing(page: str) -> None:
    assert not re.search("<[a-z]+>", plain(page))


LENGTH = 200_000


def seconds(work: Callable[[str], str], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "</",
        "<a",
        "<a href='",
        "<script",
        "<script ",
        "<script>",
        "<style></style",
        "</script ",
        "<!--",
        "<!-- -",
        "<!--<script><style>",
        "&",
        "&#",
        "&#9",
        "&#x",
        "&amp",
        "&lt;",
        "a\u0301",
        "\u0323\u0301",
        "\u0301",
        "\u0f73",
        "\x00 ",
        "\ud800",
    ],
)
def test_hostile_pages_take_no_longer_than_their_length(unit: str) -> None:
    text = unit * (LENGTH // len(unit))
    for hostile in (text, "x" + text + ">", "&#" + "9" * LENGTH + text):
        assert seconds(plain, hostile) < 1


@pytest.mark.parametrize("unit", ["a'", "1,", "not ", "x", "_", "don't", "’", "w1 "])
def test_hostile_wordings_take_no_longer_than_their_length(unit: str) -> None:
    assert seconds(merge_key, unit * (LENGTH // len(unit))) < 1


# ---- names in an IRI


@given(ANY)
@example("a~b%7Ec/ä")
def test_a_name_in_an_iri_can_be_read_back(name: str) -> None:
    safe = iri_safe(name)
    assert re.fullmatch("(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*", safe)
    assert unquote(safe, errors="surrogatepass") == name


@given(st.text("ab%~/ 27eE\ud800ä"), st.text("ab%~/ 27eE\ud800ä"))
def test_two_names_are_never_one_in_an_iri(one: str, other: str) -> None:
    assert (iri_safe(one) == iri_safe(other)) == (one == other)


# ---- two wordings of one intention


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("making coffee outdoors", "outdoors making coffee"),
        ("Making Coffee OUTDOORS", "making coffee outdoors"),
        ("used for camping", "to be used for the camp"),
        ("keep the knives sharp", "keeping a knife sharp"),
        ("store toys", "they store their toy"),
        ("a grey jewellery box", "gray jewelry boxes"),
        ("the colours of aluminium", "aluminum color"),
        ("organising tyres", "organize a tire"),
        ("the dog’s bowls", "dog's bowl"),
        ("don’t leak", "don't leak"),
        ("do not leak", "don't leak"),
        ("café tables", "CAFÉ TABLE"),
        ("tea, coffee and cake!", "cake/coffee (tea)"),
        ("both tea and tea", "tea"),
        ("a 2-pack", "2 pack"),
    ],
)
def test_two_wordings_of_one_intention_are_one(one: str, other: str) -> None:
    assert merge_key(one) == merge_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a mug with a handle", "a mug without a handle"),
        ("it leaks", "it does not leak"),
        ("it leaks", "it doesn't leak"),
        ("it leaks", "it never leaks"),
        ("a 2 litre pot", "a 3 litre pot"),
        ("a 3.5 mm plug", "a 35 mm plug"),
        ("wide angle", "wide angel"),
        ("tea", "tea and coffee"),
    ],
)
def test_a_negation_a_number_or_a_word_makes_another_intention(one: str, other: str) -> None:
    assert merge_key(one) != merge_key(other)


WORDS = st.sampled_from("tea coffee mug camping knife not 2 without box gift travel".split())


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_neither_order_nor_case_nor_function_words_change_the_key(some: list[str]) -> None:
    told = "The " + " of a ".join(some).upper() + ", and so it is."
    assert merge_key(told) == merge_key(" ".join(sorted(set(some)))) == key_of_words(some)


@given(ANY | TRICKY)
def test_a_text_that_is_not_blank_has_a_key(text: str) -> None:
    text = clean(text)
    assert bool(merge_key(text)) == bool(text)


def test_a_text_of_function_words_alone_is_its_own_key() -> None:
    assert merge_key("The One") == "the one"
    assert merge_key("The One") != merge_key("it is")
    assert key_of_words(words("The One")) == ""
    assert merge_key("?!") == "?!"


def test_a_lemma_is_american_and_possessives_are_gone() -> None:
    assert [lemma(word) for word in ("colours", "dog's", "dogs'", "b2b")] == [
        "color",
        "dog",
        "dog",
        "b2b",
    ]


def test_words_keep_their_order_and_numbers_their_fractions() -> None:
    assert words("3.5 mm jack, don’t BEND") == ["3.5", "mm", "jack", "don't", "bend"]
