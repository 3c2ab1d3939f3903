package kernels

// ByteExchange puts the smaller of x[i] and y[i] into x[i] and the larger into y[i]: what ByteMedian is made of.
func ByteExchange(x, y []uint8) { bytesExchange.fn(x, y[:len(x)]) }
