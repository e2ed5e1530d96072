# Everything runs with Node 24 from node_modules, whatever the machine's own is: bare Node 20, npm, Go and make suffice.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

IMAGE ?= parapet:dev
ARGS ?=
GENERATED := docs/promises.md crds config/rbac config/admission config/flowcontrol docs/reference

INSTALLED := node_modules/.package-lock.json
CONTROLPLANE := hack/bin/controlplane
KUBERNETES := $(shell awk '$$1 == "k8s.io/kubernetes" {print $$2}' hack/controlplane/go.mod)
# The servers ask component-base for their version, kubectl asks client-go.
LDFLAGS := -s -w $(foreach package,k8s.io/component-base/version k8s.io/client-go/pkg/version,\
	-X $(package).gitVersion=$(KUBERNETES) \
	-X $(package).gitMajor=$(subst v,,$(word 1,$(subst ., ,$(KUBERNETES)))) \
	-X $(package).gitMinor=$(word 2,$(subst ., ,$(KUBERNETES))))

##@ Start here

.PHONY: help
help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(INSTALLED) $(CONTROLPLANE) ## See drift repaired on a real control plane, in a minute
	node hack/demo.ts $(ARGS)

.PHONY: run
run: $(INSTALLED) ## Run the operator against the current kubeconfig; ARGS="--log-format=text"
	node src/main.ts run $(ARGS)

##@ Change something

.PHONY: install
install: $(INSTALLED) ## Install the locked dependencies

$(INSTALLED): package.json package-lock.json .npmrc
	npm ci
	@touch $@

.PHONY: generate
generate: $(INSTALLED) ## Write CRDs, permissions and reference pages from the code
	node hack/generate.ts

.PHONY: fmt
fmt: $(INSTALLED) ## Format the sources
	npm run --silent fmt

.PHONY: lint
lint: $(INSTALLED) ## Format check, lint, types, unused code
	npm run --silent lint

.PHONY: verify
verify: lint generate ## lint, and whether what is generated is committed
	@git diff HEAD --exit-code -- $(GENERATED)
	@git status --porcelain -- $(GENERATED) | { ! grep .; } || { echo 'commit what make generate wrote'; exit 1; }

##@ Test

.PHONY: test
test: $(INSTALLED) $(CONTROLPLANE) ## All tests but those of the control plane's own
	npm run --silent test

.PHONY: test-unit
test-unit: $(INSTALLED) ## Only what needs no control plane
	npm run --silent test:unit

.PHONY: promises
promises: $(INSTALLED) ## Whether each promise of docs/promises.md was kept in the last make test
	node hack/promises.ts

.PHONY: test-controlplane
test-controlplane: ## Tests of hack/controlplane, in Go
	cd hack/controlplane && CGO_ENABLED=0 go test -trimpath ./...

.PHONY: coverage
coverage: $(INSTALLED) $(CONTROLPLANE) ## All tests, and what they reached
	npm run --silent coverage

.PHONY: bench
bench: $(INSTALLED) $(CONTROLPLANE) bundle ## Measure Parapet beside a null writer: 200, 1,000 and 10,000 namespaces; N=200
	for n in $(or $(N),200 1000 10000); do N=$$n PARAPET=dist/parapet.mjs node hack/bench.ts; done
	node hack/bench.ts report
	node hack/generate.ts # docs/promises.md quotes figures

.PHONY: faults
faults: $(INSTALLED) $(CONTROLPLANE) bundle ## Do to every call what may befall it; PLAN=id, SHARD=1/4, RESUME=1, LIST=1
	PARAPET=dist/parapet.mjs PLAN='$(PLAN)' SHARD='$(SHARD)' RESUME='$(RESUME)' LIST='$(LIST)' node hack/faults.ts
	@[ -n '$(PLAN)$(SHARD)$(RESUME)$(LIST)' ] || node hack/seeded-bugs.ts

.PHONY: failover
failover: $(INSTALLED) $(CONTROLPLANE) bundle ## Measure changes of leaders: 10 kills, 10 stops, 100 lost Leases; KILLS= STOPS= LOSSES=
	KILLS=$(KILLS) STOPS=$(STOPS) LOSSES=$(LOSSES) PARAPET=dist/parapet.mjs node hack/failover.ts

.PHONY: soak
soak: $(INSTALLED) $(CONTROLPLANE) bundle ## Churn and broken watches for half an hour, and an auditor; MINUTES=2
	MINUTES=$(MINUTES) N=$(N) RATE=$(RATE) STOPPED=$(STOPPED) PARAPET=dist/parapet.mjs node hack/soak.ts

.PHONY: controlplane
controlplane: $(CONTROLPLANE) ## Build etcd, kube-apiserver, kube-controller-manager and kubectl from their Go modules

# Built aside and moved: whoever runs the old one goes on with it.
$(CONTROLPLANE): $(filter-out %_test.go,$(wildcard hack/controlplane/*.go)) hack/controlplane/go.mod hack/controlplane/go.sum
	@mkdir -p $(@D)
	cd hack/controlplane && CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(CURDIR)/$@.new .
	@mv $@.new $@
	@ln -sfn $(@F) $(@D)/kubectl

##@ Ship

.PHONY: bundle
bundle: $(INSTALLED) ## One file, dist/parapet.mjs, within its size budget
	node hack/bundle.ts

.PHONY: docker-build
docker-build: ## Build the image; IMAGE=name:tag
	docker build --tag $(IMAGE) .

.PHONY: clean
clean: ## Remove what was built, but not what was installed
	rm -rf dist coverage .cache hack/bin
