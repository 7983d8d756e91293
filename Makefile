# Every command of this project. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What may be set: make up-direct WEBAPP_PORT=5001. Checked in stack/src/settings.ts.
export RUNTIME WEBAPP_PORT PROMETHEUS_PORT STATSD_PORT EXPORTER_PORT WORKERS COMPOSE_PROJECT_NAME N RATE

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

PACKAGES := node_modules/.package-lock.json
# Not `tsx`, which on Ctrl-C would kill the command before it has cleaned up.
TSX := node --import tsx
STACK := $(TSX) stack/src/cli.ts

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables\n'
	@printf '  %-18s %s\n' \
	  RUNTIME         'docker or local; unset: docker where an engine answers' \
	  WEBAPP_PORT     'port of the web app (5000)' \
	  PROMETHEUS_PORT 'port of Prometheus (9090)' \
	  WORKERS         'workers of the web app (5)'

##@ The demo
.PHONY: up-direct
up-direct: $(PACKAGES) ## Start the flaw: Prometheus scrapes the workers through one address
	@$(STACK) up direct

.PHONY: up-statsd
up-statsd: $(PACKAGES) ## Start the cure: the workers push to statsd_exporter
	@$(STACK) up statsd

.PHONY: traffic
traffic: $(PACKAGES) ## Send N=200 requests, RATE=… a second, and print what was sent
	@$(TSX) e2e/src/traffic-cli.ts

.PHONY: compare
compare: $(PACKAGES) ## Send the same requests to each set-up, and print what each says
	@$(TSX) e2e/src/compare.ts

##@ Break it
.PHONY: kill-worker
kill-worker: $(PACKAGES) ## Kill one worker, and see pm2 replace it
	@$(STACK) kill-worker

.PHONY: reload
reload: $(PACKAGES) ## Replace the workers one by one, without losing a request
	@$(STACK) reload

.PHONY: stop
stop: $(PACKAGES) ## Stop SERVICE=webapp, prometheus or statsd-exporter
	@$(STACK) stop $(SERVICE)

.PHONY: start
start: $(PACKAGES) ## Start SERVICE again
	@$(STACK) start $(SERVICE)

.PHONY: kill
kill: $(PACKAGES) ## Kill SERVICE with SIGKILL
	@$(STACK) kill $(SERVICE)

##@ The stack
.PHONY: ps
ps: $(PACKAGES) ## Show what runs
	@$(STACK) ps

.PHONY: logs
logs: $(PACKAGES) ## Show the logs
	@$(STACK) logs

.PHONY: down
down: $(PACKAGES) ## Stop the stack; Prometheus keeps its history
	@$(STACK) down

.PHONY: clean
clean: $(PACKAGES) ## Stop the stack and keep nothing
	@$(STACK) clean

##@ Tests
.PHONY: test
test: unit e2e ## All tests: unit, then end to end

.PHONY: unit
unit: $(PACKAGES) ## Format, lint, types, configuration files, unit tests
	biome ci --error-on-warnings
	tsc
	@$(STACK) check-config
	tsc --project webapp
	node --import tsx --test --test-reporter=spec $(wildcard webapp/test/*.test.ts stack/test/*.test.ts e2e/test/*.test.ts)

.PHONY: e2e
e2e: $(PACKAGES) ## Prove each set-up in turn, beside whatever is running
	@$(TSX) e2e/src/run.ts

.PHONY: audit
audit: $(PACKAGES) ## Ask the registry for known vulnerabilities, high or critical
	npm audit --audit-level=high

.PHONY: soak
soak: $(PACKAGES) ## Send a million requests (N=…) to each exact set-up, and count
	@$(TSX) e2e/src/soak.ts

.PHONY: screenshots
screenshots: $(PACKAGES) ## Take the two pictures of the README anew
	@$(TSX) e2e/src/screenshots.ts

$(PACKAGES): package.json package-lock.json webapp/package.json e2e/package.json
	@command -v npm >/dev/null || { echo 'error: Node.js 20 or later is needed, with npm: https://nodejs.org' >&2; exit 1; }
	npm ci
	@touch $@
