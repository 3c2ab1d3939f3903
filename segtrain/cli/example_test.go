package cli_test

import (
	"fmt"
	"os"

	"tessera/segtrain/cli"
)

// A mistake in a setting is reported with what is allowed, and ends with exit code 1.
func ExampleRun() {
	code := cli.Run([]string{"demo", "--set", "optim.name=adagrad"}, os.Stdout, os.Stdout)
	fmt.Println("exit code", code)
	// Output:
	// segtrain: --set optim.name=adagrad: optim.name: no "adagrad"; there are: adamw, sgd, adam, nadam, radam, adamp, lion
	// exit code 1
}
