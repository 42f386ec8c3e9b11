package main

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
)

func listFrom(name, quantity string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceName(name): resource.MustParse(quantity)}
}

func with(amounts Amounts, list corev1.ResourceList) Amounts {
	added := amountsOf(list)
	if added.CPU != nil {
		amounts.CPU = added.CPU
	}
	if added.Memory != nil {
		amounts.Memory = added.Memory
	}
	return amounts
}

func recommendationOf(given map[string]Recommendation) *vpav1.RecommendedPodResources {
	made := &vpav1.RecommendedPodResources{}
	for name, one := range given {
		made.ContainerRecommendations = append(made.ContainerRecommendations, vpav1.RecommendedContainerResources{
			ContainerName: name, Target: listOf(&one.Target), LowerBound: listOf(&one.LowerBound), UpperBound: listOf(&one.UpperBound),
			UncappedTarget: listOf(&one.Uncapped)})
	}
	return made
}
