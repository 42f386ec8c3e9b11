// Plays scrapes through metrics-server's storage and writes what its API would list after each.
package main

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/metrics-server/pkg/storage"

	"dryscale.dev/conformance/oracle/script"
)

const (
	version   = "kubernetes-sigs/metrics-server v0.9.0 (Apache-2.0)"
	namespace = "ns"
)

type (
	object = script.Object
	Vector = script.Vector
)

func main() {
	script.Main("metrics-server", version, situations, map[string]script.Kind{"pods": newPods})
}

// newPods answers each scrape with the pods that are served then, in the order of the settings.
func newPods(settings object) func(step object) any {
	begin := time.Now()
	momentOf := func(from object, name string) time.Time {
		return begin.Add(time.Duration(script.Number(from, name)) * time.Millisecond)
	}
	var asked []*metav1.PartialObjectMetadata
	for _, name := range names(settings["pods"]) {
		asked = append(asked, &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})
	}
	store := storage.NewStorage(script.Seconds(script.Number(settings, "resolution")))
	return func(step object) any {
		batch := &storage.MetricsBatch{
			Nodes: map[string]storage.MetricsPoint{},
			Pods:  map[types.NamespacedName]storage.PodMetricsPoint{},
		}
		for pod, given := range objectOf(step["pods"]) {
			points := map[string]storage.MetricsPoint{}
			for container, one := range objectOf(given) {
				from := objectOf(one)
				points[container] = storage.MetricsPoint{
					StartTime:         momentOf(from, "start"),
					Timestamp:         momentOf(from, "time"),
					CumulativeCPUUsed: uint64(script.Number(from, "cpu")),
					MemoryUsage:       uint64(script.Number(from, "memory")),
				}
			}
			batch.Pods[types.NamespacedName{Namespace: namespace, Name: pod}] = storage.PodMetricsPoint{Containers: points}
		}
		store.Store(batch)
		served, err := store.GetPodMetrics(asked...)
		if err != nil {
			panic(err)
		}
		listed := []object{}
		for _, pod := range served {
			containers := object{}
			for _, one := range pod.Containers {
				containers[one.Name] = object{
					"cpu":    one.Usage.Cpu().ScaledValue(-9),
					"memory": one.Usage.Memory().Value(),
				}
			}
			var moment any
			if !pod.Timestamp.IsZero() {
				moment = pod.Timestamp.Sub(begin).Milliseconds()
			}
			listed = append(listed, object{
				"pod":        pod.Name,
				"time":       moment,
				"window":     pod.Window.Milliseconds(),
				"containers": containers,
			})
		}
		return listed
	}
}

func objectOf(given any) object {
	made, _ := given.(object)
	return made
}

func names(given any) []string {
	var found []string
	switch list := given.(type) {
	case []string:
		return list
	case []any:
		for _, one := range list {
			found = append(found, one.(string))
		}
	}
	return found
}
