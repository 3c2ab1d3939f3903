package record

import (
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBoardBytes holds the file to those that the package tensorboard 2.21 writes: tools/golden/board.py.
func TestBoardBytes(t *testing.T) {
	dir := t.TempDir()
	now := time.Unix(1700000000, 0)
	b, err := NewBoard(dir, now)
	require.NoError(t, err)
	require.NoError(t, b.Add(now, 300, Scalar{"train/loss", 0.5}, Scalar{"train/lr", math.NaN()}, Scalar{"val/mean_iou", 0.25}))
	require.NoError(t, b.Add(now, 301, Scalar{"train/loss", math.NaN()}), "nothing to write")
	require.NoError(t, b.Close())
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.1700000000.*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	got, err := os.ReadFile(files[0])
	require.NoError(t, err)
	assert.Equal(t, boardGolden, hex.EncodeToString(got))
}

func TestBoardWithoutAFolder(t *testing.T) {
	_, err := NewBoard(filepath.Join(t.TempDir(), "nowhere"), time.Now())
	require.ErrorContains(t, err, "nowhere")
}

const boardGolden = "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d3600000000000000" +
	"4f578cef0900000040fc54d94110ac022a280a110a0a747261696e2f6c6f7373150000003f0a130a0c76616c2f6d6561" +
	"6e5f696f75150000803e1e0d23ce"
