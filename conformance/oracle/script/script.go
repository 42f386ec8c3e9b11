// Package script plays situations that are told as plain objects, each in a virtual time of its own.
package script

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"dryscale.dev/conformance/oracle/vectors"
)

// Object is a piece of a situation as JSON has it.
type Object = map[string]any

// Vector is a situation and, once played, what was decided.
type Vector struct {
	Controller string   `json:"controller"`
	Version    string   `json:"version"`
	Name       string   `json:"name"`
	Origin     string   `json:"origin,omitempty"`
	Settings   Object   `json:"settings"`
	Script     []Object `json:"script"`
	Expected   []any    `json:"expected"`
}

// Kind makes a player of a situation's settings; that answers each entry of the script at its time.
type Kind = func(settings Object) func(step Object) any

// Main reads the flags, plays the situations given or its own, each by the kind that its settings name, and writes what was decided.
func Main(controller, version string, own func() []Vector, kinds map[string]Kind) {
	in := flag.String("in", "", "folder of situations to play instead of the oracle's own")
	out := flag.String("out", ".", "folder to write vectors to")
	testing.Init()
	flag.Parse()
	situations := own()
	if *in != "" {
		given, err := vectors.Read[Vector](*in, controller)
		check(err)
		situations = given
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range situations {
				situation := &situations[i]
				situation.Version = version
				synctest.Test(t, func(*testing.T) { play(situation, kinds) })
			}
			check(vectors.Write(*out, controller, situations))
		},
	}}, nil, nil)
}

func play(situation *Vector, kinds map[string]Kind) {
	situation.Expected = nil
	begin := time.Now()
	step := kinds[Text(situation.Settings, "kind")](situation.Settings)
	for _, entry := range situation.Script {
		time.Sleep(time.Until(begin.Add(Seconds(Number(entry, "at")))))
		situation.Expected = append(situation.Expected, step(entry))
	}
}

// Seconds as Go's own duration.
func Seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

// Number is 0 where there is none.
func Number(from Object, name string) float64 {
	switch value := from[name].(type) {
	case float64:
		return value
	case int:
		return float64(value)
	}
	return 0
}

// Yes is false where nothing is said.
func Yes(from Object, name string) bool {
	value, _ := from[name].(bool)
	return value
}

// Text is empty where there is none.
func Text(from Object, name string) string {
	value, _ := from[name].(string)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
