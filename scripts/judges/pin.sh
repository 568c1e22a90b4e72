#!/bin/bash
# Writes modules/VERSION/{go.mod,go.sum,programs.go}: the exact module versions that one Kubernetes release is built from.
# Run once when a release is added; build.sh only reads what it wrote.
#
#   pin.sh v1.36.3 [PROGRAM...]     a Kubernetes release (default: all four programs)
#   pin.sh etcd v3.6.5 | pin.sh kwok v0.8.0
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

modfile() { go mod download -json "$1" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p'; }

programs() { # programs IMPORT... : a file that keeps the commands' packages in go.mod without ever being compiled
  printf '//go:build programs\n\n// Package programs names the commands that build.sh builds from this module.\npackage programs\n\nimport (\n'
  printf '\t_ "%s"\n' "$@"
  printf ')\n'
}

tidy() { (cd "$1" && GOFLAGS=-mod=mod go mod tidy); }

kubernetes() { # k8s.io/kubernetes replaces its staging modules by local paths: name the published ones instead
  local version=$1 dir=$here/modules/$1 staging=v0.${1#v1.} upstream; shift
  local names=("$@"); ((${#names[@]})) || names=(kube-apiserver kube-controller-manager kube-scheduler kubectl)
  upstream=$(modfile "k8s.io/kubernetes@$version")
  mkdir -p "$dir"
  programs "${names[@]/#/k8s.io/kubernetes/cmd/}" > "$dir/programs.go"
  {
    printf 'module judges/kubernetes\n\n'
    grep -E '^(go|godebug) ' "$upstream"
    printf '\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$version"
    sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#\t\1 => \1 $staging#p" "$upstream"
    printf ')\n'
  } > "$dir/go.mod"
  tidy "$dir"
}

single() { # single NAME MODULE PACKAGE VERSION
  local dir=$here/modules/$1
  mkdir -p "$dir"
  programs "$3" > "$dir/programs.go"
  printf 'module judges/%s\n\n%s\n\nrequire %s %s\n' "$1" "$(grep -E '^go ' "$(modfile "$2@$4")")" "$2" "$4" > "$dir/go.mod"
  tidy "$dir"
}

case ${1:-} in
  v1.*) kubernetes "$@" ;;
  etcd) single etcd go.etcd.io/etcd/server/v3 go.etcd.io/etcd/server/v3 "$2" ;;
  kwok) single kwok sigs.k8s.io/kwok sigs.k8s.io/kwok/cmd/kwok "$2" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
