// The oracle plays situations through the real controllers and writes what they decided.
//
//	go run . [--in DIR] [--out DIR] [CONTROLLER ...]
//
// Each controller is a Go module of its own beside this file, since no one set of versions holds for all of them; its
// go.mod freezes what it imports. Without --in a module plays its own scripted and seeded situations; with --in, the
// situations of DIR that are its own: vectors without `expected`. Each writes <controller>*.jsonl.gz into --out.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	in := flag.String("in", "", "folder of situations to play instead of the oracle's own")
	out := flag.String("out", filepath.Join("..", "vectors"), "folder to write vectors to")
	flag.Parse()
	modules := flag.Args()
	if len(modules) == 0 {
		found, err := filepath.Glob(filepath.Join("*", "go.mod"))
		check(err)
		for _, file := range found {
			modules = append(modules, filepath.Dir(file))
		}
	}
	target, err := filepath.Abs(*out)
	check(err)
	check(os.MkdirAll(target, 0o755))
	args := []string{"run", ".", "--out", target}
	if *in != "" {
		source, err := filepath.Abs(*in)
		check(err)
		args = append(args, "--in", source)
	}
	for _, module := range modules {
		fmt.Fprintln(os.Stderr, module)
		command := exec.Command("go", args...)
		command.Dir = module
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		check(command.Run())
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
