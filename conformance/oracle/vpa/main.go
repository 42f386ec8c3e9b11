// Plays situations through the three parts of the Vertical Pod Autoscaler: the recommender (samples and OOMs of pods that come and
// go, and what it recommends at the end of each step), the admission controller (what it makes of a new pod's resources) and the
// updater (whole loops with a fake API server: who is evicted or resized, and in which order).
package main

import (
	"flag"
	"testing"

	"dryscale.dev/conformance/oracle/vectors"
)

const version = "kubernetes/autoscaler vertical-pod-autoscaler v1.8.1"

// Amounts are millicores and bytes; a missing one is unset.
type Amounts struct {
	CPU    *int64 `json:"cpu,omitempty"`
	Memory *int64 `json:"memory,omitempty"`
}

// Policy is what a VerticalPodAutoscaler says about a container, or about all others as "*".
type Policy struct {
	Mode       string    `json:"mode,omitempty"`
	Controlled *[]string `json:"controlledResources,omitempty"`
	MinAllowed *Amounts  `json:"minAllowed,omitempty"`
	MaxAllowed *Amounts  `json:"maxAllowed,omitempty"`
	Values     string    `json:"controlledValues,omitempty"`
}

// Settings are the recommender's flags and the policies; seconds, except what says otherwise.
type Settings struct {
	SafetyMargin     float64           `json:"safetyMarginFraction"`
	PodMinCPU        float64           `json:"podMinCpuMillicores"`
	PodMinMemory     float64           `json:"podMinMemoryMb"`
	TargetCPU        float64           `json:"targetCpuPercentile"`
	LowerCPU         float64           `json:"lowerBoundCpuPercentile"`
	UpperCPU         float64           `json:"upperBoundCpuPercentile"`
	TargetMemory     float64           `json:"targetMemoryPercentile"`
	LowerMemory      float64           `json:"lowerBoundMemoryPercentile"`
	UpperMemory      float64           `json:"upperBoundMemoryPercentile"`
	ConfidenceCPU    int64             `json:"confidenceIntervalCpu"`
	ConfidenceMemory int64             `json:"confidenceIntervalMemory"`
	MemoryInterval   int64             `json:"memoryAggregationInterval"`
	MemoryHalfLife   int64             `json:"memoryHistogramDecayHalfLife"`
	CPUHalfLife      int64             `json:"cpuHistogramDecayHalfLife"`
	OOMBumpUpRatio   float64           `json:"oomBumpUpRatio"`
	OOMMinBumpUp     float64           `json:"oomMinBumpUpBytes"`
	RoundCPU         int               `json:"roundCpuMillicores"`
	RoundMemory      int               `json:"roundMemoryBytes"`
	MaxAllowed       *Amounts          `json:"maxAllowed,omitempty"`
	Policies         map[string]Policy `json:"policies,omitempty"`
}

// Event is one of: a pod with its labels' version and containers; a pod that is gone; a sample; an OOM.
type Event struct {
	Kind       string   `json:"kind"`
	Pod        string   `json:"pod"`
	Labels     string   `json:"labels,omitempty"`
	Containers []string `json:"containers,omitempty"`
	Container  string   `json:"container,omitempty"`
	At         int64    `json:"at,omitempty"`
	Amount     int64    `json:"amount,omitempty"`
}

// Step is what happened up to a time.
type Step struct {
	At     int64   `json:"at"`
	Events []Event `json:"events"`
}

// Recommendation is of a container, after capping.
type Recommendation struct {
	Target     Amounts `json:"target"`
	LowerBound Amounts `json:"lowerBound"`
	UpperBound Amounts `json:"upperBound"`
	Uncapped   Amounts `json:"uncappedTarget"`
	Samples    int     `json:"samples"`
}

// Answer is of a step; Discarded are the numbers of the events that upstream refused.
type Answer struct {
	Containers map[string]Recommendation `json:"containers"`
	Discarded  []int                     `json:"discarded"`
}

// Vector is a line of the file.
type Vector struct {
	Controller string   `json:"controller"`
	Version    string   `json:"version"`
	Name       string   `json:"name"`
	Origin     string   `json:"origin,omitempty"`
	Settings   Settings `json:"settings"`
	Script     []Step   `json:"script"`
	Expected   []Answer `json:"expected"`
}

func main() {
	in := flag.String("in", "", "folder of situations to play instead of the oracle's own")
	out := flag.String("out", ".", "folder to write vectors to")
	testing.Init()
	flag.Parse()
	situations := append(scripted(), seeded()...)
	if *in != "" {
		situations = must(vectors.Read[Vector](*in, "vpa"))
	}
	for i := range situations {
		situations[i].Controller, situations[i].Version = "vpa", version
		situations[i].Expected = play(situations[i])
	}
	check(vectors.Write(*out, "vpa", situations))
	loops, creations := append(scriptedLoops(), seededLoops()...), append(scriptedCreations(), seededCreations()...)
	if *in != "" {
		loops = must(vectors.Read[UpdaterVector](*in, "vpa-updater"))
		creations = must(vectors.Read[AdmissionVector](*in, "vpa-admission"))
	}
	for i := range creations {
		creations[i].Controller, creations[i].Version = "vpa-admission", version
		creations[i].Expected = admitted(creations[i])
	}
	check(vectors.Write(*out, "vpa-admission", creations))
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "play", F: func(t *testing.T) {
		for i := range loops {
			loops[i].Controller, loops[i].Version = "vpa-updater", version
			loops[i].Expected = playUpdater(t, loops[i])
		}
		check(vectors.Write(*out, "vpa-updater", loops))
	}}}, nil, nil)
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
