package main

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	defaults "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
)

func nameOf(object runtime.Object) (string, error) {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return "", err
	}
	return accessor.GetName(), nil
}

func quantities(given Requests) v1.ResourceList {
	list := v1.ResourceList{}
	for name, value := range given {
		list[v1.ResourceName(name)] = *resource.NewMilliQuantity(value, resource.DecimalSI)
	}
	return list
}

// hpaOf is the object as the API server keeps it: with its defaults.
func hpaOf(name string, spec Spec) *autoscalingv2.HorizontalPodAutoscaler {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name},
			MinReplicas:    spec.MinReplicas, MaxReplicas: spec.MaxReplicas,
		},
	}
	for _, metric := range spec.Metrics {
		hpa.Spec.Metrics = append(hpa.Spec.Metrics, metricOf(metric))
	}
	if spec.Behavior != nil {
		hpa.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{
			ScaleUp: rulesOf(spec.Behavior.ScaleUp), ScaleDown: rulesOf(spec.Behavior.ScaleDown),
		}
	}
	defaults.SetDefaults_HorizontalPodAutoscaler(hpa)
	defaults.SetDefaults_HorizontalPodAutoscalerBehavior(hpa)
	return hpa
}

func metricOf(metric Metric) autoscalingv2.MetricSpec {
	target := autoscalingv2.MetricTarget{AverageUtilization: metric.AverageUtilization}
	quantity := func(value *int64) *resource.Quantity {
		if value == nil {
			return nil
		}
		return resource.NewMilliQuantity(*value, resource.DecimalSI)
	}
	target.AverageValue, target.Value = quantity(metric.AverageValue), quantity(metric.Value)
	switch {
	case target.AverageUtilization != nil:
		target.Type = autoscalingv2.UtilizationMetricType
	case target.Value != nil:
		target.Type = autoscalingv2.ValueMetricType
	default:
		target.Type = autoscalingv2.AverageValueMetricType
	}
	spec := autoscalingv2.MetricSpec{Type: autoscalingv2.MetricSourceType(metric.Type)}
	identifier := autoscalingv2.MetricIdentifier{Name: metric.Metric}
	switch spec.Type {
	case autoscalingv2.ResourceMetricSourceType:
		spec.Resource = &autoscalingv2.ResourceMetricSource{Name: v1.ResourceName(metric.Name), Target: target}
	case autoscalingv2.ContainerResourceMetricSourceType:
		spec.ContainerResource = &autoscalingv2.ContainerResourceMetricSource{
			Name: v1.ResourceName(metric.Name), Container: metric.Container, Target: target,
		}
	case autoscalingv2.PodsMetricSourceType:
		spec.Pods = &autoscalingv2.PodsMetricSource{Metric: identifier, Target: target}
	case autoscalingv2.ObjectMetricSourceType:
		described := autoscalingv2.CrossVersionObjectReference{Kind: metric.Kind, Name: metric.Object}
		spec.Object = &autoscalingv2.ObjectMetricSource{Metric: identifier, Target: target, DescribedObject: described}
	case autoscalingv2.ExternalMetricSourceType:
		spec.External = &autoscalingv2.ExternalMetricSource{Metric: identifier, Target: target}
	}
	return spec
}

func rulesOf(given *Rules) *autoscalingv2.HPAScalingRules {
	if given == nil {
		return nil
	}
	rules := &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: given.StabilizationWindowSeconds}
	if given.SelectPolicy != nil {
		selected := autoscalingv2.ScalingPolicySelect(*given.SelectPolicy)
		rules.SelectPolicy = &selected
	}
	for _, policy := range given.Policies {
		rules.Policies = append(rules.Policies, autoscalingv2.HPAScalingPolicy{
			Type: autoscalingv2.HPAScalingPolicyType(policy.Type), Value: policy.Value, PeriodSeconds: policy.PeriodSeconds,
		})
	}
	if given.Tolerance != nil {
		rules.Tolerance = resource.NewMilliQuantity(*given.Tolerance, resource.DecimalSI)
	}
	return rules
}

func podsOf(w *world, step Step) []any {
	var pods []any
	for _, given := range step.Pods {
		pod := &v1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: given.Name, Namespace: namespace, Labels: map[string]string{"app": own}},
			Status:     v1.PodStatus{Phase: v1.PodRunning},
		}
		if given.Phase != "" {
			pod.Status.Phase = v1.PodPhase(given.Phase)
		}
		if given.Deleting {
			pod.DeletionTimestamp = &metav1.Time{Time: w.begin}
		}
		if given.StartedAt != nil {
			pod.Status.StartTime = &metav1.Time{Time: w.time(*given.StartedAt)}
		}
		if given.Ready != nil {
			condition := v1.PodCondition{Type: v1.PodReady, Status: v1.ConditionFalse}
			if *given.Ready {
				condition.Status = v1.ConditionTrue
			}
			if given.ReadyChangedAt != nil {
				condition.LastTransitionTime = metav1.NewTime(w.time(*given.ReadyChangedAt))
			}
			pod.Status.Conditions = []v1.PodCondition{condition}
		}
		containers := given.Containers
		if containers == nil {
			containers = w.settings.Containers
		}
		for _, container := range containers {
			pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{
				Name: container.Name, Resources: v1.ResourceRequirements{Requests: quantities(container.Requests)},
			})
		}
		if len(given.Requests) > 0 {
			pod.Spec.Resources = &v1.ResourceRequirements{Requests: quantities(given.Requests)}
		}
		pods = append(pods, pod)
	}
	return pods
}
