package main

// UpdaterSettings are the updater's flags and the object's update policy; seconds.
type UpdaterSettings struct {
	Mode              string            `json:"updateMode"`
	MinReplicas       int               `json:"minReplicas"`
	OwnMinReplicas    *int32            `json:"ownMinReplicas,omitempty"`
	Tolerance         float64           `json:"evictionTolerance"`
	SkipBudget        bool              `json:"inPlaceSkipDisruptionBudget,omitempty"`
	RateLimit         float64           `json:"evictionRateLimit"`
	RateBurst         int               `json:"evictionRateBurst"`
	UpdateThreshold   float64           `json:"updateThreshold"`
	LifetimeThreshold int64             `json:"podLifetimeThreshold"`
	AfterOOM          int64             `json:"evictAfterOomThreshold"`
	OwnAfterOOM       *int32            `json:"ownEvictAfterOomThreshold,omitempty"`
	Policies          map[string]Policy `json:"policies,omitempty"`
}

// Termination is how a container ended before its present start; seconds since the start of the script.
type Termination struct {
	Reason   string `json:"reason"`
	Started  int64  `json:"startedAt"`
	Finished int64  `json:"finishedAt"`
}

// ContainerState is a container of a pod as the cluster has it.
type ContainerState struct {
	Name     string       `json:"name"`
	Requests Amounts      `json:"requests"`
	Limits   Amounts      `json:"limits"`
	Ended    *Termination `json:"ended,omitempty"`
	// Actual is what the container runs with, where a resize has not come to it.
	Actual  *Amounts          `json:"actual,omitempty"`
	Restart map[string]string `json:"resizePolicy,omitempty"`
}

// Resources are a container's new ones.
type Resources struct {
	Requests Amounts `json:"requests"`
	Limits   Amounts `json:"limits"`
}

// Resize is what the kubelet says of a resize under way.
type Resize struct {
	Status string `json:"status"`
	Since  int64  `json:"since"`
}

// PodState is a pod as the cluster has it at a loop.
type PodState struct {
	Name       string           `json:"name"`
	Controller string           `json:"controller"`
	Phase      string           `json:"phase"`
	Started    *int64           `json:"startedAt,omitempty"`
	Deleting   bool             `json:"deleting,omitempty"`
	Resize     *Resize          `json:"resize,omitempty"`
	Containers []ContainerState `json:"containers"`
}

// Loop is one of the updater's, with what it finds.
type Loop struct {
	At             int64                     `json:"at"`
	Recommendation map[string]Recommendation `json:"recommendation"`
	Replicas       map[string]int32          `json:"replicas"`
	Pods           []PodState                `json:"pods"`
	// Refused says by pod why the API server refuses: "budget", "NodeCapacity", "error".
	Refused map[string]string `json:"refused,omitempty"`
}

// Action is an eviction or a resize, when it was asked for.
type Action struct {
	At         float64              `json:"at"`
	Pod        string               `json:"pod"`
	What       string               `json:"what"`
	Containers map[string]Resources `json:"containers,omitempty"`
}

// Priority is a pod's.
type Priority struct {
	Outside bool    `json:"outsideRecommendedRange"`
	ScaleUp bool    `json:"scaleUp"`
	Diff    float64 `json:"resourceDiff"`
}

// Decided is what came of a loop.
type Decided struct {
	Priorities map[string]Priority `json:"priorities"`
	Actions    []Action            `json:"actions"`
}

// UpdaterVector is a line of the file.
type UpdaterVector struct {
	Controller string          `json:"controller"`
	Version    string          `json:"version"`
	Name       string          `json:"name"`
	Origin     string          `json:"origin,omitempty"`
	Settings   UpdaterSettings `json:"settings"`
	Script     []Loop          `json:"script"`
	Expected   []Decided       `json:"expected"`
}
