# Ecomtui: make run starts the console, make test runs every test.

GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD   := $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
TOOLS   := $(GO) tool -modfile=tools/go.mod
NEED_GO := 1.26

export CGO_ENABLED = 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, and start the console with a simulated shop
	@bin/ecomtui $(ARGS)

.PHONY: build
build: needs first ## build bin/ecomtui
	@$(BUILD) -o bin/ecomtui ./cmd/ecomtui

.PHONY: test
test: build ## run every test
	@$(GO) test ./... -timeout 20m
	@cd archive/ducktest && $(GO) test ./... -timeout 10m

.PHONY: check
check: needs first ## format, vet, staticcheck, and the quick tests under the race detector
	@bad=$$($(TOOLS) gofumpt -l $$(git ls-files '*.go')); \
	  if [ -n "$$bad" ]; then echo "gofumpt would change:"; echo "$$bad"; exit 1; fi
	@$(GO) vet ./...
	@$(TOOLS) staticcheck ./...
	@$(GO) build -o bin/ecomtui ./cmd/ecomtui
	@$(GO) test -race -short $$($(GO) list ./... | grep -v '/analytics$$') -timeout 10m
	@$(GO) test -short ./analytics -timeout 10m # has no goroutines, which a test holds it to

.PHONY: format
format: ## format the code
	@$(TOOLS) gofumpt -w $$(git ls-files '*.go')

.PHONY: bench
bench: build ## measure this machine: a table of ratios, and bench.json
	@$(GO) build -o bin/bench ./bench
	@bin/bench $(ARGS)

SOAK ?= 1h

.PHONY: soak
soak: build ## crash at every point, kill a hundred times, and let a killed shop run for an hour: make soak SOAK=10m
	@$(GO) vet -tags crashpoints ./crash ./store
	@$(GO) test -tags crashpoints ./store -run TestCrash -count 1
	@$(GO) test ./cmd/ecomtui -run 'TestCrash_|TestKill_|TestSoak_' -count 1 -v -soak $(SOAK) -timeout 0

.PHONY: eval
eval: ## hold recommendations and sessions against published data: make eval DATA=folder
	@[ -d "$(DATA)" ] || { echo "make: say where the data is: make eval DATA=folder"; exit 64; }
	@$(GO) test ./analytics -run Eval -count 1 -v -data "$(abspath $(DATA))"

.PHONY: golden
golden: ## draw the golden screens anew; read the diff
	@$(GO) test ./tui/... -run golden -update

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin bench.json

# What the build needs, by name.
.PHONY: needs
needs:
	@command -v $(GO) >/dev/null || { echo "make: Go is missing: install Go $(NEED_GO) or newer from your system's packages or go.dev"; exit 1; }
	@have=$$($(GO) env GOVERSION | sed 's/^go//; s/[^0-9.].*//'); \
	  [ "$$(printf '%s\n' "$(NEED_GO)" "$$have" | sort -V | head -n 1)" = "$(NEED_GO)" ] || \
	  { echo "make: Go $$have is too old: $(NEED_GO) or newer is needed"; exit 1; }
	@command -v $$($(GO) env CC | cut -d' ' -f1) >/dev/null || \
	  { echo "make: a C compiler is missing (SQLite is written in C): install gcc or clang"; exit 1; }
	@command -v git >/dev/null || echo "make: git is missing: the version will be 'unknown'"

# The first build compiles SQLite, which takes a minute.
.PHONY: first
first:
	@[ -x bin/ecomtui ] || echo "make: building; the first time this compiles SQLite and takes about a minute …"
