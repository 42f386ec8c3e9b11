package main

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/logic"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/model"
	vpautil "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/vpa"
)

type recorder interface {
	AddOrUpdatePod(model.PodID, labels.Set, corev1.PodPhase)
	AddOrUpdateContainer(model.ContainerID, model.Resources) error
	DeletePod(model.PodID)
	AddSample(*model.ContainerUsageSampleWithKey) error
	RecordOOM(model.ContainerID, time.Time, model.ResourceAmount) error
}

func seconds(given int64) time.Duration { return time.Duration(given) * time.Second }

func play(vector Vector) []Answer {
	given := vector.Settings
	model.InitializeAggregationsConfig(model.NewAggregationsConfig(
		seconds(given.MemoryInterval), model.DefaultMemoryAggregationIntervalCount,
		seconds(given.MemoryHalfLife), seconds(given.CPUHalfLife), given.OOMBumpUpRatio, given.OOMMinBumpUp))
	recommender := logic.CreatePodResourceRecommender(logic.RecommendationConfig{
		SafetyMarginFraction: given.SafetyMargin, PodMinCPUMillicores: given.PodMinCPU, PodMinMemoryMb: given.PodMinMemory,
		TargetCPUPercentile: given.TargetCPU, LowerBoundCPUPercentile: given.LowerCPU, UpperBoundCPUPercentile: given.UpperCPU,
		TargetMemoryPercentile: given.TargetMemory, LowerBoundMemoryPercentile: given.LowerMemory,
		UpperBoundMemoryPercentile: given.UpperMemory,
		ConfidenceIntervalCPU:      seconds(given.ConfidenceCPU), ConfidenceIntervalMemory: seconds(given.ConfidenceMemory),
	})
	format := logic.RecommendationFormat{RoundCPUMillicores: given.RoundCPU, RoundMemoryBytes: given.RoundMemory}
	policy := policyOf(given.Policies)
	selector, err := labels.Parse("app=it")
	check(err)
	cluster := model.NewClusterState(time.Hour)
	object := &vpav1.VerticalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Namespace: "here", Name: "vpa"}}
	object.Spec.ResourcePolicy = policy
	check(cluster.AddOrUpdateVpa(object, selector))
	vpa := cluster.VPAs()[model.VpaID{Namespace: "here", VpaName: "vpa"}]
	answers := []Answer{}
	for _, step := range vector.Script {
		answer := Answer{Containers: map[string]Recommendation{}, Discarded: []int{}}
		for number, event := range step.Events {
			if record(cluster, event) != nil {
				answer.Discarded = append(answer.Discarded, number)
			}
		}
		states := vpa.AggregateStateByContainerName()
		for name, state := range states {
			own := vpautil.GetContainerResourcePolicy(name, policy)
			if own != nil && own.Mode != nil && *own.Mode == vpav1.ContainerScalingModeOff {
				delete(states, name)
				continue
			}
			state.UpdateFromPolicy(own)
		}
		list := logic.MapToListOfRecommendedContainerResources(recommender.GetRecommendedPodResources(states), format)
		capped, err := vpautil.ApplyVPAPolicy(list, policy, listOf(given.MaxAllowed))
		check(err)
		for _, one := range capped.ContainerRecommendations {
			answer.Containers[one.ContainerName] = Recommendation{
				Target: amountsOf(one.Target), LowerBound: amountsOf(one.LowerBound), UpperBound: amountsOf(one.UpperBound),
				Uncapped: amountsOf(one.UncappedTarget), Samples: states[one.ContainerName].TotalSamplesCount,
			}
		}
		answers = append(answers, answer)
	}
	return answers
}

func record(cluster recorder, event Event) error {
	pod := model.PodID{Namespace: "here", PodName: event.Pod}
	container := model.ContainerID{PodID: pod, ContainerName: event.Container}
	at := time.Unix(event.At, 0)
	switch event.Kind {
	case "pod":
		cluster.AddOrUpdatePod(pod, labels.Set{"app": "it", "version": event.Labels}, corev1.PodRunning)
		for _, name := range event.Containers {
			check(cluster.AddOrUpdateContainer(model.ContainerID{PodID: pod, ContainerName: name}, model.Resources{}))
		}
	case "gone":
		cluster.DeletePod(pod)
	case "oom":
		return cluster.RecordOOM(container, at, model.ResourceAmount(event.Amount))
	default:
		return cluster.AddSample(&model.ContainerUsageSampleWithKey{
			Container: container,
			ContainerUsageSample: model.ContainerUsageSample{
				MeasureStart: at, Usage: model.ResourceAmount(event.Amount), Resource: model.ResourceName(event.Kind)},
		})
	}
	return nil
}

func policyOf(given map[string]Policy) *vpav1.PodResourcePolicy {
	if given == nil {
		return nil
	}
	policy := &vpav1.PodResourcePolicy{}
	for name, one := range given {
		made := vpav1.ContainerResourcePolicy{ContainerName: name, MinAllowed: listOf(one.MinAllowed), MaxAllowed: listOf(one.MaxAllowed)}
		if one.Mode != "" {
			mode := vpav1.ContainerScalingMode(one.Mode)
			made.Mode = &mode
		}
		if one.Values != "" {
			values := vpav1.ContainerControlledValues(one.Values)
			made.ControlledValues = &values
		}
		if one.Controlled != nil {
			controlled := []corev1.ResourceName{}
			for _, resource := range *one.Controlled {
				controlled = append(controlled, corev1.ResourceName(resource))
			}
			made.ControlledResources = &controlled
		}
		policy.ContainerPolicies = append(policy.ContainerPolicies, made)
	}
	return policy
}

func listOf(amounts *Amounts) corev1.ResourceList {
	if amounts == nil {
		return nil
	}
	list := corev1.ResourceList{}
	if amounts.CPU != nil {
		list[corev1.ResourceCPU] = *resource.NewMilliQuantity(*amounts.CPU, resource.DecimalSI)
	}
	if amounts.Memory != nil {
		list[corev1.ResourceMemory] = *resource.NewQuantity(*amounts.Memory, resource.BinarySI)
	}
	return list
}

func amountsOf(list corev1.ResourceList) Amounts {
	var amounts Amounts
	if cpu, found := list[corev1.ResourceCPU]; found {
		milli := cpu.MilliValue()
		amounts.CPU = &milli
	}
	if memory, found := list[corev1.ResourceMemory]; found {
		bytes := memory.Value()
		amounts.Memory = &bytes
	}
	return amounts
}
