// Plays rollouts through the real Deployment controller, one sync a step, in virtual time.
package main

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"dryscale.dev/conformance/oracle/vectors"
)

const version = "kubernetes v1.36.2 (Apache-2.0)"

// Vector is a situation and, once played, what was decided at each step.
type Vector struct {
	Controller string     `json:"controller"`
	Version    string     `json:"version"`
	Name       string     `json:"name"`
	Origin     string     `json:"origin,omitempty"`
	Settings   Settings   `json:"settings"`
	Script     []Step     `json:"script"`
	Expected   []Decision `json:"expected"`
}

// Settings of the Deployment that stay the same.
type Settings struct {
	Strategy       string `json:"strategy"`
	MaxSurge       any    `json:"maxSurge,omitempty"`
	MaxUnavailable any    `json:"maxUnavailable,omitempty"`
	// Seconds; absent: none.
	ProgressDeadline *int32 `json:"progressDeadline,omitempty"`
}

// Step is what holds when a sync begins.
type Step struct {
	At       float64              `json:"at"`
	Replicas int32                `json:"replicas"`
	Version  string               `json:"version"`
	Paused   bool                 `json:"paused,omitempty"`
	Sets     map[string]SetStatus `json:"sets"`
}

// SetStatus is what a ReplicaSet's controller last said, and its pods that are on their way out.
type SetStatus struct {
	Replicas    int32 `json:"replicas"`
	Ready       int32 `json:"ready"`
	Available   int32 `json:"available"`
	Terminating int32 `json:"terminating,omitempty"`
}

// Decision is what a sync left behind.
type Decision struct {
	Sets        map[string]int32 `json:"sets"`
	Replicas    int32            `json:"replicas"`
	Updated     int32            `json:"updated"`
	Ready       int32            `json:"ready"`
	Available   int32            `json:"available"`
	Unavailable int32            `json:"unavailable"`
	Minimum     bool             `json:"minimumAvailable"`
	Progressing string           `json:"progressing,omitempty"`
}

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	testing.Init()
	flag.Parse()
	given := []Vector{}
	if *in != "" {
		given = must(vectors.Read[Vector](*in, "deployment"))
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			played := given
			if *in == "" {
				played = generated(t)
			} else {
				for i := range played {
					world := newWorld(played[i].Settings)
					synctest.Test(t, func(*testing.T) { replay(&played[i], world) })
				}
			}
			check(vectors.Write(*out, "deployment", played))
		},
	}}, nil, nil)
}

func replay(vector *Vector, world *World) {
	vector.Version, vector.Expected = version, nil
	for _, step := range vector.Script {
		vector.Expected = append(vector.Expected, world.sync(step))
	}
}

func sleepUntil(begin time.Time, at float64) {
	time.Sleep(time.Until(begin.Add(time.Duration(at * float64(time.Second)))))
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
