#!/usr/bin/env bash
# The main job on manifests that others wrote: those of Argo CD, taken from its Go module, and what is said of those of nine other
# projects with every check on. Needs Go; the last line is `N passed, N failed`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
MODULE=github.com/argoproj/argo-cd/v3@v3.2.0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export KUBECONFIG=$folder/no-kubeconfig
passed=0

# expect CODE PATTERN PROGRAM ARGS...: runs a program in the folder; stops at another exit code or an output without the pattern
expect() {
  local want=$1 pattern=$2 program=$3 code=0
  shift 3
  node "$root/dist/$program.js" "$@" >"$folder/out.txt" 2>&1 || code=$?
  if [[ $code -ne $want ]] || ! grep -Eq "$pattern" "$folder/out.txt"; then
    cat "$folder/out.txt"
    echo "$program $*: ended with $code, not $want, or says nothing of /$pattern/"
    echo "$passed passed, 1 failed"
    exit 1
  fi
  passed=$((passed + 1))
  echo "ok: $program $*: $(grep -E -m 1 "$pattern" "$folder/out.txt")"
}

[[ -f $root/dist/kplan.js ]] || node "$root/scripts/build.mjs"
# fetch MODULE: prints where it is
fetch() { (cd "$folder" && go mod download -json "$1" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).Dir'); }

source=$(fetch "$MODULE")
mkdir "$folder/argo"
cp "$source/manifests/install.yaml" "$folder/argo/"
chmod -R u+w "$folder/argo"
cd "$folder/argo"
printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n' >namespace.yaml
printf 'apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: argocd\n' >kplan.yaml
export KPLAN_CACHE= GITHUB_EVENT_NAME= CI_MERGE_REQUEST_TARGET_BRANCH_NAME= NO_COLOR=1

expect 0 '^Validate: 60 objects in 2 files · 1 warning' kplan validate .
expect 0 '^Validate: 60 objects' kplan validate . --kubernetes-version 1.36,1.35,1.34,1.33,1.32
expect 1 'argocd-application-controller can now do everything in the whole$' kplan .
expect 1 'reads Secret argocd/argocd-redis, which does not$' kplan .
expect 3 'nothing was done: K' kapply . --yes
# An init container makes this Secret at run time, which no manifest says.
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: argocd-redis}\nstringData: {auth: made-at-run-time}\n' >redis.yaml
expect 0 '^Apply: 61 applied' kapply . --yes --allow rbac
expect 0 '61 objects, 61 healthy' kapply status
expect 0 '^Plan: nothing to change \(61 objects as they should be\)' kplan . --detailed-exitcode
sed -i 's#argoproj/argocd:v3.2.0#argoproj/argocd:v3.2.1#' install.yaml
expect 2 '^Plan: 7 to update' kplan . --detailed-exitcode
expect 0 '^Apply: 7 applied, 54 unchanged' kapply . --yes
expect 0 '^Plan: nothing to change' kplan . --detailed-exitcode

# judge PATTERN MODULE PATH...: what is said of the files of a project; docs/parity.md says of each why it is right
judge() {
  local pattern=$1 dir path project
  dir=$(fetch "$2")
  project=$(mktemp -d "$folder/project-XXXX")
  shift 2
  for path; do cp -R "$dir/$path" "$project/"; done
  chmod -R u+w "$project"
  find "$project" -name '*.go' -delete -o -name kustomization.yaml -delete
  cd "$project"
  expect 0 "$pattern" kplan validate .
}

judge '^Validate: 15 objects in 1 file · 1 note ' github.com/argoproj/argo-rollouts@v1.8.3 manifests/install.yaml
judge '^Validate: 15 objects in 1 file · no findings' github.com/prometheus-operator/prometheus-operator@v0.85.0 bundle.yaml
judge '^Validate: 21 objects in 1 file · 3 notes' github.com/projectcontour/contour@v1.33.8 examples/render/contour.yaml
judge '^Validate: 31 objects in 1 file · no findings' github.com/open-policy-agent/gatekeeper/v3@v3.23.1 deploy/gatekeeper.yaml
judge '^Validate: 70 objects in 1 file · 4 notes' github.com/kyverno/kyverno@v1.19.1 config/install-latest-testing.yaml
judge '^Validate: 27 objects in 1 file · 2 warnings' go.universe.tf/metallb@v0.16.2 config/manifests/metallb-frr.yaml
judge '^Validate: 19 objects in 1 file · 3 notes' k8s.io/ingress-nginx@v0.0.0-20240708192948-52c50467d67d deploy/static/provider/cloud/deploy.yaml
judge '^Validate: 53 objects in 37 files · 1 warning' knative.dev/serving@v0.51.0 config/core
judge '^Validate: 55 objects in 55 files · 1 note ' sigs.k8s.io/kueue@v0.14.0 config/components/crd/bases config/components/rbac
echo "$passed passed, 0 failed"
