// Plays situations through Karpenter: requirements' algebra, Solve through the provisioner, and the methods of one
// disruption pass, over a fake client, a fake clock and the fake cloud provider with a catalogue of the situation's own.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	in := flag.String("in", "", "folder of situations to play instead of our own")
	out := flag.String("out", filepath.Join("..", "..", "vectors"), "folder to write vectors to")
	flag.Parse()
	vectors := own()
	if *in != "" {
		vectors = read(*in)
	}
	var lines bytes.Buffer
	for _, v := range vectors {
		v.Controller, v.Version, v.Licence = "karpenter", "sigs.k8s.io/karpenter v1.13.0", "Apache-2.0"
		v.Expected = nil
		for _, s := range v.Script {
			v.Expected = append(v.Expected, play(v.Settings, s))
		}
		line, err := json.Marshal(v)
		check(err)
		lines.Write(append(line, '\n'))
	}
	var zipped bytes.Buffer
	writer, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	check(err)
	_, err = writer.Write(lines.Bytes())
	check(err)
	check(writer.Close())
	check(os.WriteFile(filepath.Join(*out, "karpenter.jsonl.gz"), zipped.Bytes(), 0o644))
}

func read(folder string) (made []vector) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json*"))
	check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(err)
		if strings.HasSuffix(file, ".gz") {
			reader, err := gzip.NewReader(bytes.NewReader(data))
			check(err)
			data, err = io.ReadAll(reader)
			check(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		for decoder.More() {
			var raw json.RawMessage
			check(decoder.Decode(&raw))
			var head struct {
				Controller string `json:"controller"`
			}
			check(json.Unmarshal(raw, &head))
			if head.Controller != "karpenter" {
				continue
			}
			var v vector
			check(json.Unmarshal(raw, &v))
			made = append(made, v)
		}
	}
	return made
}
