# Each target does its own set-up: there is no step to do by hand first.
TABLE ?= jobs.yaml
SEEDS ?= 1000
FIXTURES := .build/release/libIdle.so .build/release/libMisbehaving.so
STRICT := --explicit-target-dependency-import-check error

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench faults format

help: ## show this
	@echo 'make TARGET, where TARGET is one of'
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install with apt what building needs and is missing
	@scripts/setup

run: setup ## build the host and run the shipped job table (another one: make run TABLE=FILE)
	rm -f $(FIXTURES)
	GRIDKEEPER_BUILD=shipping swift build --configuration release $(STRICT)
	.build/release/gridkeeper run $(TABLE)

test: setup ## every check and every test; ends in one verdict
	@scripts/test

check: setup ## format, build and architecture: what to run before a commit
	@scripts/test quick

bench: ## measure the host beside its floor and its peers; writes BENCHMARKS.md (a part: ARGS='--only rest')
	@scripts/setup bench
	swift build --configuration release $(STRICT)
	python3 Benchmarks/run.py $(ARGS)

faults: setup ## live through simulated faults; writes RELIABILITY.md (more or fewer: make faults SEEDS=N)
	GRIDKEEPER_BUILD=shipping swift build --configuration release $(STRICT)
	scripts/faults .build/release/gridkeeper $(SEEDS) 1 RELIABILITY.md

format: setup ## format all Swift files in place
	swift format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests
