package cli_test

import (
	"fmt"
	"os"

	"tessera/segtrain/cli"
)

// A mistake in a setting is reported with what is allowed, and ends with exit code 1.
func ExampleRun() {
	code := cli.Run([]string{"demo", "--set", "optim.name=sgd"}, os.Stdout, os.Stdout)
	fmt.Println("exit code", code)
	// Output:
	// segtrain: --set optim.name=sgd: optim.name: no "sgd"; there are: adamw
	// exit code 1
}
