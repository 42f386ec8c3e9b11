package main

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	registry "k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
)

type weighted struct {
	Name   string `json:"name"`
	Weight int64  `json:"weight"`
}

type point struct {
	Utilization int32 `json:"utilization"`
	Score       int32 `json:"score"`
}

// A scoring strategy of NodeResourcesFit.
type fit struct {
	Type      string     `json:"type"`
	Resources []weighted `json:"resources"`
	Shape     []point    `json:"shape,omitempty"`
}

func (f fit) strategy() *config.ScoringStrategy {
	made := &config.ScoringStrategy{Type: config.ScoringStrategyType(f.Type)}
	for _, one := range f.Resources {
		made.Resources = append(made.Resources, config.ResourceSpec{Name: one.Name, Weight: one.Weight})
	}
	if len(f.Shape) > 0 {
		made.RequestedToCapacityRatio = &config.RequestedToCapacityRatioParam{}
	}
	for _, one := range f.Shape {
		made.RequestedToCapacityRatio.Shape = append(made.RequestedToCapacityRatio.Shape, config.UtilizationShapePoint{Utilization: one.Utilization, Score: one.Score})
	}
	return made
}

// The default profile, but for what the situation says of its plugins.
func profiles(given settings) []config.KubeSchedulerProfile {
	all := must(latest.Default()).Profiles
	for _, plugin := range all[0].PluginConfig {
		switch args := plugin.Args.(type) {
		case *config.InterPodAffinityArgs:
			if given.HardPodAffinityWeight != 0 {
				args.HardPodAffinityWeight = given.HardPodAffinityWeight
			}
		case *config.NodeResourcesFitArgs:
			if given.Fit != nil {
				args.ScoringStrategy = given.Fit.strategy()
			}
		}
	}
	return all
}

// The pod as the API server keeps it: it is there that keys of labels become part of selectors.
func stored(given *v1.Pod) *v1.Pod {
	made := given.DeepCopy()
	var kept core.Pod
	check(corev1.Convert_v1_Pod_To_core_Pod(made.DeepCopy(), &kept, nil))
	registry.Strategy.PrepareForCreate(context.Background(), &kept)
	var back v1.Pod
	check(corev1.Convert_core_Pod_To_v1_Pod(&kept, &back, nil))
	made.Spec.Affinity, made.Spec.TopologySpreadConstraints = back.Spec.Affinity, back.Spec.TopologySpreadConstraints
	return made
}
