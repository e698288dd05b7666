"""The config: what a YAML file may say, and what is told of one that is wrong.

- Every problem is one line, `file:line: key: advice`, and all of them are told in one go.
- Nothing is guessed: an unknown key, a value of another type, a key given twice is a problem.
- A path counts from the config's folder, one with `${NAME}` from the current folder.
- A config that was read does not change.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mindgraph.config import FORMATS, Config, load_config
from mindgraph.errors import ConfigError
from mindgraph.relations import PROFILES
from mindgraph.resources import resource

SHOP = "name: shop\nproducts:\n  - path: products.csv\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "shop.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(folder: Path, text: str | bytes) -> list[str]:
    """What is told of a wrong config: its lines, without the folder."""
    with pytest.raises(ConfigError) as caught:
        load_config(written(folder, text))
    lines = str(caught.value).split("\n")
    assert all(line.startswith(f"{folder / 'shop.yaml'}:") for line in lines)
    return [line.removeprefix(f"{folder}/") for line in lines]


def read(folder: Path, text: str) -> Config:
    return load_config(written(folder, text))


# ---- what is right


@pytest.mark.parametrize("path", sorted(resource("configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_bundled_config_can_be_read(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDGRAPH_DATA", str(tmp_path))
    config = load_config(path)
    assert config.name
    named = [file.path for file in (*config.products, *config.intentions.ready)]
    assert named and all(file.is_absolute() for file in named)


def test_the_demo_names_files_that_are_there() -> None:
    config = load_config(resource("configs/demo.yaml"))
    files = [config.products[0].path, config.pairs.orders[0].path, config.concepts.isa]
    assert all(file and file.is_file() for file in files)
    assert config.pictures.folder and config.pictures.folder.is_dir()


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP)
    assert config.name == "shop"
    assert config.products[0].columns.id == "id"
    assert config.pairs.min_support == 2
    assert config.intentions.generate is None
    assert config.intentions.relations == PROFILES["all"]


def test_numbers_may_be_written_without_a_fraction(tmp_path: Path) -> None:
    assert read(tmp_path, SHOP + "pairs: {min_lift: 2, same_title: 1}").pairs.min_lift == 2.0


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("usage", PROFILES["usage"]),
        ("[usedFor, isA, usedFor]", ("usedFor", "isA")),
        ("[propertOf, causeEffect]", ("propertyOf", "causeDesire")),
    ],
)
def test_relations_are_a_profile_or_names(
    tmp_path: Path, given: str, names: tuple[str, ...]
) -> None:
    text = SHOP + f"intentions: {{generate: {{model: metadata, relations: {given}}}}}"
    generate = read(tmp_path, text).intentions.generate
    assert generate and generate.relations == names


def test_ready_rows_have_the_columns_of_their_format_unless_they_name_others(
    tmp_path: Path,
) -> None:
    text = (
        "name: said\nintentions:\n  ready:\n    - {path: a.csv, format: mind}\n"
        "    - {path: b.csv, columns: {product_a: x, product_b: y, intention: z}}\n"
    )
    mind, own = read(tmp_path, text).intentions.ready
    assert mind.names == FORMATS["mind"]
    assert (own.names.product_a, own.names.intention, own.names.title_a) == ("x", "z", None)


def test_a_config_that_was_read_does_not_change(tmp_path: Path) -> None:
    config = read(tmp_path, SHOP)
    with pytest.raises(ValidationError):
        config.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        config.pairs.min_support = 1  # type: ignore[misc]


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, b"\xef\xbb\xbf" + SHOP.encode())).name == "shop"


# ---- paths


def path_of(folder: Path, path: str) -> Path:
    return read(folder, f"name: shop\nproducts: [{{path: '{path}'}}]").products[0].path


def test_a_plain_path_counts_from_the_configs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert path_of(tmp_path, "data/p.csv") == tmp_path / "data/p.csv"
    assert path_of(tmp_path, "/data/p.csv") == Path("/data/p.csv")


def test_a_path_from_the_environment_counts_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DATA", "data")
    assert path_of(tmp_path, "${SHOP_DATA}/p.csv") == Path("data/p.csv")
    assert path_of(tmp_path, "${SHOP_DATA:-else}/p.csv") == Path("data/p.csv")
    monkeypatch.setenv("SHOP_DATA", "/data")
    assert path_of(tmp_path, "${SHOP_DATA}/p.csv") == Path("/data/p.csv")


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_has_its_default_or_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("SHOP_DATA", raising=False)
    if value is not None:
        monkeypatch.setenv("SHOP_DATA", value)
    assert path_of(tmp_path, "${SHOP_DATA:-data}/p.csv") == tmp_path / "data/p.csv"
    assert path_of(tmp_path, "${SHOP_DATA:-}p.csv") == tmp_path / "p.csv"
    assert told(tmp_path, "name: shop\nproducts:\n  - path: ${SHOP_DATA}/p.csv") == [
        "shop.yaml:3: products.0.path: the variable SHOP_DATA is not set; "
        "run: export SHOP_DATA=FOLDER"
    ]


# ---- what is wrong

WRONG = [
    ("pictres: {}", 4, "pictres: unknown key; did you mean 'pictures'?"),
    ("zzz: 1", 4, "zzz: unknown key; known here: name, products, pictures, "),
    ("pairs:\n  min_suport: 1", 5, "pairs.min_suport: unknown key; did you mean 'min_support'?"),
    (
        "pairs:\n  links:\n    - path: l.csv\n      source: x\n      columns: {a: x, aa: y}",
        8,
        "pairs.links.0.columns.aa: unknown key; ",
    ),
    ("intentions: {generate: {modell: x, model: metadata}}", 4, "intentions.generate.modell: unk"),
    ("intentions:\n  ready:\n    - {path: x, colums: {}}", 6, "intentions.ready.0.colums: unkn"),
    ("5: x", 4, "5: keys should be strings"),
    ("pairs: {min_support: often}", 4, "pairs.min_support: input should be a valid integer, not"),
    ("pairs: {min_support: '2'}", 4, "pairs.min_support: input should be a valid integer, not '2'"),
    ("pairs: {min_support: 2.5}", 4, "pairs.min_support: input should be a valid integer, not 2.5"),
    ("pairs: {min_support: yes}", 4, "pairs.min_support: input should be a valid integer, not Tr"),
    ("pairs: {min_support: 0}", 4, "pairs.min_support: input should be greater than or equal to 1"),
    ("pairs: {same_title: 1.5}", 4, "pairs.same_title: input should be less than or equal to 1"),
    ("pairs: {min_lift: .nan}", 4, "pairs.min_lift: input should be a finite number"),
    ("pairs: {keep_variants: 2}", 4, "pairs.keep_variants: input should be a valid boolean, not 2"),
    ("pairs: {links: [{path: l.csv}]}", 4, "pairs.links.0.source: field required"),
    ("pairs: []", 4, "pairs: input should be a valid dictionary"),
    ("engine:", 4, "engine: input should be a valid dictionary"),
    ("engine: {memory: much}", 4, "engine.memory: 'much' is no bound of memory"),
    ("pictures: {folder: 5}", 4, "pictures.folder: a path is a text, not 5"),
    ("pictures: {folder: [a]}", 4, "pictures.folder: a path is a text, not ['a']"),
    ("intentions: {relations: mine}", 4, "intentions.relations: no profile 'mine'; use mind, "),
    ("intentions: {relations: [usdFor]}", 4, "intentions.relations: no relation 'usdFor'; the ne"),
    ("intentions: {relations: 5}", 4, "intentions.relations: not 5, but mind, folkscope"),
    ("intentions: {relations: }", 4, "intentions.relations: not None, but mind, folkscope"),
    ("intentions: {relations: [5]}", 4, "intentions.relations: a relation's name is a text, not"),
    ("intentions: {generate: {model: gpt}}", 4, "intentions.generate.model: input should be "),
    ("intentions: {generate: {model: recorded}}", 4, "intentions.generate: the recorded model nee"),
    ("pairs: {min_support: 2,\n  min_support: 3}", 5, "pairs.min_support: given twice; delete one"),
    ("rules:\n  max_words: 3\nrules:\n  max_words: 4", 6, "rules: given twice; delete one of them"),
    ('"a\\nb": 1', 4, "a b: unknown key; "),
]


@pytest.mark.parametrize(("more", "line", "advice"), WRONG, ids=[case[0] for case in WRONG])
def test_a_problem_is_one_line_with_its_place_and_its_repair(
    tmp_path: Path, more: str, line: int, advice: str
) -> None:
    (problem,) = told(tmp_path, SHOP + more)
    assert problem.startswith(f"shop.yaml:{line}: {advice}")


@pytest.mark.parametrize("given", ["5", "[5]", "{a: b}"])
def test_a_column_or_a_list_of_columns_is_told_once(tmp_path: Path, given: str) -> None:
    (problem,) = told(tmp_path, SHOP + f"    columns: {{categories: {given}}}")
    assert problem.startswith("shop.yaml:4: products.0.columns.categories: a column's name or a li")


def test_a_config_that_reads_nothing_is_told(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, "name: shop")
    assert problem.startswith("shop.yaml:1: config: nothing to read: name files under `products`")


def test_several_problems_are_told_in_one_go(tmp_path: Path) -> None:
    text = (
        "name: my shop\n"
        "products:\n"
        "  - path: p.csv\n"
        "    formt: table\n"
        "  - {format: table}\n"
        "pairs: {min_support: often}\n"
        "engine: {threads: 2, threads: 3}\n"
    )
    problems = told(tmp_path, text)
    places = {":".join(problem.split(":")[1:3]) for problem in problems}
    assert places == {
        "1: name",
        "4: products.0.formt",
        "5: products.1.path",
        "6: pairs.min_support",
        "7: engine.threads",
    }
    assert len(problems) == 5


@pytest.mark.parametrize("key", ["api_key", "password", "neo4j_password", "token"])
def test_a_secret_has_no_place_and_is_not_repeated(tmp_path: Path, key: str) -> None:
    (problem,) = told(tmp_path, SHOP + f"{key}: s3cret")
    assert problem.startswith(f"shop.yaml:4: {key}: unknown key; ")
    assert "s3cret" not in problem


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]", "- name: shop", "shop", "&a [*a]"])
def test_a_file_that_is_no_mapping_is_told(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == ["shop.yaml: a config is a mapping that starts with `name: …`"]


@pytest.mark.parametrize(
    "text",
    [
        "name: 'shop",
        "name: a: b",
        "\tname: shop",
        "name: shop\n---\nname: other",
        "? [a]\n: b",
        "!!python/object/apply:os.getcwd []",
        "\x00",
        "name: 2020-13-01",
        "name: " + "9" * 5000,
        "[" * 5000,
    ],
    ids=lambda text: text[:12],
)
def test_a_file_that_is_no_yaml_is_one_line(tmp_path: Path, text: str) -> None:
    (problem,) = told(tmp_path, text)
    assert problem.startswith("shop.yaml: not YAML: ")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for path, advice in (
        (tmp_path / "nothing.yaml", "no such config; see configs/ for examples"),
        (tmp_path, "cannot be read: "),
        (tmp_path / "a\0b", "cannot be read: "),
        (written(tmp_path, b"\xff\xfename"), "cannot be read: "),
    ):
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert str(caught.value).startswith(f"{path}: {advice}")
        assert "\n" not in str(caught.value)


def test_what_was_given_is_told_in_short(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n"
    for one, next_one in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 8)}]\n"
    name = next(line for line in told(tmp_path, bomb + "name: *h\n") if "yaml:9: name:" in line)
    assert "input should be a valid string, not [[" in name
    assert len(name) < 400


def test_an_alias_of_what_it_stands_in_does_not_lead_in_circles(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, SHOP + "rules: &r {max_words: *r}")
    assert problem.startswith("shop.yaml:4: rules.max_words: input should be a valid integer, not ")


KEYS = st.sampled_from(
    "name products path columns id categories pairs links orders source sources min_support "
    "intentions ready generate relations model pictures folder rules engine memory x".split()
) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_mapping_is_a_config_or_a_list_of_problems(tmp_path: Path, data: object) -> None:
    path = written(tmp_path, yaml.safe_dump(data))
    try:
        assert isinstance(load_config(path), Config)
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert re.match(rf"{re.escape(str(path))}:(\d+:)? .+: .+", line)
