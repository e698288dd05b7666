"""How servers that speak OpenAI's API differ: their knobs, and what they turn out to refuse.

A knob that is not sent takes the server's default or the checkpoint's own, so every one is named.
Sources: the parameter tables of vLLM, SGLang, Ollama, llama.cpp and OpenAI as of 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mindgraph.errors import UsageError
from mindgraph.text import clean


@dataclass(frozen=True)
class Server:
    """What one kind of server is sent: its `extras` turn off what would bend a distribution.

    `limit` is its word for the most tokens a reply may have, `alternatives` how many likeliest
    tokens are asked for; 0 where it gives none.
    """

    extras: Mapping[str, object] = field(default_factory=dict)
    limit: str = "max_tokens"
    alternatives: int = 20


_FILTERS_OFF = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}

SERVERS = {
    "openai": Server(),
    "vllm": Server(_FILTERS_OFF),
    "sglang": Server(_FILTERS_OFF),
    "ollama": Server(),
    # its `n_probs` is made of `top_logprobs`; the other names are its own for the same filters
    "llamacpp": Server(
        {"cache_prompt": True, "top_k": 0, "min_p": 0.0, "typical_p": 1.0, "repeat_penalty": 1.0}
    ),
}


def server_called(kind: str) -> Server:
    """The server of a kind; raises UsageError that names the known kinds."""
    if kind not in SERVERS:
        raise UsageError(f"no server is called {kind!r}; use {', '.join(SERVERS)}")
    return SERVERS[kind]


_FEWER = {20: 5, 5: 0}


def stepped_down(server: Server, complaint: str, asked: str, judging: bool) -> Server | None:
    """The server as it should be asked after an answer 400; None where no other way is known.

    New models of OpenAI's refuse `max_tokens`, though old servers know nothing else; some servers
    list five alternatives at most, and models that think list none. Only a judge asks for
    alternatives. A word that was in the text `asked` teaches nothing: a server may quote it.
    """
    quotable = clean(asked)  # as the complaint is

    def names(knob: str) -> bool:
        return knob in complaint and knob not in quotable

    if names("max_completion_tokens") and server.limit == "max_tokens":
        return replace(server, limit="max_completion_tokens")
    if judging and names("logprobs") and server.alternatives in _FEWER:
        return replace(server, alternatives=_FEWER[server.alternatives])
    return None
