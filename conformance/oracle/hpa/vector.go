package main

import (
	"encoding/json"
)

const version = "k8s.io/kubernetes v1.36.2 (Apache-2.0)"

// Vector is a situation and, once played, what was decided.
type Vector struct {
	Controller string     `json:"controller"`
	Version    string     `json:"version"`
	Name       string     `json:"name"`
	Origin     string     `json:"origin,omitempty"`
	Settings   Settings   `json:"settings"`
	Script     []Step     `json:"script"`
	Expected   []Decision `json:"expected"`
	// next makes the entries of a situation of our own, which follow what was decided before.
	next func(number int, replicas int32) *Step
}

type Settings struct {
	Spec       Spec        `json:"spec"`
	Flags      Flags       `json:"flags"`
	Containers []Container `json:"containers"`
}

type Spec struct {
	MinReplicas *int32    `json:"minReplicas,omitempty"`
	MaxReplicas int32     `json:"maxReplicas"`
	Metrics     []Metric  `json:"metrics"`
	Behavior    *Behavior `json:"behavior,omitempty"`
}

type Metric struct {
	Type               string `json:"type"`
	Name               string `json:"name,omitempty"`
	Container          string `json:"container,omitempty"`
	Metric             string `json:"metric,omitempty"`
	Kind               string `json:"kind,omitempty"`
	Object             string `json:"object,omitempty"`
	AverageUtilization *int32 `json:"averageUtilization,omitempty"`
	AverageValue       *int64 `json:"averageValue,omitempty"`
	Value              *int64 `json:"value,omitempty"`
}

type Behavior struct {
	ScaleUp   *Rules `json:"scaleUp,omitempty"`
	ScaleDown *Rules `json:"scaleDown,omitempty"`
}

type Rules struct {
	StabilizationWindowSeconds *int32   `json:"stabilizationWindowSeconds,omitempty"`
	SelectPolicy               *string  `json:"selectPolicy,omitempty"`
	Policies                   []Policy `json:"policies,omitempty"`
	Tolerance                  *int64   `json:"tolerance,omitempty"`
}

type Policy struct {
	Type          string `json:"type"`
	Value         int32  `json:"value"`
	PeriodSeconds int32  `json:"periodSeconds"`
}

type Flags struct {
	Tolerance               float64 `json:"tolerance"`
	DownscaleStabilization  float64 `json:"downscaleStabilization"`
	CPUInitializationPeriod float64 `json:"cpuInitializationPeriod"`
	InitialReadinessDelay   float64 `json:"initialReadinessDelay"`
	ScaleToZero             bool    `json:"scaleToZero"`
	ConfigurableTolerance   bool    `json:"configurableTolerance"`
}

type Requests map[string]int64

type Container struct {
	Name     string   `json:"name"`
	Requests Requests `json:"requests"`
}

// Step is what the controller finds at one sync.
type Step struct {
	At          float64  `json:"at"`
	Spec        *Spec    `json:"spec,omitempty"`
	Scale       Scale    `json:"scale"`
	UpdateError string   `json:"updateError,omitempty"`
	Rivals      []string `json:"rivals,omitempty"`
	Pods        []Pod    `json:"pods"`
	Readings    Readings `json:"readings"`
}

type Scale struct {
	SpecReplicas   int32  `json:"specReplicas"`
	StatusReplicas int32  `json:"statusReplicas"`
	Selector       string `json:"selector"`
	Error          string `json:"error,omitempty"`
}

type Pod struct {
	Name           string      `json:"name"`
	Phase          string      `json:"phase,omitempty"`
	Deleting       bool        `json:"deleting,omitempty"`
	StartedAt      *float64    `json:"startedAt,omitempty"`
	Ready          *bool       `json:"ready,omitempty"`
	ReadyChangedAt *float64    `json:"readyChangedAt,omitempty"`
	Containers     []Container `json:"containers,omitempty"`
	Requests       Requests    `json:"requests,omitempty"`
}

type Readings struct {
	Resource OrRefusal[[]Usage]               `json:"resource"`
	Pods     map[string]OrRefusal[[]PodValue] `json:"pods,omitempty"`
	Object   map[string]OrRefusal[int64]      `json:"object,omitempty"`
	External map[string]OrRefusal[[]int64]    `json:"external,omitempty"`
}

type Usage struct {
	Pod        string              `json:"pod"`
	At         float64             `json:"at"`
	Window     float64             `json:"window"`
	Containers map[string]Requests `json:"containers"`
}

type PodValue struct {
	Pod   string  `json:"pod"`
	At    float64 `json:"at"`
	Value int64   `json:"value"`
}

// OrRefusal is what an API answers, or the error that it answers with.
type OrRefusal[T any] struct {
	Given T
	Error string
}

func (o OrRefusal[T]) MarshalJSON() ([]byte, error) {
	if o.Error != "" {
		return json.Marshal(map[string]string{"error": o.Error})
	}
	text, err := json.Marshal(o.Given)
	if string(text) == "null" {
		return []byte("[]"), err
	}
	return text, err
}

func (o *OrRefusal[T]) UnmarshalJSON(text []byte) error {
	var refusal struct{ Error string }
	if json.Unmarshal(text, &refusal) == nil && refusal.Error != "" {
		o.Error = refusal.Error
		return nil
	}
	return json.Unmarshal(text, &o.Given)
}

// Decision is what a sync came to.
type Decision struct {
	RescaledTo      *int32      `json:"rescaledTo,omitempty"`
	CurrentReplicas int32       `json:"currentReplicas"`
	DesiredReplicas int32       `json:"desiredReplicas"`
	LastScaleTime   *float64    `json:"lastScaleTime,omitempty"`
	Metrics         []Status    `json:"metrics"`
	Conditions      []Condition `json:"conditions"`
	Events          []Event     `json:"events"`
}

type Status struct {
	Type         string `json:"type,omitempty"`
	Name         string `json:"name,omitempty"`
	Container    string `json:"container,omitempty"`
	Utilization  *int32 `json:"utilization,omitempty"`
	AverageValue *int64 `json:"averageValue,omitempty"`
	Value        *int64 `json:"value,omitempty"`
}

type Condition struct {
	Type    string  `json:"type"`
	Status  bool    `json:"status"`
	Reason  string  `json:"reason"`
	Message any     `json:"message"`
	Since   float64 `json:"since"`
}

type Event struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message any    `json:"message"`
}
