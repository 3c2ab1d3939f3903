package workflow

import (
	"fmt"
	"os"
	"strings"
)

// machineMemory returns the machine's memory and what of it is available, in MB, as Linux tells; zeros elsewhere.
func machineMemory() (total, free int64) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		var name string
		var kilobytes int64
		if n, _ := fmt.Sscan(line, &name, &kilobytes); n < 2 {
			continue
		}
		switch name {
		case "MemTotal:":
			total = kilobytes >> 10
		case "MemAvailable:":
			free = kilobytes >> 10
		}
	}
	return total, free
}
