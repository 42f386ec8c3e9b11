// Package vectors reads situations from a folder and writes what the real controllers decided in them: a line of JSON each, packed.
package vectors

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Read gives a folder's situations that are of one controller; those of others may have any shape.
func Read[V any](folder, controller string) ([]V, error) {
	var found []V
	files, err := filepath.Glob(filepath.Join(folder, "*.json*"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		content, err := unpacked(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(content)); decoder.More(); {
			var line json.RawMessage
			var about struct{ Controller string }
			var vector V
			if err := decoder.Decode(&line); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if json.Unmarshal(line, &about) != nil || about.Controller != controller {
				continue
			}
			if err := json.Unmarshal(line, &vector); err != nil {
				return nil, fmt.Errorf("%s: a situation of %s: %w", name, controller, err)
			}
			found = append(found, vector)
		}
	}
	return found, nil
}

func unpacked(name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return content, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// Write packs the vectors into the folder, without a time, so that the same vectors are the same bytes. Where there are none
// it writes nothing: a folder of other controllers' situations must not empty this one's vectors.
func Write[V any](folder, controller string, vectors []V) error {
	fmt.Fprintf(os.Stderr, "%s: %d situations\n", controller, len(vectors))
	if len(vectors) == 0 {
		return nil
	}
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(writer)
	for _, vector := range vectors {
		if err := lines.Encode(vector); err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, controller+".jsonl.gz"), packed.Bytes(), 0o644)
}
