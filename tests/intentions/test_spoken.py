"""What a model's reply says.

- A block of thought is no answer, closed or not, opened by the model or by its chat template.
- A claim is the paragraph under its relation, without markup, labels and politeness.
- A reply that was cut off loses its last, broken sentence; one that has no other is incomplete.
- Silence and refusals have reasons, and are never a text.
- A yes or no stands first; the reason is what follows it.
- Any reply is read in time that grows with its length.
"""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph.intentions.spoken import (
    Unsaid,
    answer_of,
    claim_of,
    feature_of,
    reason_of,
    without_thought,
)
from mindgraph.intentions.verdicts import verdict_of
from mindgraph.relations import RELATIONS

CAMPING = "they are both used for camping."


# ---- Thoughts


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Yes", "Yes"),
        ("<think>no</think>Yes", "Yes"),
        ("\n <THINKING>\nno\n</THINKING>\nYes", "\nYes"),
        ("no, because</think>Yes", "Yes"),
        ("◁think▷no◁/think▷Yes", "Yes"),
        ("<think>a</think><think>b</think>Yes", "Yes"),
        ("<think>never closed", ""),
        ("<think>a</think><think>never closed", ""),
        ("<think></think>", ""),
        ("I <think> so", "I <think> so"),
        ("costs < 5", "costs < 5"),
        ("", ""),
    ],
)
def test_a_thought_is_no_answer(text: str, after: str) -> None:
    assert without_thought(text) == after


# ---- Claims


@pytest.mark.parametrize(
    "reply",
    [
        CAMPING,
        f"  {CAMPING}\n",
        f'"{CAMPING}"',
        f"“{CAMPING}”",
        f"**{CAMPING}**",
        f"*{CAMPING}*",
        f"`{CAMPING}`",
        f"```text\n{CAMPING}\n```",
        f"> {CAMPING}",
        f"- {CAMPING}",
        f"1. {CAMPING}\n2. They are both used for hiking.",
        f"(1) {CAMPING}",
        f"Answer: {CAMPING}",
        f"**Answer:** {CAMPING}",
        f"**Potential intention**: “{CAMPING}”",
        f"### Intention\n\n{CAMPING}",
        f"**Reason**\n{CAMPING}",
        f"ASSISTANT: {CAMPING}",
        f"Sure! {CAMPING}",
        f"Sure, {CAMPING}",
        f"Certainly. Here is one sentence: {CAMPING}",
        f"Sure, here's the answer.\n{CAMPING}",
        f"Here is a possible intention:\n\n{CAMPING}",
        f"Based on the pictures and descriptions, {CAMPING}",
        f"The person might buy both because {CAMPING}",
        f"{CAMPING}\n\nThis is because tents and lamps belong together.",
        f"Both are sturdy products.\n\n{CAMPING}",
        f"{CAMPING}<|im_end|>",
        f"<s>{CAMPING}</s>",
        f"<think>Perhaps they are both used for hiking.</think>\n\n{CAMPING}",
        f"Maybe they are both used for hiking.\n</think>\n{CAMPING}",
        "they are both used\nfor camping.",
        f"{CAMPING} {CAMPING} {CAMPING}",
    ],
)
def test_a_claim_is_found_in_what_surrounds_it(reply: str) -> None:
    assert claim_of(reply, "usedFor", "stop") == CAMPING


@pytest.mark.parametrize(
    "claim",
    [
        "keeping coffee hot on the way to work",
        '"Tea" and "cups" make a gift',
        "The potential intention of buying both may be that they are both used for camping.",
        "They are both used for camping. They keep warm, e.g. at night. Both are light.",
        "Suresh wears both when it rains.",
        "Here they keep warm, and there they keep dry",
        "Answering machines need both",
        "a rope of 3.5 * 2 m",
        "the person wants his dogs' leash",
        "no more cold feet",
        "None of them rusts",
        "I am happy with both",
    ],
)
def test_what_is_no_markup_stays(claim: str) -> None:
    assert claim_of(claim, "usedFor", "stop") == claim


def test_a_paragraph_of_120_words_survives() -> None:
    sentences = [f"Reason {n} is that they both keep the tea of {n} guests hot." for n in range(10)]
    reply = "The potential intention of buying both may be that they both are warm. "
    reply += " ".join(sentences)
    assert len(reply.split()) > 120
    assert claim_of(reply, "other", "stop") == reply


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_paragraph_of_the_relation_is_the_claim(relation: str) -> None:
    phrase = RELATIONS[relation].phrase
    reply = f"These go well together.\n\n{phrase} tea at night."
    claim = f"{phrase} tea at night." if phrase else "These go well together."
    assert claim_of(reply, relation, "stop") == claim


@pytest.mark.parametrize("relation", sorted(set(RELATIONS) - {"open"}))
def test_what_leads_up_to_the_relation_is_left_out(relation: str) -> None:
    claim = f"{RELATIONS[relation].phrase} tea at night."
    assert claim_of(f"A person buys both because {claim}", relation, "stop") == claim
    assert claim_of(f"A person buys both because {claim}", "open", "stop").startswith("A person")


# ---- What was cut off


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("They both are warm. They both ke", "They both are warm."),
        ("They both are warm! They", "They both are warm!"),
        ("They both are warm.", "They both are warm."),
        ("They both are “warm.” They", "They both are “warm.”"),
        ("They hold 3.5 oz. of tea. They ho", "They hold 3.5 oz. of tea."),
        ("They both are warm.\n\nBoth of them", "They both are warm."),
        ("它们很暖和。它们", "它们很暖和。"),
    ],
)
def test_a_reply_that_was_cut_off_keeps_its_whole_sentences(reply: str, kept: str) -> None:
    assert claim_of(reply, "other", "length") == kept


@pytest.mark.parametrize(
    "reply",
    [
        "They both are wa",
        "They hold 3.5 oz. of",
        "They are warm, e.g. in",
        "Here is the answer:",
        "They both are warm...",
        "<think>They both are warm.",
        "",
    ],
)
def test_a_reply_without_a_whole_sentence_is_incomplete(reply: str) -> None:
    with pytest.raises(Unsaid) as unsaid:
        claim_of(reply, "other", "length")
    assert unsaid.value.reason == "incomplete"


# ---- Silence and refusals


@pytest.mark.parametrize(
    "reply",
    ["", " \n ", "...", "**", "“”", "None", "N/A.", "nothing", "Answer:", "Sure!", "Here it is:"],
)
def test_silence_is_nothing_said(reply: str) -> None:
    for read in (lambda: claim_of(reply, "usedFor", "stop"), lambda: feature_of(reply, "stop")):
        with pytest.raises(Unsaid) as unsaid:
            read()
        assert unsaid.value.reason == "nothing said"


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry",
        "Sorry, I cannot see any picture.",
        "As an AI language model, I do not shop.",
        "I cannot tell.",
        "**I am unable to see the picture.**",
        "Unfortunately, I have no picture.",
        "<think>no picture?</think>I apologize, there is none.",
    ],
)
@pytest.mark.parametrize("finish_reason", ["stop", "length"])
def test_a_refusal_is_no_text(reply: str, finish_reason: str) -> None:
    with pytest.raises(Unsaid) as unsaid:
        claim_of(reply, "usedFor", finish_reason)
    assert unsaid.value.reason == "refused"
    with pytest.raises(Unsaid) as unsaid:
        feature_of(reply, finish_reason)
    assert unsaid.value.reason == "refused"


# ---- Features


@pytest.mark.parametrize(
    ("reply", "feature"),
    [
        ("A steel mug. It has a lid.", "A steel mug. It has a lid."),
        ("A steel mug.\n\nIt has a lid.", "A steel mug. It has a lid."),
        ("Description: A steel mug.", "A steel mug."),
        ("Sure! Here is a description of it:\n\nA steel mug.", "A steel mug."),
        ("**Design:** sleek\n- **Material:** steel\n", "Design: sleek; Material: steel"),
        ("A steel mug.\n\nLet me know if you need more!", "A steel mug."),
        ("A steel mug. A steel mug. A steel mug.", "A steel mug."),
        ("A steel mug.\n\nIt has a li", "A steel mug."),
    ],
)
def test_a_description_is_one_line(reply: str, feature: str) -> None:
    cut = "length" if reply.endswith("li") else "stop"
    assert feature_of(reply, cut) == feature


def test_a_description_that_was_cut_off_in_its_first_sentence_is_incomplete() -> None:
    with pytest.raises(Unsaid, match="incomplete"):
        feature_of("A mug made of", "length")


# ---- Spoken verdicts


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("Yes", "yes", ""),
        ("No.", "no", ""),
        ("Yes, both fit.", "yes", "both fit."),
        ("**Yes**, because both fit.", "yes", "because both fit."),
        ("**No**\n\n**Reason:** They differ.\nA lot.", "no", "They differ. A lot."),
        ("Answer: No. The reason is that they differ.", "no", "that they differ."),
        ("**Answer:** Yes - both fit.", "yes", "both fit."),
        ("The answer is: No", "no", ""),
        ("My final answer is yes.", "yes", ""),
        ("<answer>Yes</answer>", "yes", ""),
        ('"No," it is "bad"', "no", 'it is "bad"'),
        ("No, yes would be wrong.", "no", "yes would be wrong."),
        ("Yes, yes!", "yes", "yes!"),
        ("<think>No. Yes.</think>\n\nNo, they differ.", "no", "they differ."),
        ("No? Yes!\n</think>\nNo, they differ.", "no", "they differ."),
        ("Yes and no", None, ""),
        ("Yes, and no.", None, ""),
        ("Yes/No", None, ""),
        ("Yes or No? No.", None, ""),
        ("No idea", None, ""),
        ("No way to tell", None, ""),
        ("Not sure", None, ""),
        ("Maybe", None, ""),
        ("Yesterday", None, ""),
        ("<think>Yes", None, ""),
        ("", None, ""),
    ],
)
def test_an_answer_and_its_reason(text: str, answer: str | None, reason: str) -> None:
    assert answer_of(text) == answer
    assert reason_of(text) == reason
    if text:
        assert verdict_of(text)[0] == (answer or "unparsed")


# ---- Any reply

PIECE = st.sampled_from(
    ["<think>", "</think>", "Yes", "no", "Answer:", "**", "- ", "1. ", "\n", "Sure, ", "Here is ",
     "they are both used for ", "because ", '"', "“", ".", "tea", " ", "```", "<|im_end|>", "None"]
)  # fmt: skip
REPLY = st.lists(PIECE | st.text(max_size=5), max_size=15).map("".join)


@given(REPLY, st.sampled_from(sorted(RELATIONS)), st.sampled_from(["stop", "length"]))
@example("\x00\ud800\u2028", "open", "stop")
def test_any_reply_is_a_text_or_has_a_reason(text: str, relation: str, finish: str) -> None:
    for read in (lambda: claim_of(text, relation, finish), lambda: feature_of(text, finish)):
        try:
            said = read()
        except Unsaid as unsaid:
            assert unsaid.reason in ("nothing said", "incomplete", "refused")
            assert unsaid.reason != "incomplete" or finish == "length"
        else:
            assert said == said.strip() != ""
            assert "\n" not in said
    assert answer_of(text) in ("yes", "no", None)
    assert not reason_of(text) or answer_of(text)


@pytest.mark.parametrize(
    "piece",
    ["they are both used for ", "because they ", "<think>", "</think>", "1. ", "\n", "a\n", "**",
     "answer: ", "Sure, ", "here is ", ". ", "! ", "oz. ", "'", "based on the ", "`", "yes/no "],
)  # fmt: skip
def test_a_hostile_reply_takes_no_more_time_than_its_length(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    started = time.process_time()
    with suppress(Unsaid):
        claim_of(text, "usedFor", "length")
    with suppress(Unsaid):
        feature_of(text, "length")
    verdict_of(text)
    reason_of(f"Yes {text}")
    # a tenth of a second; what grows with the square of the length takes minutes
    assert time.process_time() - started < 5
