// Plays situations through Knative Serving's autoscaler. The reconciler's parts are unexported: play/ is built against a
// passing copy of the module with a door of ours laid into that package.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	serving, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "knative.dev/serving").Output()
	check(err)
	folder, err := os.MkdirTemp("", "knative")
	check(err)
	defer os.RemoveAll(folder)
	module := filepath.Join(folder, "serving")
	check(os.CopyFS(module, os.DirFS(strings.TrimSpace(string(serving)))))
	place(filepath.Join("_door", "kpa.go"), filepath.Join(module, "pkg", "reconciler", "autoscaling", "kpa", "door.go"), "")
	place("go.mod", filepath.Join(folder, "go.mod"), "\nreplace knative.dev/serving => "+module+"\n")
	place("go.sum", filepath.Join(folder, "go.sum"), "")
	arguments := []string{"run", "-mod=mod", "-modfile", filepath.Join(folder, "go.mod"), "./play"}
	player := exec.Command("go", append(arguments, os.Args[1:]...)...)
	player.Stdout, player.Stderr = os.Stdout, os.Stderr
	check(player.Run())
}

func place(from, to, more string) {
	text, err := os.ReadFile(from)
	check(err)
	check(os.WriteFile(to, append(text, more...), 0o644))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
