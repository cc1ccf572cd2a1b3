# `make demo` and `make test` do all of their own set-up; what each step is and why stands in scripts/.
# Another interpreter: make PYTHON=/path/to/python3.12 demo

.PHONY: help demo test bench rules lock clean

help:
	@echo 'make demo   sample workbook, one pass over it, mails and reports as files in ./demo'
	@echo 'make test   linters, types and tests; as root installs the system packages they use'
	@echo 'make bench  measures kesu side by side with its peers, at 1,000, 10,000 and 100,000 tickets'
	@echo 'make rules  writes docs/rules.md anew: after a change of rules, checks or names of tests'
	@echo 'make lock   writes the two lock files anew from pyproject.toml'
	@echo 'make clean  removes what was installed and cached here (./demo stays: somebody may have typed into it)'

demo:
	@scripts/environment runtime
	.venv/bin/kesu demo demo

test:
	@scripts/environment dev
	@scripts/system-packages
	@scripts/check

bench:
	@scripts/environment dev
	.venv/bin/pip install --quiet --requirement benchmarks/requirements.txt
	.venv/bin/python benchmarks/worktime.py
	.venv/bin/python benchmarks/run.py

rules:
	@scripts/environment runtime
	.venv/bin/python scripts/rules

lock:
	@scripts/lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find automation workbook templates macros tests -name __pycache__ -type d -prune -exec rm -rf {} +
