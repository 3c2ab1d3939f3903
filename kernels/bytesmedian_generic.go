package kernels

const (
	medianBlock = 512 // samples that go through a network at a time
	medianSides = 64  // samples more that a sorted column may be long
)

// bytesMedianGeneric sends blocks of samples through a network. Columns are sorted once and stand for all columns, unless the
// step is so large that they would not fit.
func bytesMedianGeneric(step int, x [][]uint8, scratch, y []uint8) {
	k := len(x)
	net := medianNetworks[k]
	var wires [49][]uint8
	for at := 0; at < len(y); at += medianBlock {
		n := min(medianBlock, len(y)-at)
		for i := range k * k {
			wires[i] = scratch[i*medianBlock:][:n]
		}
		if sides := (k - 1) * step; sides <= medianSides {
			sortedOnce(net, step, at, x, scratch[49*medianBlock:], wires[:k*k])
		} else {
			for i := range k * k {
				copy(wires[i], x[i%k][at+i/k*step:])
			}
			for i := 0; i < k*k; i += k {
				net.send(net.column, wires[i:])
			}
		}
		net.send(net.merge, wires[:])
		copy(y[at:], wires[net.middle])
	}
}

// sortedOnce sorts the columns of a block in scratch and copies them to the wires.
func sortedOnce(net *medianNetwork, step, at int, x [][]uint8, scratch []uint8, wires [][]uint8) {
	k := len(x)
	n := len(wires[0]) + (k-1)*step
	var column [7][]uint8
	for j := range k {
		column[j] = scratch[j*(medianBlock+medianSides):][:n]
		copy(column[j], x[j][at:])
	}
	net.send(net.column, column[:])
	for i := range wires {
		copy(wires[i], column[i%k][i/k*step:])
	}
}

func (*medianNetwork) send(all []exchange, wires [][]uint8) {
	for _, e := range all {
		bytesExchange.fn(wires[e.low], wires[e.high])
	}
}
