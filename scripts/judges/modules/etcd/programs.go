//go:build programs

// Package programs names the commands that build.sh builds from this module.
package programs

import (
	_ "go.etcd.io/etcd/server/v3"
)
