// Plays situations through Kubernetes' own scheduler with its default profile, and writes where each pod went and why.
package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
)

type settings struct {
	Nodes    []*v1.Node    `json:"nodes"`
	Services []*v1.Service `json:"services,omitempty"`
}

type step struct {
	At  int     `json:"at"`
	Pod *v1.Pod `json:"pod"`
}

type vector struct {
	Controller string     `json:"controller"`
	Version    string     `json:"version"`
	License    string     `json:"license"`
	Name       string     `json:"name"`
	Origin     string     `json:"origin"`
	Settings   settings   `json:"settings"`
	Script     []step     `json:"script"`
	Expected   []decision `json:"expected,omitempty"`
}

func main() {
	in := flag.String("in", "", "folder of situations to play instead of the oracle's own")
	out := flag.String("out", ".", "folder to write vectors to")
	flag.Parse()
	klog.SetLogger(klog.NewKlogr().V(100))
	ctx := klog.NewContext(context.Background(), klog.Logger{})
	vectors := seeded()
	if *in != "" {
		vectors = read(*in)
	}
	file := must(os.Create(filepath.Join(*out, "scheduler.jsonl.gz")))
	packed := must(gzip.NewWriterLevel(file, gzip.BestCompression))
	encoder := json.NewEncoder(packed)
	encoder.SetEscapeHTML(false)
	for _, v := range vectors {
		v.Expected = play(ctx, v)
		check(encoder.Encode(v))
	}
	check(packed.Close())
	check(file.Close())
}

func read(folder string) (found []vector) {
	for _, path := range must(filepath.Glob(filepath.Join(folder, "*.jsonl*"))) {
		file := must(os.Open(path))
		lines := bufio.NewScanner(file)
		if strings.HasSuffix(path, ".gz") {
			lines = bufio.NewScanner(must(gzip.NewReader(file)))
		}
		lines.Buffer(nil, 1<<26)
		for lines.Scan() {
			var v vector
			check(json.Unmarshal(lines.Bytes(), &v))
			if v.Controller == "scheduler" {
				found = append(found, v)
			}
		}
		check(lines.Err())
		check(file.Close())
	}
	return found
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
