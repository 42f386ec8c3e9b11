// Plays the kubelet's choice of whom to end when its node runs short of memory.
package main

import (
	"fmt"
	"math/rand"
	_ "unsafe" // for the ranking, which is unexported

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	stats "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
	_ "k8s.io/kubernetes/pkg/kubelet/eviction"

	"dryscale.dev/conformance/oracle/script"
)

//go:linkname rankMemoryPressure k8s.io/kubernetes/pkg/kubelet/eviction.rankMemoryPressure
func rankMemoryPressure(pods []*v1.Pod, stats func(*v1.Pod) (stats.PodStats, bool))

func main() {
	script.Main("node-pressure", "kubernetes v1.36.2 (Apache-2.0)", situations, map[string]script.Kind{
		"ranking": func(script.Object) func(script.Object) any { return ranked },
	})
}

const mebibyte = 1 << 20

// The names of the pods, whom it would end first first.
func ranked(step script.Object) any {
	var pods []*v1.Pod
	used := map[string]int64{}
	list, _ := step["pods"].([]any)
	for _, one := range list {
		about := one.(script.Object)
		priority := int32(script.Number(about, "priority"))
		pod := &v1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: script.Text(about, "name")},
			Spec:       v1.PodSpec{Priority: &priority, Containers: []v1.Container{{Name: "app"}}},
		}
		if request := int64(script.Number(about, "requestMiB")); request > 0 {
			pod.Spec.Containers[0].Resources.Requests = v1.ResourceList{
				v1.ResourceMemory: *resource.NewQuantity(request*mebibyte, resource.BinarySI),
			}
		}
		used[pod.Name] = int64(script.Number(about, "usedMiB")) * mebibyte
		pods = append(pods, pod)
	}
	rankMemoryPressure(pods, func(pod *v1.Pod) (stats.PodStats, bool) {
		bytes := uint64(used[pod.Name])
		return stats.PodStats{Memory: &stats.MemoryStats{WorkingSetBytes: &bytes}}, true
	})
	names := []string{}
	for _, pod := range pods {
		names = append(names, pod.Name)
	}
	return script.Object{"order": names}
}

// Pods whose use beyond their requests differs, for of equal ones any may be the first.
func situations() []script.Vector {
	var vectors []script.Vector
	for seed := range 220 {
		random := rand.New(rand.NewSource(int64(seed)))
		vector := script.Vector{
			Controller: "node-pressure", Name: fmt.Sprintf("ranking, seed %d", seed), Origin: "seeded", Settings: script.Object{"kind": "ranking"},
		}
		priorities := [][]int{{0}, {0, 1000}, {-10, 0, 100, 2000001000}}[random.Intn(3)]
		for at := range 10 {
			beyond := random.Perm(400)
			pods := []any{}
			for n := range 1 + random.Intn(12) {
				request := []int{0, 64, 128, 256, 512}[random.Intn(5)]
				use := max(0, request+beyond[n]-200)
				if use == 0 {
					use, request = 0, 200-beyond[n]
				}
				pods = append(pods, script.Object{
					"name": fmt.Sprintf("pod-%d", n), "priority": float64(priorities[random.Intn(len(priorities))]),
					"requestMiB": float64(request), "usedMiB": float64(use),
				})
			}
			vector.Script = append(vector.Script, script.Object{"at": float64(10 * at), "pods": pods})
		}
		vectors = append(vectors, vector)
	}
	return vectors
}
