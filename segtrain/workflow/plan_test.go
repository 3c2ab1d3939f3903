package workflow

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/disk"
	"tessera/segtrain/plan"
)

// TestPlanTime plans with the two folds of a cross-validation at speeds that are made up.
func TestPlanTime(t *testing.T) {
	dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"))
	cv, err := CrossValidate(context.Background(), cvConfig(t, dir, "train.epochs=1", "train.best=pixel_accuracy"), Options{})
	require.NoError(t, err)
	measured := 0
	o := PlanTimeOptions{
		Targets: []string{dir}, Images: 1000, Budget: time.Hour, Views: []string{"hflip"}, Tiles: [][2]int{{16, 16}}, Overlap: 0.5,
		measure: func(_ context.Context, _ *config.Config, m data.Manifest) (plan.Cost, error) {
			measured++
			assert.NotEmpty(t, m)
			assert.Empty(t, m[0].Mask)
			return plan.Cost{Forward: 0.5, Around: 0.1}, nil
		},
	}
	p, err := PlanTime(context.Background(), o, Options{})
	require.NoError(t, err)
	assert.Equal(t, 1, measured, "both folds have one model")
	require.Len(t, p.Members, 2)
	for i, m := range p.Members {
		assert.Equal(t, cv.Folds[i].Metrics.MeanIoU, m.MeanIoU)
	}
	// A forward pass of both folds takes 1 s a picture, and 0.2 s are around it: 2200 s with hflip.
	first := p.Plans[0]
	assert.Equal(t, []int{0, 1}, first.Members)
	assert.Equal(t, "hflip", first.Views)
	assert.InDelta(t, 2200, first.Seconds, 1e-9)
	assert.InDelta(t, 1000.0/2200, first.PerSecond, 1e-12)
	assert.True(t, math.IsNaN(float64(first.Expected)))
	assert.Equal(t, "segtrain predict "+dir+" IMAGES --tta hflip", p.Command)
	for _, x := range p.Plans {
		if x.Tile == "16x16" && len(x.Members) == 1 && x.Views == "" {
			assert.InDelta(t, 100+1000*0.5*9*16*16/(32*32), x.Seconds, 1e-9, "9 tiles of a quarter of 32×32")
		}
	}

	planByGains(t, o, p.Members)

	o.Targets = []string{dir, filepath.Join(dir, "fold0")}
	_, err = PlanTime(context.Background(), o, Options{})
	assert.ErrorContains(t, err, "is named twice")
	o.Targets, o.measure = []string{dir}, nil // really measured
	p, err = PlanTime(context.Background(), o, Options{})
	require.NoError(t, err)
	assert.Positive(t, p.Members[0].Forward)
	assert.NotEmpty(t, p.Command)
}

// planByGains: one fold alone fits with hflip, and both fit without. With what is known of gains the expected score decides.
func planByGains(t *testing.T, o PlanTimeOptions, members []PlanMember) {
	dir := o.Targets[0]
	o.Budget, o.Reserve = 1300*time.Second, 0.05
	p, err := PlanTime(context.Background(), o, Options{})
	require.NoError(t, err)
	assert.Equal(t, "segtrain predict "+dir+" IMAGES", p.Command)
	gains := filepath.Join(t.TempDir(), "gains.json")
	require.NoError(t, os.WriteFile(gains, []byte(`{"views": {"hflip": 0.9}, "members": {"2": -0.5}}`), 0o666))
	o.Gains, o.Tiles = []string{gains}, nil
	p, err = PlanTime(context.Background(), o, Options{})
	require.NoError(t, err)
	better := 0
	if members[1].MeanIoU > members[0].MeanIoU {
		better = 1
	}
	assert.Equal(t, []int{better}, p.Plans[0].Members)
	assert.InDelta(t, float64(members[better].MeanIoU)+0.9, float64(p.Plans[0].Expected), 1e-12)
	assert.Equal(t, "segtrain predict "+members[better].Dir+" IMAGES --tta hflip", p.Command)

	o.Budget = time.Second
	p, err = PlanTime(context.Background(), o, Options{})
	require.NoError(t, err)
	assert.Empty(t, p.Command)
}

// What the probabilities of a thousand huge pictures need is known before anything is predicted.
func TestPredictionRoom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "huge.png")
	require.NoError(t, os.WriteFile(file, emptyPNG(16384, 16384), 0o666))
	m := make(data.Manifest, 1000)
	for i := range m {
		m[i] = data.Record{ID: "x", Image: file}
	}
	po := PredictOptions{Out: t.TempDir()}
	require.NoError(t, predictionRoom(po, m, 256))
	po.Probabilities = true
	require.NoError(t, predictionRoom(po, data.Manifest{}, 256))
	err := predictionRoom(po, m, 256)
	if err == nil && disk.Room(po.Out, math.MaxInt64) == nil {
		t.Skip("this system does not say how much is free")
	}
	assert.ErrorContains(t, err, "the probabilities of 1000 pictures in 256 classes")
	assert.ErrorContains(t, err, "but this needs 274877.9 GB")
	m[3].Image = filepath.Join(t.TempDir(), "none.png")
	assert.ErrorContains(t, predictionRoom(po, m, 256), "none.png")
}

// emptyPNG is the head of a grey PNG without its pixels.
func emptyPNG(h, w uint32) []byte {
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	head = append(head, 8, 0, 0, 0, 0)
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n\x00\x00\x00\r")
	b.Write(head)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(head)))
	return b.Bytes()
}

// A dialect's settings are those of its table, and keys that are set take their places.
func TestSubmissionSpec(t *testing.T) {
	cfg, err := config.Parse("c", []byte(strings.TrimSpace(`
data: {kind: folders, images: i, masks: m, classes: [a, b, c], background: 2}
submit: {rle: {dialect: severstal, empty: "-", components: 4, empty_rows: false, class_by: index}, size: [3, 4]}
`)))
	require.NoError(t, err)
	s, err := submissionSpec(cfg)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1}, s.Written)
	assert.Equal(t, [2]int{3, 4}, [2]int{s.H, s.W})
	assert.Equal(t, "ClassId", s.Table.Class)
	assert.Equal(t, []string{"-"}, s.Table.Code.Empty)
	assert.Equal(t, 4, s.Table.Components)
	assert.True(t, s.Table.SkipEmpty)
	assert.EqualValues(t, "index", s.Table.ClassBy)
	require.NoError(t, cfg.Set("submit.rle.dialect=salt"))
	require.NoError(t, cfg.Set("submit.rle.class_by=name"))
	_, err = submissionSpec(cfg)
	assert.ErrorContains(t, err, "c:2:9: submit: the table has no place for a class, but 2 are to be written (a, b)")
}
