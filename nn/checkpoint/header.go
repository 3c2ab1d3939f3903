package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// record is an entry of a header: a tensor without its data, and where in the data it lies.
type record struct {
	Entry
	begin, end int64
}

// parseHeader reads the JSON of a header, in its own order. It is stricter than encoding/json:
// keys are unique, spelled exactly and all there, numbers are whole, and nothing is null.
func parseHeader(header []byte) (records []record, metadata map[string]string, err error) {
	dec := json.NewDecoder(bytes.NewReader(header))
	dec.UseNumber()
	metadata = map[string]string{}
	err = object(dec, func(key string) error {
		if key == metadataKey {
			return parseMetadata(dec, metadata)
		}
		rec, err := parseRecord(dec)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", key, err)
		}
		if len(records) == maxTensors {
			return fmt.Errorf("more than %d tensors", maxTensors)
		}
		rec.Name = key
		records = append(records, rec)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, errors.New("something follows the JSON object")
	}
	return records, metadata, nil
}

func parseMetadata(dec *json.Decoder, metadata map[string]string) error {
	return object(dec, func(key string) error {
		value, err := text(dec)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", metadataKey, key, err)
		}
		if len(metadata) == maxKeys {
			return fmt.Errorf("%s: more than %d keys", metadataKey, maxKeys)
		}
		metadata[key] = value
		return nil
	})
}

// parseRecord reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
func parseRecord(dec *json.Decoder) (rec record, err error) {
	var offsets []int
	err = object(dec, func(key string) (err error) {
		switch key {
		case "dtype":
			rec.DType, err = text(dec)
		case "shape":
			rec.Shape, err = integers(dec)
		case "data_offsets":
			offsets, err = integers(dec)
		default:
			return fmt.Errorf("unknown key %q; there are: dtype, shape, data_offsets", key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return rec, err
	case rec.DType == "":
		return rec, errors.New("no dtype")
	case rec.Shape == nil:
		return rec, errors.New("no shape")
	case len(offsets) != 2:
		return rec, fmt.Errorf("%d data_offsets, not 2", len(offsets))
	}
	rec.begin, rec.end = int64(offsets[0]), int64(offsets[1])
	return rec, nil
}

// object reads a JSON object and calls value for each key, to read what belongs to it.
func object(dec *json.Decoder, value func(key string) error) error {
	if err := delimiter(dec, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := text(dec)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	return delimiter(dec, '}')
}

// integers reads a JSON array of whole numbers from 0 up; the result is never nil.
func integers(dec *json.Decoder) ([]int, error) {
	if err := delimiter(dec, '['); err != nil {
		return nil, err
	}
	list := []int{}
	for dec.More() {
		token, err := next(dec)
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		if !ok {
			return nil, fmt.Errorf("found %v where a number is due", token)
		}
		n, err := strconv.ParseUint(number.String(), 10, strconv.IntSize-1)
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number from 0 up", number)
		}
		if len(list) == maxRank {
			return nil, fmt.Errorf("more than %d numbers", maxRank)
		}
		list = append(list, int(n))
	}
	return list, delimiter(dec, ']')
}

func text(dec *json.Decoder) (string, error) {
	token, err := next(dec)
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("found %v where a string is due", token)
	}
	return s, nil
}

func delimiter(dec *json.Decoder, want json.Delim) error {
	token, err := next(dec)
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %v where %q is due", token, want.String())
	}
	return nil
}

// next reads one token; inside a header the end of the text is always a mistake.
func next(dec *json.Decoder) (json.Token, error) {
	token, err := dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
	}
	return token, nil
}
