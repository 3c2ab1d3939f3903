package report

import "tessera/segtrain/raster"

// heatStops are the colors of 0, 1/3, 2/3 and 1.
var heatStops = [4][3]float32{{0, 0, 4}, {120, 28, 109}, {237, 105, 37}, {252, 255, 164}}

// Heat draws a map of numbers from 0 to 1, H×W×1, from black over purple and orange to a pale yellow, in 8-bit RGB. What is outside
// is drawn as the nearer end.
func Heat(m *raster.Float) *raster.Image {
	out := raster.NewImage(m.H, m.W, 3)
	for i, v := range m.Pix {
		at := 3 * min(max(v, 0), 1)
		k := min(int(at), 2)
		for c := range 3 {
			from, to := heatStops[k][c], heatStops[k+1][c]
			out.Pix8[3*i+c] = uint8(from + float32((to-from)*(float32(at)-float32(k))) + 0.5)
		}
	}
	return out
}

// Dimmed returns an 8-bit picture with a third of its brightness.
func Dimmed(im *raster.Image) *raster.Image {
	out := raster.NewImage(im.H, im.W, im.C)
	for i, v := range im.Pix8 {
		out.Pix8[i] = v / 3
	}
	return out
}
