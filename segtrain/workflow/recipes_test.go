package workflow

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/smallnet"
	"tessera/segtrain/config"
	"tessera/segtrain/recipes"
	"tessera/segtrain/record"
)

// TestRecipesTrain reads each recipe without anything in its place but the data, records a step of it, and trains it for some steps,
// small and without pretrained weights; where the encoder is a large one, with a small one unless -long is set.
func TestRecipesTrain(t *testing.T) {
	for _, r := range recipes.List() {
		t.Run(r.Name, func(t *testing.T) {
			settings := []string{"data.synth.count=14"}
			if r.Binary {
				settings = append(settings, "data.classes=[coin]", "data.mask.map={0: 0, 1: 1, 2: 0, 3: 0, 4: 0, 5: 0}")
			}
			_, err := config.Parse("recipe", []byte(r.Text), settings...)
			require.NoError(t, err)

			dir := filepath.Join(t.TempDir(), "run")
			small := append(settings, "data.size=[32, 32]", "model.encoder_weights=", "train.batch=2", "train.epochs=2", "train.steps=3",
				"out="+dir)
			for _, crop := range []string{"RandomCrop.height=32", "RandomCrop.width=32", "RandomResizedCrop.size=[32, 32]"} {
				if name, _, _ := strings.Cut(crop, "."); strings.Contains(r.Text, "- "+name) {
					small = append(small, "augment."+crop)
				}
			}
			cfg, err := config.Parse("recipe", []byte(r.Text), small...)
			require.NoError(t, err)
			if !*long && strings.HasPrefix(cfg.Model.Encoder, "resnet") {
				_, err := build(cfg)
				require.NoError(t, err)
				cfg.Model.Encoder = smallnet.Name
			}
			result, err := Train(context.Background(), cfg, Options{})
			require.NoError(t, err)
			assert.Equal(t, 3, result.Done)
			h, err := record.ReadHistory(dir)
			require.NoError(t, err)
			require.Len(t, h.Steps, 3)
			for _, s := range h.Steps {
				assert.True(t, s.Loss > 0 && s.Loss < 100, "a loss of %v", s.Loss)
			}
			assert.FileExists(t, filepath.Join(dir, record.BestFile))
			_, err = os.Stat(filepath.Join(dir, record.EpochsFolder))
			assert.Equal(t, cfg.Train.KeepBest > 0 || cfg.Train.KeepCycles, err == nil)
		})
	}
}
