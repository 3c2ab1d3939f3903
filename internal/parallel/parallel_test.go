package parallel_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"tessera/internal/parallel"
)

func ExampleFor() {
	squares := make([]int, 5)
	parallel.For(len(squares), func(i, _ int) { squares[i] = i * i })
	fmt.Println(squares)
	// Output: [0 1 4 9 16]
}

func TestEveryTaskRunsOnce(t *testing.T) {
	defer parallel.SetWorkers(0)
	for _, workers := range []int{1, 2, 7} {
		parallel.SetWorkers(workers)
		for _, tasks := range []int{0, 1, 2, 6, 7, 8, 1000} {
			counts := make([]atomic.Int32, tasks)
			parallel.For(tasks, func(i, w int) {
				counts[i].Add(1)
				assert.Less(t, w, workers)
			})
			for i := range counts {
				assert.EqualValues(t, 1, counts[i].Load(), "%d workers, task %d of %d", workers, i, tasks)
			}
		}
	}
}

func TestNestedAndConcurrentLoops(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(3)
	var total atomic.Int64
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for range 50 {
				parallel.For(10, func(int, int) {
					parallel.For(10, func(int, int) { total.Add(1) })
				})
			}
		})
	}
	callers.Wait()
	assert.EqualValues(t, 4*50*10*10, total.Load())
}

// Loops follow each other at once and after pauses in which workers fall asleep; each must be whole when For returns.
func TestManyLoops(t *testing.T) {
	defer parallel.SetWorkers(0)
	for _, workers := range []int{2, 3, 9} {
		parallel.SetWorkers(workers)
		done := make([]int64, 64)
		for loop := range int64(3000) {
			tasks := 2 + int(loop)%13
			parallel.For(tasks, func(i, _ int) { done[i] = loop })
			for i := range tasks {
				if done[i] != loop {
					t.Fatalf("%d workers: loop %d returned before task %d had run", workers, loop, i)
				}
			}
			if loop%100 == 0 {
				time.Sleep(100 * time.Microsecond)
			}
		}
	}
}

// Each worker waits in its first task until all are in theirs.
func TestWorkersBeginWithTheirOwnShare(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(3)
	for range 20 {
		var begun sync.WaitGroup
		begun.Add(3)
		var seen [3]bool
		var first [3]int
		parallel.For(30, func(i, w int) {
			if seen[w] {
				return
			}
			seen[w], first[w] = true, i
			begun.Done()
			begun.Wait()
		})
		assert.Equal(t, [3]int{0, 10, 20}, first)
	}
}

func TestPanicReachesTheCaller(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(3)
	assert.PanicsWithValue(t, "task 5", func() {
		parallel.For(9, func(i, _ int) {
			if i == 5 {
				panic("task 5")
			}
		})
	})
	ran := 0
	parallel.For(1, func(int, int) { ran++ })
	assert.Equal(t, 1, ran, "the pool works after a panic")
}

func TestForDoesNotAllocate(t *testing.T) {
	defer parallel.SetWorkers(0)
	parallel.SetWorkers(4)
	var sum atomic.Int64
	body := func(i, _ int) { sum.Add(int64(i)) }
	assert.Zero(t, testing.AllocsPerRun(100, func() { parallel.For(64, body) }))
}

// BenchmarkFor times an empty loop of two tasks: what every operation of a step pays.
func BenchmarkFor(b *testing.B) {
	body := func(int, int) {}
	for b.Loop() {
		parallel.For(2, body)
	}
}
