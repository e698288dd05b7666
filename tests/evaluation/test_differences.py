"""What runs differ in, by what their manifests tell."""

from __future__ import annotations

from typing import Any

from mindgraph.evaluation.differences import differences, things


def manifest(config: dict[str, Any] | None = None, **told: Any) -> dict[str, Any]:
    """A manifest with the parts that are compared."""
    generate = {"model": "metadata", "pictures": True, "prompts": "mindgraph", "batch": 500}
    return {
        "mindgraph": "0.1.0",
        "versions": {"duckdb": "2.0.0"},
        "model": {"backend": "metadata", "model": "metadata", "revision": "1", "ways": []},
        "stages": [{"name": "read_products_1", "folder": "read_products_1-aa"}],
        "config": {
            "name": "shop",
            "products": [{"path": "/here/products.csv", "format": "table"}],
            "intentions": {"generate": generate},
            "rules": {"max_words": 40},
            **(config or {}),
        },
        **told,
    }


def generating(**changed: Any) -> dict[str, Any]:
    return {
        "intentions": {"generate": {**manifest()["config"]["intentions"]["generate"], **changed}}
    }


def keys(*manifests: dict[str, Any], prompts: tuple[str | None, ...] = (None, None)) -> list[str]:
    return [found.key for found in differences(manifests, prompts)]


def test_equal_runs_differ_in_nothing() -> None:
    assert keys(manifest(), manifest()) == []


def test_a_run_without_pictures_differs_in_one_key() -> None:
    (found,) = differences([manifest(), manifest(generating(pictures=False))], (None, None))
    assert (found.thing, found.key) == ("intentions.generate.pictures",) * 2
    assert found.values == (True, False)


def test_names_batches_and_other_ways_of_working_do_not_matter() -> None:
    other = manifest({**generating(batch=7), "name": "shop-2", "engine": {"threads": 9}})
    assert keys(manifest(), other) == []


def test_a_model_and_its_weights_are_one_thing() -> None:
    local = manifest(
        generating(model="transformers", local={"weights": "/m"}),
        model={"backend": "transformers", "model": "m", "revision": "2", "ways": []},
    )
    found = differences([manifest(), local], (None, None))
    assert things(found) == ["model"]
    assert [one.key for one in found] == [
        "intentions.generate.model",
        "intentions.generate.local",
        "model.backend",
        "model.model",
        "model.revision",
    ]


def test_asking_a_model_at_all_is_one_thing() -> None:
    ready = manifest({"intentions": {"generate": None}}, model=None)
    found = differences([manifest(), ready], ("mindgraph 12ab", None))
    assert things(found) == ["intentions.generate"]


def test_a_prompt_set_changed_under_its_name_is_a_difference() -> None:
    assert keys(manifest(), manifest(), prompts=("mindgraph 12", "mindgraph 34")) == ["prompts"]


def test_the_same_files_elsewhere_are_no_difference() -> None:
    moved = manifest({"products": [{"path": "/there/products.csv", "format": "table"}]})
    assert keys(manifest(), moved) == []


def test_other_bytes_under_the_same_path_are_a_difference() -> None:
    other = manifest(stages=[{"name": "read_products_1", "folder": "read_products_1-bb"}])
    assert keys(manifest(), other) == ["input.read_products_1"]


def test_the_same_bytes_read_by_another_version_are_no_difference() -> None:
    other = manifest(stages=[{"name": "read_products_1", "folder": "read_products_1-bb"}])
    told = [{**one, "inputs": {path: "12ab"}} for one, path in ((manifest(), "a"), (other, "b"))]
    assert keys(*told) == []
    assert keys(told[0], {**told[1], "inputs": {"b": "34cd"}}) == ["input.read_products_1"]


def test_a_file_read_another_way_is_told_once() -> None:
    other = manifest(
        {"products": [{"path": "/here/products.csv", "format": "amazon"}]},
        stages=[{"name": "read_products_1", "folder": "read_products_1-bb"}],
    )
    assert keys(manifest(), other) == ["products.1.format"]


def test_three_runs_are_compared_together() -> None:
    runs = [manifest(), manifest(generating(pictures=False)), manifest({"rules": {"max_words": 9}})]
    found = differences(runs, (None, None, None))
    assert things(found) == ["intentions.generate.pictures", "rules.max_words"]
    assert found[1].values == (40, 40, 9)
