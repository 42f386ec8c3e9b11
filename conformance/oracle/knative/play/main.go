// Plays situations through Knative's collector, autoscaler and reconciler in virtual time.
package main

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"dryscale.dev/conformance/oracle/vectors"
)

const version = "knative.dev/serving v0.50.0 (Apache-2.0)"

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
	"scale":     newScale,
	"ticks":     newTicks,
	"windows":   newWindows,
	"reconcile": newReconcile,
}

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	testing.Init()
	flag.Parse()
	played := situations()
	if *in != "" {
		played = must(vectors.Read[Vector](*in, "knative"))
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range played {
				synctest.Test(t, func(*testing.T) { play(&played[i]) })
			}
			check(vectors.Write(*out, "knative", played))
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

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
