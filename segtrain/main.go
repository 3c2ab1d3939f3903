// Command segtrain trains networks that segment pictures: `segtrain demo` shows how.
package main

import (
	"os"

	"tessera/segtrain/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr)) }
