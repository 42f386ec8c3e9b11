// Plays situations through Kubernetes' own scheduler with its default profile, and writes where each pod went and why.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"dryscale.dev/conformance/oracle/vectors"
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/klog/v2"
)

type settings struct {
	Nodes    []*v1.Node    `json:"nodes"`
	Services []*v1.Service `json:"services,omitempty"`
	// Pods that run when the script begins.
	Running []*v1.Pod                     `json:"running,omitempty"`
	Budgets []*policy.PodDisruptionBudget `json:"budgets,omitempty"`
	// Pods that wait for the node that is nominated for them.
	Waiting []*v1.Pod `json:"waiting,omitempty"`
	// Instead of the default profile's; 0 is the default itself.
	PercentageOfNodesToScore int32 `json:"percentageOfNodesToScore,omitempty"`
	HardPodAffinityWeight    int32 `json:"hardPodAffinityWeight,omitempty"`
	Fit                      *fit  `json:"fit,omitempty"`
}

// A pod comes, one that fitted nowhere is tried again, or one that ran is gone; a node comes or changes, or is gone with its pods.
type step struct {
	At       int      `json:"at"`
	Pod      *v1.Pod  `json:"pod,omitempty"`
	Retry    string   `json:"retry,omitempty"`
	Gone     string   `json:"gone,omitempty"`
	Node     *v1.Node `json:"node,omitempty"`
	NodeGone string   `json:"nodeGone,omitempty"`
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

// The scheduler's own logs are not ours.
var quiet = klog.NewContext(context.Background(), klog.Logger{})

func main() {
	klog.SetLogger(klog.NewKlogr().V(100))
	in := flag.String("in", "", "folder of situations to play instead of the oracle's own")
	out := flag.String("out", ".", "folder to write vectors to")
	flag.Parse()
	situations := append(append(seeded(), preempting()...), allScripted()...)
	if *in != "" {
		situations = must(vectors.Read[vector](*in, "scheduler"))
	}
	for i := range situations {
		situations[i].Expected = play(quiet, situations[i])
	}
	check(vectors.Write(*out, "scheduler", situations))
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
