# Each target is a script in scripts/, which says what it does and provides what it needs.
.PHONY: help run dev test check bench format generate clients

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## build and start Numberline with an embedded database and sandbox twins
	@scripts/run

dev: ## like run, and again whenever the code changes
	@scripts/dev

test: ## run every test, on SQLite and on a throw-away PostgreSQL
	@scripts/test

check: ## format, lints, the house's own rules
	@scripts/check

bench: ## print the ratios against the database's own rate (a quick look: make bench ROUNDS=1 SECONDS=2 ONLY=voice,session)
	@scripts/bench $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only $(ONLY))

format: ## format the code
	@cargo fmt --all

generate: ## write docs/openapi.json again from the code
	@cargo xtask generate

clients: ## drive the product and its twins with other people's clients
	@scripts/clients
