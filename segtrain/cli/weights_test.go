package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/encoder"
)

// TestFetchFromAMirror downloads an encoder and trains from it.
func TestFetchFromAMirror(t *testing.T) {
	e, err := encoder.New("efficientnet-b0", nn.NewRand(7), encoder.Options{})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, checkpoint.Write(&file, checkpoint.Entries(e), nil))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/smp-hub/efficientnet-b0.imagenet/resolve/1bbe7ecc1d5ea1d2058de1a2db063b8701aff314/model.safetensors",
			r.URL.Path)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.Bytes()))
	}))
	t.Cleanup(server.Close)
	cache := t.TempDir()
	t.Setenv("SEGTRAIN_CACHE", cache)

	var out, messages strings.Builder
	code := Run([]string{"weights", "fetch", "efficientnet-b0", "--mirror", server.URL, "--json"}, &out, &messages)
	require.Equal(t, ExitOK, code, messages.String())
	assert.Regexp(t, `downloading.*done="16\.. MB|downloading.*done="1[5-9] MB"`, messages.String())
	var got map[string]string
	require.NoError(t, json.Unmarshal([]byte(out.String()), &got))
	assert.Equal(t, filepath.Join(cache, "weights", "efficientnet-b0.imagenet-1bbe7ecc.safetensors"), got["file"])
	entries, _, err := checkpoint.ReadFile(got["file"])
	require.NoError(t, err)
	assert.Equal(t, checkpoint.Entries(e)[0], entries[0])

	server.Close()
	messages.Reset()
	code = Run([]string{
		"demo", "--steps", "1", "--out", filepath.Join(t.TempDir(), "run"), "--set", "model.encoder_weights=imagenet",
		"--set", "data.size=[32, 32]", "--set", "model.decoder_channels=[8, 8, 8, 8, 8]", "--set", "data.synth.count=20",
	}, &out, &messages)
	require.Equal(t, ExitOK, code, messages.String())
	assert.Contains(t, messages.String(), got["file"])
}
