// Plays situations through KEDA's executor, fallback and job strategies in virtual time.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const version = "kedacore/keda v2.21.0 (Apache-2.0)"

type object = map[string]any

// Vector is a situation and, once played, what was decided.
type Vector struct {
	Controller string   `json:"controller"`
	Version    string   `json:"version"`
	Name       string   `json:"name"`
	Origin     string   `json:"origin,omitempty"`
	Settings   object   `json:"settings"`
	Script     []object `json:"script"`
	Expected   []any    `json:"expected"`
}

// A kind of situation makes a player of its settings; that answers each entry of the script at its time.
var kinds = map[string]func(settings object) func(step object) any{
	"scaledObject": newScaledObject,
	"fallback":     newFallback,
	"scaledJob":    newScaledJob,
}

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	testing.Init()
	flag.Parse()
	vectors := situations()
	if *in != "" {
		vectors = read(*in)
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range vectors {
				synctest.Test(t, func(*testing.T) { play(&vectors[i]) })
			}
			write(filepath.Join(*out, "keda.jsonl.gz"), vectors)
		},
	}}, nil, nil)
}

func play(vector *Vector) {
	vector.Version = version
	vector.Expected = nil
	begin := time.Now()
	step := kinds[vector.Settings["kind"].(string)](vector.Settings)
	for _, entry := range vector.Script {
		time.Sleep(time.Until(begin.Add(seconds(number(entry, "at")))))
		vector.Expected = append(vector.Expected, step(entry))
	}
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

func number(from object, name string) float64 {
	switch value := from[name].(type) {
	case float64:
		return value
	case int:
		return float64(value)
	}
	return 0
}

func yes(from object, name string) bool {
	value, _ := from[name].(bool)
	return value
}

func text(from object, name string) string {
	value, _ := from[name].(string)
	return value
}

func read(folder string) []Vector {
	var vectors []Vector
	files, err := filepath.Glob(filepath.Join(folder, "*.json*"))
	check(err)
	for _, name := range files {
		file, err := os.Open(name)
		check(err)
		var lines *bufio.Scanner
		if strings.HasSuffix(name, ".gz") {
			unzipped, err := gzip.NewReader(file)
			check(err)
			lines = bufio.NewScanner(unzipped)
		} else {
			lines = bufio.NewScanner(file)
		}
		lines.Buffer(nil, 1<<26)
		for lines.Scan() {
			var vector Vector
			if strings.TrimSpace(lines.Text()) == "" {
				continue
			}
			check(json.Unmarshal(lines.Bytes(), &vector))
			if vector.Controller == "keda" {
				vectors = append(vectors, vector)
			}
		}
		check(lines.Err())
		file.Close()
	}
	return vectors
}

func write(name string, vectors []Vector) {
	file, err := os.Create(name)
	check(err)
	packed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	check(err)
	lines := json.NewEncoder(packed)
	steps := 0
	for _, vector := range vectors {
		check(lines.Encode(vector))
		steps += len(vector.Expected)
	}
	check(packed.Close())
	check(file.Close())
	fmt.Fprintf(os.Stderr, "keda: %d situations, %d steps\n", len(vectors), steps)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
