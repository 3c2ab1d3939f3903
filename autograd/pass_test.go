package autograd

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/parallel"
)

func TestTogether(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	var log []string
	say := func(s string) func() { return func() { log = append(log, s) } }
	named := func(name string, tasks int) pass {
		run := func(i, _ int) { log = append(log, fmt.Sprint(name, i)) }
		return pass{say("before " + name), tasks, run, say("after " + name)}
	}
	both := together(named("a", 2), pass{}, named("b", 5))
	for range 2 {
		log = nil
		both()
		assert.Equal(t, []string{"before a", "before b", "a0", "b0", "b1", "b2", "a1", "b3", "b4", "after a", "after b"}, log)
	}
}
