package main

import corev1 "k8s.io/api/core/v1"

// The situation's own words, as the vectors carry them: milli-CPU, bytes, seconds.

type offering struct {
	Zone         string  `json:"zone"`
	CapacityType string  `json:"capacityType"`
	Price        float64 `json:"price"`
	Available    bool    `json:"available"`
}

type instanceType struct {
	Name           string     `json:"name"`
	Arch           string     `json:"arch"`
	CPU            int64      `json:"cpu"`
	Memory         int64      `json:"memory"`
	Pods           int64      `json:"pods"`
	OverheadCPU    int64      `json:"overheadCpu"`
	OverheadMemory int64      `json:"overheadMemory"`
	Offerings      []offering `json:"offerings"`
}

type requirement struct {
	Key       string   `json:"key"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values,omitempty"`
	MinValues *int     `json:"minValues,omitempty"`
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

type toleration struct {
	Key      string `json:"key,omitempty"`
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"`
	Effect   string `json:"effect,omitempty"`
}

type limits struct {
	CPU    *int64 `json:"cpu,omitempty"`
	Memory *int64 `json:"memory,omitempty"`
	Nodes  *int64 `json:"nodes,omitempty"`
}

type budget struct {
	Nodes    string   `json:"nodes"`
	Reasons  []string `json:"reasons,omitempty"`
	Schedule *string  `json:"schedule,omitempty"`
	Duration *int64   `json:"duration,omitempty"`
}

type pool struct {
	Name         string            `json:"name"`
	Weight       int32             `json:"weight"`
	Requirements []requirement     `json:"requirements,omitempty"`
	Labels       map[string]string `json:"labels,omitempty"`
	Taints       []taint           `json:"taints,omitempty"`
	Limits       *limits           `json:"limits,omitempty"`
	Policy       string            `json:"consolidationPolicy,omitempty"`
	Never        bool              `json:"never,omitempty"`
	Budgets      []budget          `json:"budgets,omitempty"`
}

type node struct {
	Name           string  `json:"name"`
	Pool           string  `json:"pool"`
	Type           string  `json:"type"`
	Zone           string  `json:"zone"`
	CapacityType   string  `json:"capacityType"`
	Created        int64   `json:"created"`
	ExpireAfter    *int64  `json:"expireAfter,omitempty"`
	Taints         []taint `json:"taints,omitempty"`
	Starting       bool    `json:"starting,omitempty"`
	NotReady       bool    `json:"notReady,omitempty"`
	Deleting       bool    `json:"deleting,omitempty"`
	DoNotDisrupt   bool    `json:"doNotDisrupt,omitempty"`
	Consolidatable bool    `json:"consolidatable,omitempty"`
	DriftedAt      *int64  `json:"driftedAt,omitempty"`
}

type preference struct {
	Weight       int32         `json:"weight"`
	Requirements []requirement `json:"requirements"`
}

type pod struct {
	Name         string            `json:"name"`
	App          string            `json:"app,omitempty"`
	CPU          int64             `json:"cpu"`
	Memory       int64             `json:"memory"`
	Created      int64             `json:"created"`
	Node         string            `json:"node,omitempty"`
	Daemon       bool              `json:"daemon,omitempty"`
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	Required     [][]requirement   `json:"required,omitempty"`
	Preferred    []preference      `json:"preferred,omitempty"`
	Tolerations  []toleration      `json:"tolerations,omitempty"`
	Priority     *int32            `json:"priority,omitempty"`
	DeletionCost string            `json:"deletionCost,omitempty"`
	DoNotDisrupt bool              `json:"doNotDisrupt,omitempty"`
	Terminating  bool              `json:"terminating,omitempty"`
	// Beside app.
	Labels map[string]string `json:"labels,omitempty"`
	// These in the API's own fields.
	Spread          []corev1.TopologySpreadConstraint `json:"spread,omitempty"`
	PodAffinity     *corev1.PodAffinity               `json:"podAffinity,omitempty"`
	PodAntiAffinity *corev1.PodAntiAffinity           `json:"podAntiAffinity,omitempty"`
}

// Whether others have a say in where it goes.
func (p pod) topological() bool {
	return len(p.Spread) > 0 || p.PodAffinity != nil || p.PodAntiAffinity != nil
}

type disruptionBudget struct {
	App           string `json:"app"`
	Allowed       int32  `json:"allowed"`
	FullyBlocking bool   `json:"fullyBlocking,omitempty"`
}

// settings are a whole situation; its script is one step at the time `at`.
type settings struct {
	Kind       string             `json:"kind"`
	Types      []instanceType     `json:"types,omitempty"`
	Pools      []pool             `json:"pools,omitempty"`
	Nodes      []node             `json:"nodes,omitempty"`
	Pods       []pod              `json:"pods,omitempty"`
	Daemons    []pod              `json:"daemons,omitempty"`
	PDBs       []disruptionBudget `json:"pdbs,omitempty"`
	IgnorePref bool               `json:"ignorePreferences,omitempty"`
	SpotToSpot bool               `json:"spotToSpotConsolidation,omitempty"`
}

type step struct {
	At     int64        `json:"at"`
	A      *requirement `json:"a,omitempty"`
	B      *requirement `json:"b,omitempty"`
	Values []string     `json:"values,omitempty"`
}

type vector struct {
	Controller string   `json:"controller"`
	Version    string   `json:"version"`
	Licence    string   `json:"licence"`
	Name       string   `json:"name"`
	Origin     string   `json:"origin"`
	Settings   settings `json:"settings"`
	Script     []step   `json:"script"`
	Expected   []any    `json:"expected,omitempty"`
}
