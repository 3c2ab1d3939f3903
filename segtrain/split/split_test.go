package split

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longTail returns n images of c classes, each class half as frequent as the one before, in groups of about five.
func longTail(n, c int) []Record {
	rng := rand.New(rand.NewPCG(7, 7))
	var list []Record
	for i := range n {
		r := Record{
			ID: fmt.Sprintf("%04d", i), Group: fmt.Sprintf("g%d", rng.IntN(n/5+1)), Pixels: make([]int64, c),
			Label: []string{"a", "b", "b"}[rng.IntN(3)],
		}
		for k := range c {
			if rng.IntN(1<<k) == 0 && k > 0 || k == 0 {
				r.Pixels[k] = 1 + rng.Int64N(1000)
			}
		}
		list = append(list, r)
	}
	return list
}

// all are options of every kind.
var all = []Options{
	{Kind: HoldOut, Fraction: 0.25},
	{Kind: StratifiedHoldOut, Fraction: 0.25},
	{Kind: KFold, K: 4},
	{Kind: Stratified, K: 4},
	{Kind: Stratified, K: 4, By: Label, Seed: 5},
	{Kind: Stratified, K: 4, By: Empty},
	{Kind: Group, K: 4},
	{Kind: StratifiedGroup, K: 4, Repeats: 3},
	{Kind: KFold, K: 3, Repeats: 4, Seed: 9},
}

func TestEveryImageValidatesOnceARepeat(t *testing.T) {
	records := longTail(103, 6)
	for _, o := range all {
		s, err := Make(records, o)
		require.NoError(t, err)
		require.Len(t, s.Rows, len(records))
		for repeat := range s.Repeats {
			count := 0
			for f := range s.K {
				rows := s.Validation(repeat*s.K + f)
				assert.NotEmpty(t, rows)
				count += len(rows)
				if o.K > 0 && (o.Kind == KFold || o.Kind == Stratified) {
					assert.InDelta(t, float64(len(records))/float64(o.K), len(rows), 0.999, "%v", o)
				}
			}
			want := len(records)
			if o.holdsOut() {
				assert.InDelta(t, 0.25*float64(len(records)), count, 2, "%v", o)
				continue
			}
			assert.Equal(t, want, count, "%v", o)
		}
	}
}

func TestGroupsAreNeverParted(t *testing.T) {
	records := longTail(200, 6)
	for _, o := range all {
		s, err := Make(records, o)
		require.NoError(t, err)
		if o.Kind == KFold || o.Kind == Stratified {
			assert.NotEmpty(t, s.Leaks(), "%v does not look at groups", o)
			continue
		}
		assert.Empty(t, s.Leaks(), "%v", o)
	}
}

// The order of images, and whatever else happens, changes nothing; the seed and the repeat do.
func TestSplitFollowsFromSeedAndIDs(t *testing.T) {
	records := longTail(90, 5)
	shuffled := slices.Clone(records)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	for _, o := range all {
		one, err := Make(records, o)
		require.NoError(t, err)
		two, err := Make(shuffled, o)
		require.NoError(t, err)
		assert.Equal(t, one.Hash(), two.Hash(), "%v", o)
		o.Seed++
		three, err := Make(records, o)
		require.NoError(t, err)
		if o.Kind != StratifiedHoldOut { // of which few groups leave one best
			assert.NotEqual(t, one.Hash(), three.Hash(), "%v", o)
		}
		for _, r := range one.Rows {
			require.Len(t, r.Folds, one.Repeats)
		}
		if one.Repeats > 1 {
			assert.NotEqual(t, one.Validation(0), one.Validation(one.K), "repeats differ")
		}
	}
}

// These hashes hold on every machine.
func TestHashes(t *testing.T) {
	records := longTail(60, 4)
	for i, want := range []string{
		"9d77bbd647b5f963",
		"b6180abc5b24800c",
		"99a6d9d6d60bc0ed",
		"5fc122410cc65803",
		"f458510dcdb39c63",
		"ef7444ef34ac2f46",
		"4578cd73db968aab",
		"442aff39973fb5b4",
		"f680523d8ea07521",
	} {
		s, err := Make(records, all[i])
		require.NoError(t, err)
		assert.Equal(t, want, s.Hash()[:16], "%v", all[i])
	}
}

func TestStratifiedIsMoreAlikeThanChance(t *testing.T) {
	records := longTail(300, 7)
	deviation := func(o Options) Balance {
		s, err := Make(records, o)
		require.NoError(t, err)
		return s.Balance(records)
	}
	plain, strat := deviation(Options{Kind: KFold, K: 5}), deviation(Options{Kind: Stratified, K: 5})
	assert.Less(t, strat.Deviation, 0.03)
	assert.Less(t, strat.WithDeviation, 0.12)
	assert.Greater(t, plain.Deviation, 5*strat.Deviation)
	grouped, strat := deviation(Options{Kind: Group, K: 5}), deviation(Options{Kind: StratifiedGroup, K: 5})
	assert.Less(t, strat.Deviation, 0.1)
	assert.Greater(t, grouped.Deviation, 2*strat.Deviation)
	for _, p := range strat.Folds {
		assert.InDelta(t, 60, p.Images, 6, "folds of groups are of about one size")
	}
}

func TestStratifiesByLabelAndEmptiness(t *testing.T) {
	var records []Record
	for i := range 100 {
		r := Record{ID: fmt.Sprint(i), Label: "common", Pixels: []int64{10, 0}}
		if i%10 == 0 {
			r.Label, r.Pixels = "rare", []int64{9, 1}
		}
		records = append(records, r)
	}
	for _, by := range []By{Label, Empty} {
		s, err := Make(records, Options{Kind: Stratified, K: 5, By: by, Seed: 3})
		require.NoError(t, err)
		for _, p := range s.Balance(records).Folds {
			assert.Equal(t, Part{Images: 20, With: []int{20, 2}, Shares: []float64{0.99, 0.01}}, p)
		}
	}
}

func TestBalanceByHand(t *testing.T) {
	records := []Record{
		{ID: "a", Group: "x", Pixels: []int64{3, 1, 0}}, {ID: "b", Group: "x", Pixels: []int64{4, 0, 0}},
		{ID: "c", Group: "y", Pixels: []int64{2, 2, 0}}, {ID: "d", Group: "y", Pixels: []int64{4, 0, 0}},
	}
	s := &Split{K: 2, Repeats: 1, Rows: []Row{
		{"a", "x", []int{0}}, {"b", "x", []int{0}}, {"c", "y", []int{1}}, {"d", "y", []int{0}},
	}}
	b := s.Balance(records)
	assert.Equal(t, Part{Images: 4, Groups: 2, With: []int{4, 2, 0}, Shares: []float64{13. / 16, 3. / 16, 0}}, b.All)
	assert.Equal(t, []Part{
		{Images: 3, Groups: 2, With: []int{3, 1, 0}, Shares: []float64{11. / 12, 1. / 12, 0}},
		{Images: 1, Groups: 1, With: []int{1, 1, 0}, Shares: []float64{0.5, 0.5, 0}},
	}, b.Folds)
	assert.InDelta(t, 0.5/(3./16)-1, b.Worst, 1e-12)
	assert.InDelta(t, 1, b.WithWorst, 1e-12, "class 1 is in each image of fold 1, and in half of all")
	assert.Equal(t, []string{"y"}, s.Leaks())
	assert.Empty(t, b.Unseen())
	s.Rows[0].Folds[0], s.Rows[3].Folds[0] = 1, 1
	assert.Equal(t, []Unseen{{0, 1, false}, {1, 1, true}}, s.Balance(records).Unseen())
}

func TestMistakes(t *testing.T) {
	records := longTail(20, 3)
	with := func(change func(*Record)) []Record {
		list := slices.Clone(records)
		change(&list[4])
		return list
	}
	for _, c := range []struct {
		records []Record
		o       Options
		want    string
	}{
		{records, Options{Kind: "folds"}, `no kind "folds"; there are: [holdout`},
		{records, Options{Kind: KFold, K: 1}, "k is 1; allowed: 2 or more"},
		{records, Options{Kind: KFold, K: 21}, "k is 21, but there are only 20 images"},
		{records, Options{Kind: Group, K: 9}, "k is 9, but there are only 5 groups"},
		{records, Options{Kind: HoldOut, Fraction: 1}, "must lie between 0 and 1, not 1"},
		{records[:1], Options{Kind: HoldOut, Fraction: 0.5}, "at least two are needed"},
		{records, Options{Kind: KFold, K: 2, Repeats: -1}, "-1 repeats; allowed: 1 or more"},
		{records, Options{Kind: Stratified, K: 2, By: "size"}, `cannot stratify by "size"`},
		{with(func(r *Record) { r.Group = "" }), Options{Kind: Group, K: 2}, `image "0004" has no group`},
		{with(func(r *Record) { r.Label = "" }), Options{Kind: Stratified, K: 2, By: Label}, `"0004" has no label`},
		{with(func(r *Record) { r.Pixels = nil }), Options{Kind: Stratified, K: 2}, `"0004" has no mask`},
		{with(func(r *Record) { r.Pixels = r.Pixels[1:] }), Options{Kind: Stratified, K: 2}, "has 2 classes, and"},
		{with(func(r *Record) { r.ID = "0003" }), Options{Kind: KFold, K: 2}, `two images are "0003"`},
		{with(func(r *Record) { r.ID = "" }), Options{Kind: KFold, K: 2}, "an image has no ID"},
	} {
		_, err := Make(c.records, c.o)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestFileRoundTrip(t *testing.T) {
	s, err := Make(longTail(30, 3), Options{Kind: KFold, K: 3, Repeats: 2})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, s.Encode(&b))
	file := filepath.Join(t.TempDir(), "split.csv")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o666))
	require.NoError(t, os.WriteFile(file+HashSuffix, []byte(s.HashLine(file)), 0o666))
	back, err := ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, s, back)
	assert.Equal(t, s.Hash(), back.Hash())

	changed := strings.Replace(b.String(), ",0,", ",1,", 1)
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o666))
	_, err = ReadFile(file)
	assert.ErrorContains(t, err, "was changed: its hash is")
}

func TestFileMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "is empty; the first line names the columns"},
		{"id,fold\n", "has no images"},
		{"name,fold\na,0\n", `needs a column "id"`},
		{"id\na\n", `needs a column "fold"`},
		{"id,fold,weight\na,0,1\n", `no column "weight" (number 3)`},
		{"id,fold,fold_3\na,0,1\n", `no column "fold_3"`},
		{"id,id,fold\na,b,0\n", `column "id" occurs twice`},
		{"id,fold\na,0\nb,1\na,1\n", `image "a" occurs twice`},
		{"id,fold\na,0\nb,x\n", `line 3: fold: must be a whole number from 0, not "x"`},
		{"id,fold\na,0\n,1\n", "line 3: id: is empty"},
		{"id,fold\na,0\nb,2\nc,2\n", "no image has fold 1"},
		{"id,fold,fold_2\na,0,0\nb,1,0\n", "no image has fold_2 1"},
		{"id,fold\na,-1\n", "must be a whole number"},
		{"id,fold\na,\n", "has folds up to -1"},
		{"id,fold\na,99\n", "has folds up to 99 for 1 images"},
		{"id,fold\na\n", "wrong number of fields"},
	} {
		file := filepath.Join(t.TempDir(), "folds.csv")
		require.NoError(t, os.WriteFile(file, []byte(c.text), 0o666))
		_, err := ReadFile(file)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := ReadFile(filepath.Join(t.TempDir(), "none.csv"))
	assert.ErrorContains(t, err, "none.csv")
}

func TestOwnFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folds.csv")
	require.NoError(t, os.WriteFile(file, []byte("\ufeffFold,ID\r\n1,b\r\n0,a\r\n,c\r\n"), 0o666))
	s, err := ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, &Split{K: 2, Repeats: 1, Rows: []Row{{"a", "", []int{0}}, {"b", "", []int{1}}, {"c", "", []int{-1}}}}, s)
	assert.NoError(t, s.Match([]string{"c", "b", "a"}))
	assert.EqualError(t, s.Match([]string{"a", "b", "c", "d"}), `has no fold for image "d"`)
	assert.EqualError(t, s.Match([]string{"a"}), `has folds for 2 images: ["b" "c"] that the data does not have`)
}
