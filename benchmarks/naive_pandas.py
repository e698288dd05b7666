"""The same graph as a data engineer would build it in an afternoon, with pandas.

    python benchmarks/naive_pandas.py IN.csv ISA.tsv OUT_DIR

It reads a MIND file and an is-a table of Probase's format and writes Parquet tables to
OUT_DIR/nodes and OUT_DIR/edges: products, co-buys, intentions merged by their lemmas, concepts,
one table of statements per relation, HAS_PRODUCT and HAS_CONCEPT. It prints the rows of each.

This is what mindgraph is compared with: plain pandas, neither slowed down nor tuned. It checks
nothing, keeps no provenance and writes no store.
"""

from __future__ import annotations

import argparse
import re
import sys
from hashlib import blake2b
from pathlib import Path

import pandas as pd
from phrases import RELATIONS
from simplemma import lemmatize

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

LEADS = {relation: lead for relation, (lead, _) in RELATIONS.items()}

# "not" is no stop word: a statement and its denial are two intentions.
STOP_WORDS = frozenset(
    """
    a about all also an and any are as at be because been being both but by can could do does each
    every for from had has have he her his how i if in into is it its many may more most my of on
    one or other our she should so some such than that the their them then there these they this
    those to too very was we were what when which while who will with would you your
    """.split()
)

LONGEST_MENTION = 4
CONCEPTS_PER_MENTION = 5


def read_kept(path: Path) -> pd.DataFrame:
    """Return the rows whose statement was judged true."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    return rows[rows["Agreement"].str.match(r"\s*yes\b", case=False)].copy()


def strip_lead(statement: str, lead: str) -> str:
    """Return what a statement says after the words its relation starts with."""
    tail = statement.removeprefix(lead) if lead else statement
    return tail.strip().rstrip(".")


def merge_key(text: str) -> str:
    """Return the sorted lemmas of a text, the same for texts that say the same."""
    words = (word for word in WORD.findall(text.lower()) if word not in STOP_WORDS)
    return " ".join(sorted({lemmatize(word, lang="en") for word in words}))


def digest(key: str) -> str:
    """Return a short stable id of a key."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


def add_keys(kept: pd.DataFrame) -> pd.DataFrame:
    """Add the pair, the tail and the intention of every statement."""
    first = kept["id_a"].where(kept["id_a"] < kept["id_b"], kept["id_b"])
    second = kept["id_b"].where(kept["id_a"] < kept["id_b"], kept["id_a"])
    kept["first"], kept["second"] = first, second
    kept["pair"] = first + "|" + second
    leads = kept["Relation"].map(LEADS).fillna("")
    statements = zip(kept["Intention"], leads, strict=True)
    kept["tail"] = [strip_lead(text, lead) for text, lead in statements]
    kept["key"] = kept["tail"].apply(merge_key)
    kept = kept[kept["key"] != ""].copy()
    kept["intention"] = kept["key"].apply(digest)
    return kept


def product_nodes(kept: pd.DataFrame) -> pd.DataFrame:
    """Return every product once."""
    names = ["id", "title", "description", "category"]
    left = kept[["id_a", "Product_a", "product_a_desc", "Cate"]].set_axis(names, axis=1)
    right = kept[["id_b", "Product_b", "product_b_desc", "Cate"]].set_axis(names, axis=1)
    return pd.concat([left, right]).drop_duplicates("id")


def cobuy_nodes(kept: pd.DataFrame) -> pd.DataFrame:
    """Return every unordered pair of products once."""
    pairs = kept[["pair", "first", "second", "Cate"]].drop_duplicates("pair")
    return pairs.rename(columns={"pair": "id", "Cate": "category"})


def product_edges(cobuys: pd.DataFrame) -> pd.DataFrame:
    """Return the two edges of every pair to its products."""
    edges = cobuys.melt(id_vars="id", value_vars=["first", "second"], value_name="product")
    return edges[["id", "product"]]


def intention_nodes(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the intentions with their support and their most frequent text."""
    support = kept.groupby("intention").size().rename("support")
    texts = kept.groupby(["intention", "tail"]).size().rename("count").reset_index()
    texts = texts.sort_values(["count", "tail"], ascending=[False, True])
    nodes = texts.drop_duplicates("intention").drop(columns="count")
    nodes = nodes.merge(support, left_on="intention", right_index=True)
    return nodes.rename(columns={"intention": "id", "tail": "text"})


def statement_edges(kept: pd.DataFrame, folder: Path) -> dict[str, int]:
    """Write the statements of every relation; return their numbers."""
    counts = {}
    for relation, rows in kept.groupby("Relation"):
        edges = rows[["pair", "intention", "tail"]].drop_duplicates(["pair", "intention"])
        edges.to_parquet(folder / f"{relation}.parquet", index=False)
        counts[str(relation)] = len(edges)
    return counts


def read_isa(path: Path) -> pd.DataFrame:
    """Return the likeliest concepts of every instance."""
    names = ["concept", "instance", "count"]
    isa = pd.read_csv(path, sep="\t", names=names, quoting=3, keep_default_na=False)
    isa["instance"] = isa["instance"].str.lower()
    isa = isa.groupby(["instance", "concept"], as_index=False)["count"].sum()
    isa["score"] = isa["count"] / isa.groupby("instance")["count"].transform("sum")
    isa = isa.sort_values(["instance", "score", "concept"], ascending=[True, False, True])
    return isa.groupby("instance").head(CONCEPTS_PER_MENTION)


def longest(words: list[str], lemmas: list[str], instances: set[str]) -> tuple[str, int]:
    """Return the longest instance the words start with and its length, or "" and one."""
    for size in range(min(LONGEST_MENTION, len(words)), 0, -1):
        for phrase in (" ".join(words[:size]), " ".join(lemmas[:size])):
            if phrase in instances:
                return phrase, size
    return "", 1


def mentions(text: str, instances: set[str]) -> list[str]:
    """Return the instances a text names, longest match first, from left to right."""
    words = WORD.findall(text.lower())
    lemmas = [lemmatize(word, lang="en") for word in words]
    found, at = [], 0
    while at < len(words):
        phrase, size = longest(words[at:], lemmas[at:], instances)
        if phrase:
            found.append(phrase)
        at += size
    return found


def concept_edges(intentions: pd.DataFrame, isa: pd.DataFrame) -> pd.DataFrame:
    """Return the concepts of every intention, each with its best score."""
    instances = set(isa["instance"])
    linked = intentions[["id"]].copy()
    linked["instance"] = intentions["text"].apply(mentions, args=(instances,))
    linked = linked.explode("instance").dropna().drop_duplicates()
    linked = linked.merge(isa[["instance", "concept", "score"]], on="instance")
    return linked.groupby(["id", "concept"], as_index=False)["score"].max()


def build(csv: Path, isa: Path, out: Path) -> dict[str, int]:
    """Write all tables; return their numbers of rows."""
    nodes, edges = out / "nodes", out / "edges"
    nodes.mkdir(parents=True, exist_ok=True)
    edges.mkdir(parents=True, exist_ok=True)
    kept = add_keys(read_kept(csv))
    tables = {nodes / "Product": product_nodes(kept), nodes / "CoBuy": cobuy_nodes(kept)}
    tables[edges / "HAS_PRODUCT"] = product_edges(tables[nodes / "CoBuy"])
    tables[nodes / "Intention"] = intention_nodes(kept)
    counts = statement_edges(kept, edges)
    links = concept_edges(tables[nodes / "Intention"], read_isa(isa))
    tables[edges / "HAS_CONCEPT"] = links
    tables[nodes / "Concept"] = links[["concept"]].drop_duplicates().set_axis(["id"], axis=1)
    for path, table in tables.items():
        table.to_parquet(path.with_suffix(".parquet"), index=False)
        counts[path.name] = len(table)
    return counts


def main() -> int:
    """Build the graph and print the rows of every table."""
    parser = argparse.ArgumentParser(description="Build the graph with plain pandas.")
    parser.add_argument("csv", type=Path)
    parser.add_argument("isa", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    for name, count in build(args.csv, args.isa, args.out).items():
        print(f"{name}: {count:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
