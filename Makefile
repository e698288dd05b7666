# Two commands for everyone: `make demo` and `make test`. CI calls the second.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMPS := .stamps
# What every command needs the package for is installed once, and again when its needs change.
NEEDS  := pyproject.toml constraints.txt
# All that tests need; vllm pins what clashes with these.
EXTRAS := annotate bench endpoint eval export lint lvlm neo4j rdf readers test vectors
comma  := ,
space  := $() $()

.PHONY: help demo test lint golden bench lock clean

help: ## Print what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(STAMPS)/demo ## Install, build the demo graph, ask it
	$(BIN)/mindgraph build demo --run runs/demo
	@echo
	$(BIN)/mindgraph why runs/demo COF-101 COF-102
	@echo
	$(BIN)/mindgraph query runs/demo top_concepts -p relation=usedFor -p limit=8
	@echo
	@echo "Next: $(BIN)/mindgraph stats runs/demo"
	@echo "      $(BIN)/mindgraph query --list"
	@echo "      configs/demo.yaml is what was built; README.md says how to build your own shop."

test: $(STAMPS)/test lint ## Install and run all checks and tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(STAMPS)/test ## Style, types, the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: $(STAMPS)/test ## Write generated files anew: schema files, the demo's golden tables
	$(BIN)/python -m mindgraph.graph.schema
	$(BIN)/python -m mindgraph.exporters.vocabulary
	$(BIN)/python -m tests.golden
	$(BIN)/python -m tests.exporters.carried

bench: $(STAMPS)/bench ## Build a graph of MIND's size beside a plain pandas version
	$(BIN)/python benchmarks/build.py --scale 1.0

lock: $(VENV)/made ## Solve the versions anew
	$(BIN)/uv pip compile -q --universal --python-version 3.10 --no-header \
		$(foreach extra,$(EXTRAS),--extra $(extra)) \
		--no-annotate pyproject.toml -o constraints.txt

clean: ## Remove what was installed and built here
	rm -rf $(VENV) $(STAMPS) runs

$(VENV)/made:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@touch $@

$(STAMPS)/demo: $(VENV)/made $(NEEDS)
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: $(VENV)/made $(NEEDS)
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[$(subst $(space),$(comma),$(EXTRAS))]'
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/demo

$(STAMPS)/bench: $(STAMPS)/test
	@touch $@
