// Asks the admission of ResourceQuotas whether pods may be made, beside those that there are.
package main

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/resourcequota"
	quota "k8s.io/apiserver/pkg/quota/v1"
	api "k8s.io/kubernetes/pkg/apis/core"
	apiv1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/quota/v1/evaluator/core"
	"k8s.io/utils/clock"

	"dryscale.dev/conformance/oracle/script"
)

const (
	version   = "kubernetes v1.36.2 (Apache-2.0)"
	namespace = "ns"
)

type (
	object = script.Object
	Vector = script.Vector
)

func main() {
	script.Main("resource-quota", version, situations, map[string]script.Kind{"pods": newNamespace})
}

// newNamespace answers each entry with why its pod is refused, or with null.
func newNamespace(settings object) func(step object) any {
	evaluator := core.NewPodEvaluator(nil, clock.RealClock{})
	hard := amounts(objectOf(settings["hard"]))
	return func(step object) any {
		used := corev1.ResourceList{}
		for name := range hard {
			used[name] = resource.Quantity{}
		}
		for _, asks := range step["there"].([]any) {
			usage := must(evaluator.Usage(podOf("there", objectOf(asks))))
			used = quota.Add(used, quota.Mask(usage, quota.ResourceNames(hard)))
		}
		one := corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: script.Text(settings, "name")},
			Spec:       corev1.ResourceQuotaSpec{Hard: hard},
			Status:     corev1.ResourceQuotaStatus{Hard: hard, Used: used},
		}
		var internal api.Pod
		check(apiv1.Convert_v1_Pod_To_core_Pod(podOf(script.Text(step, "container"), objectOf(step["asks"])), &internal, nil))
		attributes := admission.NewAttributesRecord(&internal, nil, api.Kind("Pod").WithVersion("version"), namespace, "new",
			corev1.Resource("pods").WithVersion("v1"), "", admission.Create, &metav1.CreateOptions{}, false, nil)
		_, err := resourcequota.CheckRequest([]corev1.ResourceQuota{one}, attributes, evaluator, nil)
		if err == nil {
			return nil
		}
		return err.Error()
	}
}

func podOf(container string, asks object) *corev1.Pod {
	made := corev1.Container{Name: container, Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{}, Limits: corev1.ResourceList{}}}
	for name, amount := range amounts(asks) {
		switch name {
		case corev1.ResourceRequestsCPU:
			made.Resources.Requests[corev1.ResourceCPU] = amount
		case corev1.ResourceRequestsMemory:
			made.Resources.Requests[corev1.ResourceMemory] = amount
		case corev1.ResourceLimitsCPU:
			made.Resources.Limits[corev1.ResourceCPU] = amount
		case corev1.ResourceLimitsMemory:
			made.Resources.Limits[corev1.ResourceMemory] = amount
		}
	}
	return &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{made}}}
}

// amounts are told in millicores, bytes and pods.
func amounts(told object) corev1.ResourceList {
	list := corev1.ResourceList{}
	for key, value := range told {
		name, amount := corev1.ResourceName(key), int64(number(value))
		switch name {
		case corev1.ResourceRequestsCPU, corev1.ResourceLimitsCPU:
			list[name] = *resource.NewMilliQuantity(amount, resource.DecimalSI)
		case corev1.ResourceRequestsMemory, corev1.ResourceLimitsMemory:
			list[name] = *resource.NewQuantity(amount, resource.BinarySI)
		default:
			list[name] = *resource.NewQuantity(amount, resource.DecimalSI)
		}
	}
	return list
}

func number(value any) float64 {
	if whole, ok := value.(int); ok {
		return float64(whole)
	}
	return value.(float64)
}

func objectOf(value any) object {
	if value == nil {
		return object{}
	}
	return value.(object)
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
