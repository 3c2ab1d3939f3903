# A clone with Go is enough for everything here but `isa`, which runs arm64 under qemu-user-static, and `race`,
# which needs a C compiler for the race detector.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TOOL := go tool -modfile=tools/go.mod

# Packages whose results must not depend on the processor, and packages that share memory between goroutines. Encoders and
# architectures are made of what is tested there; comparing all of them with PyTorch in generic Go would take an hour.
SAME_BITS ?= ./kernels ./tensor ./autograd ./nn ./nn/loss ./optim ./segtrain/split ./segtrain/augment ./segtrain/post ./segtrain/train
CONCURRENT ?= ./internal/parallel ./tensor ./autograd ./optim ./segtrain/data ./segtrain/train ./segtrain/record ./segtrain/runs
PLATFORMS := linux/amd64 linux/arm64 linux/riscv64 darwin/arm64 windows/amd64
MAX_BINARY := 25000000
# Without tables for debuggers.
RELEASE := -trimpath -ldflags='-s -w'

QEMU ?= $(shell command -v qemu-aarch64-static || command -v qemu-aarch64)
FUZZTIME ?= 20s
FUZZ ?= .
BENCH ?= .
BENCH_PACKAGES ?= ./bench/...
BENCH_COUNT ?= 6
CAMVID ?= ../shared/camvid

.PHONY: help check fused fmt test isa isa-arm64 race cross long pauses fuzz bench cover fidelity golden demo camvid peers

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

check: ## formatting, vet on every build, staticcheck, the rules of the house
	@files=$$(gofmt -l .); [[ -z $$files ]] || { echo "not gofmt-ed:"; echo "$$files"; exit 1; }
	go vet ./...
	GOARCH=arm64 go vet ./...
	go vet -tags purego ./...
	$(TOOL) staticcheck ./...
	go test ./internal/archtest
	@$(MAKE) fused

fused: ## no line of Go multiplies and adds in one rounding, by a look at what arm64 runs; a minute or two
	go test -count=1 -run NothingIsFused ./internal/archtest -fused

fmt: ## format as gofumpt does, which is stricter than gofmt
	$(TOOL) gofumpt -w .

test: ## all tests
	go test ./...

# SEGTRAIN_ISA is read before the test cache watches the environment, hence -count=1.
isa: ## the same tests in generic Go, AVX2, AVX-512, AMX, without assembly, and on arm64
	@for isa in generic avx2 avx512 amx; do \
		case $$isa in generic) flag=;; avx512) flag=avx512vl;; amx) flag=amx_bf16;; *) flag=$$isa;; esac; \
		if [[ -n $$flag ]] && ! grep -qw "$$flag" /proc/cpuinfo; then echo "$$isa: not on this processor, skipped"; continue; fi; \
		echo "SEGTRAIN_ISA=$$isa go test -count=1 $(SAME_BITS)"; \
		SEGTRAIN_ISA=$$isa go test -count=1 $(SAME_BITS); \
	done
	go test -tags purego $(SAME_BITS)
	@if grep -qw avx512vl /proc/cpuinfo; then \
		echo "GOAMD64=v3 go test $(SAME_BITS)   # where Go fuses x*y + z"; GOAMD64=v3 go test -short $(SAME_BITS); fi
	@$(MAKE) isa-arm64

isa-arm64: ## the same tests on arm64 under qemu, without the long ones
	@[[ -n "$(QEMU)" ]] || { echo "no qemu-aarch64: install qemu-user-static, or say where: make isa QEMU=path"; exit 1; }
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go test -short -exec $(QEMU) $(SAME_BITS)

race: ## the race detector on what runs concurrently
	CGO_ENABLED=1 go test -race -short $(CONCURRENT)

cross: ## build for every platform into bin/, without debugging tables; the Linux binary must be static and small
	@for platform in $(PLATFORMS); do \
		export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		out=bin/segtrain-$$GOOS-$$GOARCH; [[ $$GOOS != windows ]] || out=$$out.exe; \
		go build -buildvcs=false ./...; \
		go build -buildvcs=false $(RELEASE) -o $$out ./segtrain; \
		printf '%-32s %9d bytes\n' $$out $$(wc -c <$$out); \
	done
	@size=$$(wc -c <bin/segtrain-linux-amd64); (( size <= $(MAX_BINARY) )) || \
		{ echo "bin/segtrain-linux-amd64: $$size bytes, at most $(MAX_BINARY)"; exit 1; }
	@linked=$$(ldd bin/segtrain-linux-amd64 2>&1 || true); [[ $$linked == *"not a dynamic"* ]] || \
		{ echo "bin/segtrain-linux-amd64 is not static: $$linked"; exit 1; }

long: ## solve goes on from an interruption in every stage, recipes train with their own encoders; some minutes
	go test -count=1 -run 'FromEveryStage|RecipesTrain' ./segtrain/workflow -long

pauses: ## no pass of any layer keeps the garbage collector waiting; a minute and a half, on an idle machine
	go test -count=1 -run NoPassDelays ./bench -pauses

fuzz: ## each fuzz test in FUZZ (all) for FUZZTIME (20s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' '$(FUZZ)' | while IFS=: read -r file decl; do \
		echo "$${decl#func } ($$(dirname "$$file"))"; \
		go test -run '^$$' -fuzz "^$${decl#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x "./$$(dirname "$$file")"; \
	done

BENCHMARK = go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(BENCH_COUNT) $(BENCH_PACKAGES)

bench: ## measure; BENCH=regexp BENCH_PACKAGES=./kernels choose, REF=main compares with a commit
ifdef REF
	@dir=$$(mktemp -d); trap 'git worktree remove --force "$$dir/tree"; rm -rf "$$dir"' EXIT; \
	git worktree add --quiet --detach "$$dir/tree" '$(REF)'; \
	(cd "$$dir/tree" && $(BENCHMARK)) >"$$dir/$(subst /,-,$(REF))"; \
	$(BENCHMARK) >"$$dir/here"; \
	bin=$$PWD/bin/benchstat; go build -modfile=tools/go.mod -o "$$bin" golang.org/x/perf/cmd/benchstat; \
	cd "$$dir"; "$$bin" '$(subst /,-,$(REF))' here
else
	$(BENCHMARK)
endif

cover: ## coverage of all tests, as bin/cover.html
	@mkdir -p bin
	go test -coverpkg=./... -coverprofile=bin/cover.out ./...
	go tool cover -html=bin/cover.out -o bin/cover.html
	@go tool cover -func=bin/cover.out | tail -n 1

FIDELITY := ./kernels ./autograd ./nn/... ./optim ./segtrain/metric ./segtrain/train ./segtrain/workflow

fidelity: ## how far each part is from PyTorch, as the table of docs/fidelity.md
	@go test -count=1 -v -run 'PyTorch|Accuracy|FreshWeights|Encoder|Gradients' $(FIDELITY) | awk -f tools/fidelity.awk

golden: ## say how the numbers in internal/golden are made again
	@cat tools/golden/README.md

demo: ## draw a data set, train on it and report, in a few minutes
	go run ./segtrain demo

camvid: ## train examples/camvid.yaml on the data set at CAMVID (../shared/camvid)
	@[[ -d "$(CAMVID)/train" ]] || { echo "no CamVid at $(CAMVID): say where it is: make camvid CAMVID=path"; exit 1; }
	go run ./segtrain train examples/camvid.yaml \
		--set data.images="$(CAMVID)/train" --set data.masks="$(CAMVID)/trainannot" \
		--set data.val.images="$(CAMVID)/val" --set data.val.masks="$(CAMVID)/valannot"

PEERS ?= .peers

peers: ## the same work in PyTorch, ONNX Runtime, gonum and gomlx, in turn (makes a Python environment in PEERS; see bench/peers)
	@[[ -x $(PEERS)/bin/python ]] || { python3 -m venv $(PEERS) && $(PEERS)/bin/pip install -q -r bench/peers/requirements.txt; }
	go build -o bin/peers ./bench/peers
	bin/peers -python $(PEERS)/bin/python
