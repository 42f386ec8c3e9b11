// Plays situations through Karpenter: requirements' algebra, Solve through the provisioner, and the methods of one
// disruption pass, over a fake client, a fake clock and the fake cloud provider with a catalogue of the situation's own.
package main

import (
	"flag"
	"path/filepath"
	"slices"

	"dryscale.dev/conformance/oracle/vectors"
)

func main() {
	in := flag.String("in", "", "folder of situations to play instead of our own")
	out := flag.String("out", filepath.Join("..", "..", "vectors"), "folder to write vectors to")
	flag.Parse()
	situations := own()
	if *in != "" {
		situations = must(vectors.Read[vector](*in, "karpenter"))
	}
	for i := range situations {
		v := &situations[i]
		v.Controller, v.Version, v.Licence = "karpenter", "sigs.k8s.io/karpenter v1.13.0", "Apache-2.0"
		v.Expected = nil
		for _, s := range v.Script {
			v.Expected = append(v.Expected, play(v.Settings, s))
		}
	}
	check(vectors.Write(*out, "karpenter", slices.DeleteFunc(situations, tooMany)))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
