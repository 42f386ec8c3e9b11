// Plays lives of StatefulSets through the real controller, one sync a step, in virtual time.
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

// Settings of the StatefulSet that stay the same.
type Settings struct {
	PodManagementPolicy string `json:"podManagementPolicy"`
	UpdateStrategy      string `json:"updateStrategy"`
	// Given: with the gate MaxUnavailableStatefulSet, which is off otherwise.
	MaxUnavailable any `json:"maxUnavailable,omitempty"`
	// Pods that are not available are told apart from those that are not ready.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty"`
}

// Step is what holds when a sync begins.
type Step struct {
	At        float64        `json:"at"`
	Replicas  int32          `json:"replicas"`
	Version   string         `json:"version"`
	Partition int32          `json:"partition,omitempty"`
	Pods      map[int]PodNow `json:"pods"` // by ordinal
}

// PodNow is a pod as the controller sees it.
type PodNow struct {
	Version     string `json:"version"`
	Phase       string `json:"phase"`
	Ready       bool   `json:"ready,omitempty"`
	Available   bool   `json:"available,omitempty"`
	Terminating bool   `json:"terminating,omitempty"`
}

// Decision is what a sync did and left behind.
type Decision struct {
	Create         map[int]string `json:"create"` // versions by ordinal
	Delete         []int          `json:"delete"` // highest first
	Replicas       int32          `json:"replicas"`
	Ready          int32          `json:"ready"`
	Available      int32          `json:"available"`
	Current        int32          `json:"current"`
	Updated        int32          `json:"updated"`
	CurrentVersion string         `json:"currentVersion"`
	UpdateVersion  string         `json:"updateVersion"`
}

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	testing.Init()
	flag.Parse()
	played := generated()
	if *in != "" {
		played = must(vectors.Read[Vector](*in, "stateful-set"))
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range played {
				world := newWorld(played[i].Settings)
				synctest.Test(t, func(*testing.T) { play(&played[i], world) })
			}
			check(vectors.Write(*out, "stateful-set", played))
		},
	}}, nil, nil)
}

// Play takes a script as it is; a situation without one gets a life of its own.
func play(vector *Vector, world *World) {
	vector.Version, vector.Expected = version, nil
	if vector.Script == nil {
		live(vector, world)
		return
	}
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
