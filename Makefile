# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.installed
LOG := $(VENV)/install.log

# Two cores are what most machines have. A file's tests stay in one process, for they share what takes seconds to make (a
# library, a model); what `make bench` measures runs alone.
WORKERS ?= 2

.PHONY: demo test bench baseline mini entailment reader clean

demo: $(DONE)
	@$(BIN)/python -m evals.demo

test: $(DONE)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadscope

bench: $(DONE)
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m evals attacks
	$(BIN)/python -m evals retrieval
	$(BIN)/python -m evals validator $(wildcard ../shared/data/claims) --prefix dev_
	for suite in sample $(wildcard $(addprefix ../shared/data/,reports_qa filings_qa receipts)); do \
	  $(BIN)/python -m evals run $$suite || exit 1; done

baseline: $(DONE)
	$(BIN)/python -m evals baseline sample

mini: $(DONE)
	$(BIN)/python -m evals.training.mini.train --data ../shared/data/figures_train --out tools/library/encode/mini

entailment: $(DONE)
	$(BIN)/pip install --quiet -e '.[train]'
	$(BIN)/python -m evals.training.entailment.train --claims ../shared/data/claims \
	  $(addprefix --written ,$(wildcard ../shared/data/claims_written)) --minutes 40 --out build/entailment
	$(BIN)/python -m evals.training.entailment.export --checkpoint build/entailment/halfway.pt \
	  --checkpoint build/entailment/checkpoint.pt
	$(BIN)/python -m evals validator ../shared/data/claims --prefix dev_ --fit \
	  $(addprefix --also ,$(wildcard ../shared/data/claims_written) evals/training/entailment/written)

reader: $(DONE)
	$(BIN)/pip install --quiet -e '.[train]'
	$(BIN)/python -m evals.training.reader.train --rows ../shared/data/reader --minutes 75 --out build/reader \
	  $(addprefix --written ,$(wildcard ../shared/data/claims_written)) --start agent/validator/entailment/model.onnx
	$(BIN)/python -m evals.training.reader.export --checkpoint build/reader/checkpoint.pt
	$(BIN)/python -m evals.training.reader.calibrate --rows ../shared/data/reader \
	  $(addprefix --written ,$(wildcard ../shared/data/claims_written))

# Bytecode is made at first import: compiling all of torch beforehand costs a minute. Without any, each process that
# loads torch takes 10 seconds longer.
unexport PYTHONDONTWRITEBYTECODE
$(DONE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Exhibit needs Python 3.11 to 3.13. Type: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): some minutes, most of them for PyTorch. To watch: tail -f $(LOG)"
	@{ $(BIN)/pip install --upgrade pip && $(BIN)/pip install --no-compile --progress-bar off -e '.[dev]'; } >$(LOG) 2>&1 \
	  || { cat $(LOG); echo "The installation failed; all that pip said stands above, and in $(LOG)."; exit 1; }
	@touch $(DONE)

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
