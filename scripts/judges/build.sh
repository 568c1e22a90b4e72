#!/bin/bash
# Builds the real Kubernetes programs that judge ours, from Go modules pinned in modules/, into
# ${XDG_CACHE_HOME:-$HOME/.cache}/kplan/judges/bin. What is built already is left alone.
#
#   build.sh v1.36.3 [PROGRAM...]   kube-apiserver (default), kube-controller-manager, kube-scheduler, kubectl
#   build.sh etcd | build.sh kwok
#   build.sh covered        the oracle of the newest release, which tells which rules it went through (coverage.mjs); prints where it is
#   build.sh oracle [v1.34.4]       the program of test/judges/oracle; prints where it is. Of another release: what is asked of that (subjects_release.go)
# Not with Go 1.27: a server built with it serves broken OpenAPI.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${XDG_CACHE_HOME:-$HOME/.cache}/kplan/judges/bin
mkdir -p "$bin"
exec 9> "$bin/.lock"
flock 9

build() { # build MODULE PACKAGE OUTPUT [LDFLAGS]: anew where the modules are others, whatever the age of the checkout
  local sum
  sum=$(sha256sum < "$here/modules/$1/go.sum")
  [[ -x $3 && -f $3.sum && $(< "$3.sum") == "$sum" ]] && return
  compile "$here/modules/$1" "${@:2}"
  echo "$sum" > "$3.sum"
}

compile() { # compile FOLDER PACKAGES OUTPUT [LDFLAGS]: always with the same settings, so that all share what Go has compiled
  echo "building ${3#"$bin"/}" >&2
  mkdir -p "$(dirname "$3")"
  # shellcheck disable=SC2086 # PACKAGES may be several files
  (cd "$1" && CGO_ENABLED=0 nice go build -mod=readonly -trimpath -ldflags "-s -w ${4:-}" -o "$3.part" $2)
  mv "$3.part" "$3"
}

covered() { # not shared: its packages are compiled with counters
  local program rules=judges/oracle,k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation group
  for group in api/validation apis/meta/v1/validation util/validation; do rules+=,k8s.io/apimachinery/pkg/$group; done
  program=$bin/covered-$(cd "$here/../../test/judges/oracle" && cat go.mod go.sum ./*.go | sha256sum | cut -c1-12)
  [[ -x $program ]] || (cd "$here/../../test/judges/oracle" &&
    CGO_ENABLED=0 nice go build -mod=readonly -trimpath -cover -coverpkg="$rules,k8s.io/kubernetes/pkg/apis/.../validation" -o "$program" .)
  echo "$program"
}

# shellcheck disable=SC2086 # lists of files
oracle() { # named after its sources: other checkouts have others
  local folder=$here/../../test/judges/oracle modules program packages=. sources='go.mod go.sum *.go'
  modules=$folder
  if (($#)); then
    modules=$here/modules/$1 sources='main.go rbac.go roles.go template.go subjects_release.go'
    [[ ! -f $folder/scheduler_$1.go ]] || sources+=" scheduler.go scheduler_world.go scheduler_$1.go"
    packages=$(printf '../../../../test/judges/oracle/%s ' $sources)
  fi
  program=$bin/oracle-${1:+$1-}$(cd "$folder" && cat $sources "$modules/go.sum" | sha256sum | cut -c1-12)
  [[ -x $program ]] || compile "$modules" "$packages" "$program"
  touch "$program"
  find "$bin" -maxdepth 1 -name 'oracle-*' -mtime +7 -delete
  echo "$program"
}

kubernetes() {
  local version=$1 minor flags='' package; shift
  (($#)) || set -- kube-apiserver
  minor=$(cut -d. -f2 <<< "$version")
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  done
  for program; do build "$version" "k8s.io/kubernetes/cmd/$program" "$bin/$version/$program" "$flags"; done
}

stages() { # how KWOK plays a kubelet: nodes get ready at once, pods start, finish and go away
  local dir
  dir=$(cd "$here/modules/kwok" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
  for stage in node/fast/node-initialize pod/fast/pod-ready pod/fast/pod-complete pod/fast/pod-delete; do
    echo ---; cat "$dir/$stage.yaml"; echo
  done > "$bin/kwok-stages.yaml"
}

case ${1:-} in
  v1.*) [[ -d $here/modules/$1 ]] || { echo "$1 is not pinned: run pin.sh $1" >&2; exit 1; }; kubernetes "$@" ;;
  etcd) build etcd go.etcd.io/etcd/server/v3 "$bin/etcd" ;;
  oracle) oracle "${@:2}" ;;
  covered) covered ;;
  kwok) build kwok sigs.k8s.io/kwok/cmd/kwok "$bin/kwok"; stages ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
