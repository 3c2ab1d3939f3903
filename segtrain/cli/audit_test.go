package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/refine"
	"tessera/segtrain/workflow"
)

func TestAuditCommandLine(t *testing.T) {
	for want, args := range map[string][]string{
		"audit wants the directory of a finished cross-validation": {"audit"},
		"--action is for --write FILE":                             {"audit", "x", "--action", "drop"},
	} {
		var out, messages strings.Builder
		assert.Equal(t, ExitUsage, Run(args, &out, &messages))
		assert.Contains(t, messages.String(), want)
	}
	var out, messages strings.Builder
	assert.Equal(t, ExitError, Run([]string{"audit", t.TempDir()}, &out, &messages))
	assert.Contains(t, messages.String(), "is no finished cross-validation")
	assert.Empty(t, out.String())
}

func TestPrintAudit(t *testing.T) {
	var out strings.Builder
	r := &workflow.AuditResult{Out: "cv/audit", Classes: []string{"sky", "car"}, Proposed: "a.csv", Audit: &refine.Audit{
		Findings: make([]refine.Finding, 3),
		Images: []refine.Suspect{
			{Rank: 1, ID: "a", Score: 7.25, Contradicted: 0.125, Classes: []refine.ClassDoubt{{Class: 1, IoU: 0.25, Usual: 0.5, Suggested: 0}}},
			{Rank: 2, ID: "b", Classes: []refine.ClassDoubt{{Class: 0, IoU: 1, Usual: 1, Suggested: -1}}}, {Rank: 3, ID: "c"},
		},
	}}
	require.NoError(t, (&app{stdout: &out}).printAudit(r))
	var lines [][]string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Fields(line))
	}
	assert.Equal(t, []string{"1", "a", "7.2", "12.5", "%", "car", "0.25", "0.50", "sky"}, lines[1])
	assert.Equal(t, []string{"2", "b", "0.0", "0.0", "%", "sky", "1.00", "1.00", "-"}, lines[2])
	assert.Equal(t, []string{"3", "c", "0.0", "0.0", "%"}, lines[3])
	assert.Contains(t, out.String(), "3 images, 3 contradicted regions.")
	assert.Contains(t, out.String(), "--set data.audit=a.csv")
}
