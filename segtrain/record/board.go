package record

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"
)

// A Board writes scalars for TensorBoard: a file of records, each an Event message.
//
// The record is a length, its checksum, the message and its checksum (TensorFlow, lib/io/record_writer.h); the messages are
// tensorflow.Event and Summary (util/event.proto, framework/summary.proto) in the wire format of protocol buffers.
type Board struct {
	file *os.File
}

// NewBoard starts a file in dir, named as TensorBoard looks for it. A resumed run starts another one, which TensorBoard shows
// as the same curves.
func NewBoard(dir string, now time.Time) (*Board, error) {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "unknown"
	}
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d", now.Unix(), host, os.Getpid())
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, advise("writing for TensorBoard", err)
	}
	b := &Board{f}
	if err := b.write(putBytes(putTime(nil, now), 3, []byte("brain.Event:2"))); err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

// A Scalar is a point of a curve.
type Scalar struct {
	Tag   string
	Value float64
}

// Add writes the points of a step. Those that are NaN are left out.
func (b *Board) Add(now time.Time, step int, scalars ...Scalar) error {
	var summary []byte
	for _, s := range scalars {
		if math.IsNaN(s.Value) {
			continue
		}
		value := putBytes(nil, 1, []byte(s.Tag)) // Summary.Value.tag
		value = append(value, 2<<3|5)            // simple_value, 32 bits
		value = binary.LittleEndian.AppendUint32(value, math.Float32bits(float32(s.Value)))
		summary = putBytes(summary, 1, value)
	}
	if summary == nil {
		return nil
	}
	event := binary.AppendUvarint(append(putTime(nil, now), 2<<3), uint64(step)) // Event.step, a varint
	return b.write(putBytes(event, 5, summary))
}

// Close closes the file.
func (b *Board) Close() error { return b.file.Close() }

// write adds a record in one write.
func (b *Board) write(message []byte) error {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	out = binary.LittleEndian.AppendUint32(out, maskedCRC(out))
	out = append(out, message...)
	out = binary.LittleEndian.AppendUint32(out, maskedCRC(message))
	_, err := b.file.Write(out)
	return advise("writing for TensorBoard", err)
}

// putTime appends Event.wall_time: seconds as a double.
func putTime(out []byte, t time.Time) []byte {
	seconds := float64(t.UnixMicro()) / 1e6
	return binary.LittleEndian.AppendUint64(append(out, 1<<3|1), math.Float64bits(seconds))
}

// putBytes appends a field of bytes: a text or a message.
func putBytes(out []byte, field byte, data []byte) []byte {
	out = binary.AppendUvarint(append(out, field<<3|2), uint64(len(data)))
	return append(out, data...)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is CRC-32C, rotated and shifted so that checksums of checksums stay good ones (lib/hash/crc32c.h).
func maskedCRC(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
