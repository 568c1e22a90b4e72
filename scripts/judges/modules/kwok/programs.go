//go:build programs

// Package programs names the commands that build.sh builds from this module.
package programs

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
