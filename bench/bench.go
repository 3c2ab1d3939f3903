// Package bench measures the engine. Its benchmarks are the figures of docs/performance.md.
package bench
