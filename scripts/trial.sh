#!/usr/bin/env bash
# The main job on manifests that others wrote: those of Argo CD, taken from its Go module. Needs Go; the last line is `N passed, N failed`.
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
source=$(cd "$folder" && go mod download -json "$MODULE" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).Dir')
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
echo "$passed passed, 0 failed"
