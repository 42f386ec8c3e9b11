package main

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/admission-controller/resource/pod/recommendation"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/limitrange"
	vpautil "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/vpa"
)

// AdmissionSettings are the object's policies.
type AdmissionSettings struct {
	Policies map[string]Policy `json:"policies,omitempty"`
}

// Creation is of a pod, with the recommendation that there is.
type Creation struct {
	Recommendation map[string]Recommendation `json:"recommendation"`
	Containers     []ContainerState          `json:"containers"`
}

// AdmissionVector is a line of the file.
type AdmissionVector struct {
	Controller string                 `json:"controller"`
	Version    string                 `json:"version"`
	Name       string                 `json:"name"`
	Origin     string                 `json:"origin,omitempty"`
	Settings   AdmissionSettings      `json:"settings"`
	Script     []Creation             `json:"script"`
	Expected   []map[string]Resources `json:"expected"`
}

func admitted(vector AdmissionVector) []map[string]Resources {
	provider := recommendation.NewProvider(limitrange.NewNoopLimitsCalculator(),
		vpautil.NewCappingRecommendationProcessor(limitrange.NewNoopLimitsCalculator()))
	answers := []map[string]Resources{}
	for _, step := range vector.Script {
		vpa := &vpav1.VerticalPodAutoscaler{}
		vpa.Spec.ResourcePolicy = policyOf(vector.Settings.Policies)
		vpa.Status.Recommendation = recommendationOf(step.Recommendation)
		pod := &corev1.Pod{}
		for _, one := range step.Containers {
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: one.Name,
				Resources: corev1.ResourceRequirements{Requests: listOf(&one.Requests), Limits: listOf(&one.Limits)}})
		}
		found, _, err := provider.GetContainersResourcesForPod(pod, vpa)
		check(err)
		answer := map[string]Resources{}
		for number, one := range found {
			if one.Requests != nil || one.Limits != nil {
				answer[pod.Spec.Containers[number].Name] = Resources{Requests: amountsOf(one.Requests), Limits: amountsOf(one.Limits)}
			}
		}
		answers = append(answers, answer)
	}
	return answers
}

func container(name string, requests, limits *Amounts) ContainerState {
	return ContainerState{Name: name, Requests: *requests, Limits: *limits}
}

func recommended(target, lower, upper *Amounts) Recommendation {
	return Recommendation{Target: *target, LowerBound: *lower, UpperBound: *upper, Uncapped: *target}
}

func scriptedCreations() []AdmissionVector {
	target := map[string]Recommendation{"main": recommended(amounts(333, 333*mib+7), amounts(100, 100*mib), amounts(900, 900*mib))}
	one := func(name string, policies map[string]Policy, containers ...ContainerState) AdmissionVector {
		made := AdmissionVector{Name: name, Origin: "scripted", Settings: AdmissionSettings{Policies: policies}}
		for _, each := range containers {
			made.Script = append(made.Script, Creation{Recommendation: target, Containers: []ContainerState{each}})
		}
		return made
	}
	several := []ContainerState{
		container("main", amounts(100, 100*mib), amounts(300, 300*mib)), container("main", amounts(100, 100*mib), amounts(100, 100*mib)),
		container("main", amounts(-1, -1), amounts(300, 300*mib)), container("main", amounts(0, 0), amounts(300, 300*mib)),
		container("main", amounts(100, 100*mib), amounts(-1, -1)), container("main", amounts(100, 100*mib), amounts(0, 0)),
		container("main", amounts(70, 70*mib+1), amounts(111, 111*mib+1)), container("main", amounts(1000, 1000*mib), amounts(1500, 1700*mib)),
		container("other", amounts(70, 70*mib), amounts(111, 111*mib)),
	}
	return []AdmissionVector{
		one("limits keep their proportion", nil, several...),
		one("requests alone, up to the limits", map[string]Policy{"*": {Values: "RequestsOnly"}}, several...),
		one("within the object's bounds", map[string]Policy{"main": {MinAllowed: amounts(400, -1), MaxAllowed: amounts(-1, 200*mib)}}, several...),
		one("a least request beyond the limit", map[string]Policy{"main": {Values: "RequestsOnly", MinAllowed: amounts(400, 400*mib)}}, several...),
		one("off", map[string]Policy{"main": {Mode: "Off"}}, several...),
	}
}

func seededCreations() []AdmissionVector {
	made := []AdmissionVector{}
	for seed := range uint64(40) {
		dice := rand.New(rand.NewPCG(seed, 17))
		vector := AdmissionVector{Name: fmt.Sprintf("seed %d", seed), Origin: "seeded", Settings: AdmissionSettings{Policies: somePolicies(dice)}}
		for range 10 {
			vector.Script = append(vector.Script, Creation{Recommendation: someRecommendation(dice), Containers: someContainers(dice, 0)})
		}
		made = append(made, vector)
	}
	return made
}
