package main

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

const (
	namespace = "shop"
	own       = "app"
	period    = 15 * time.Second
)

// play runs the controller through the script: at each entry's time one sync of the HPA, which the scale's reader holds
// back until then. Upstream counts the next sync from the end of the last, so entries are 15 s apart at least.
func play(t *testing.T, vector *Vector) {
	vector.Controller, vector.Version = "hpa", version
	vector.Expected = nil
	world := &world{begin: time.Now(), settings: vector.Settings}
	flags := vector.Settings.Flags
	check(utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{
		"HPAScaleToZero": flags.ScaleToZero, "HPAConfigurableTolerance": flags.ConfigurableTolerance,
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer synctest.Wait()
	defer cancel()
	client := fake.NewSimpleClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{appsv1.SchemeGroupVersion})
	mapper.Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), meta.RESTScopeNamespace)
	controller := podautoscaler.NewHorizontalController(
		ctx, client.CoreV1(), world, client.AutoscalingV2(), mapper,
		metrics.NewRESTMetricsClient(world, customMetrics{world}, externalMetrics{world}),
		factory.Autoscaling().V2().HorizontalPodAutoscalers(), pods, period,
		seconds(flags.DownscaleStabilization), flags.Tolerance,
		seconds(flags.CPUInitializationPeriod), seconds(flags.InitialReadinessDelay),
	)
	// The broadcaster thins out events; what the controller says itself is wanted.
	recorder := reflect.ValueOf(controller).Elem().FieldByName("eventRecorder")
	reflect.NewAt(recorder.Type(), unsafe.Pointer(recorder.UnsafeAddr())).Elem().Set(reflect.ValueOf(record.EventRecorder(world)))
	pods.Informer()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go controller.Run(ctx, 1)

	objects := client.AutoscalingV2().HorizontalPodAutoscalers(namespace)
	create := func(hpa *autoscalingv2.HorizontalPodAutoscaler) {
		_, err := objects.Create(ctx, hpa, metav1.CreateOptions{})
		check(err)
		synctest.Wait()
	}
	replicas := int32(0)
	for number := 0; ; number++ {
		if vector.next != nil {
			step := vector.next(number, replicas)
			if step == nil {
				break
			}
			vector.Script = append(vector.Script, *step)
		} else if number == len(vector.Script) {
			break
		}
		step := vector.Script[number]
		world.show(step)
		check(pods.Informer().GetIndexer().Replace(podsOf(world, step), ""))
		if number == 0 {
			for _, rival := range step.Rivals {
				one := int32(1)
				create(hpaOf(rival, Spec{MinReplicas: &one, MaxReplicas: 1}))
				time.Sleep(time.Second)
			}
			create(hpaOf(own, vector.Settings.Spec))
		}
		if step.Spec != nil {
			hpa, err := objects.Get(ctx, own, metav1.GetOptions{})
			check(err)
			hpa.Spec = hpaOf(own, *step.Spec).Spec
			_, err = objects.Update(ctx, hpa, metav1.UpdateOptions{})
			check(err)
		}
		time.Sleep(time.Until(world.time(step.At).Add(time.Millisecond)))
		synctest.Wait()
		if world.syncs != 1 {
			t.Fatalf("%s: %d syncs at %v", vector.Name, world.syncs, step.At)
		}
		hpa, err := objects.Get(ctx, own, metav1.GetOptions{})
		check(err)
		vector.Expected = append(vector.Expected, world.decision(hpa))
		replicas = step.Scale.SpecReplicas
		if world.written != nil {
			replicas = *world.written
		}
	}
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

// since is a time in the script's seconds, to the microsecond.
func (w *world) since(at time.Time) float64 {
	return math.Round(float64(at.Sub(w.begin).Nanoseconds())/1e3) / 1e6
}

func (w *world) decision(hpa *autoscalingv2.HorizontalPodAutoscaler) Decision {
	status := hpa.Status
	decision := Decision{
		RescaledTo: w.written, CurrentReplicas: status.CurrentReplicas, DesiredReplicas: status.DesiredReplicas,
		Metrics: []Status{}, Conditions: []Condition{}, Events: append([]Event{}, w.events...),
	}
	if status.LastScaleTime != nil {
		at := w.since(status.LastScaleTime.Time)
		decision.LastScaleTime = &at
	}
	for _, condition := range status.Conditions {
		decision.Conditions = append(decision.Conditions, Condition{
			Type: string(condition.Type), Status: condition.Status == v1.ConditionTrue, Reason: condition.Reason,
			Message: anyOrder(condition.Message), Since: w.since(condition.LastTransitionTime.Time),
		})
	}
	for _, metric := range status.CurrentMetrics {
		decision.Metrics = append(decision.Metrics, statusOf(metric))
	}
	return decision
}

// anyOrder allows both orders of two HPAs, which upstream takes from a map.
func anyOrder(message string) any {
	if _, list, found := strings.Cut(message, "controlled by multiple HPAs: ["); found {
		list = strings.TrimSuffix(list, "]")
		if one, two, both := strings.Cut(list, " "); both {
			return map[string][]string{"anyOf": sorted(message, strings.Replace(message, list, two+" "+one, 1))}
		}
	}
	return message
}

func sorted(one, two string) []string {
	if two < one {
		one, two = two, one
	}
	return []string{one, two}
}

func statusOf(metric autoscalingv2.MetricStatus) Status {
	status := Status{Type: string(metric.Type)}
	var current autoscalingv2.MetricValueStatus
	switch {
	case metric.Resource != nil:
		status.Name, current = string(metric.Resource.Name), metric.Resource.Current
	case metric.ContainerResource != nil:
		status.Name, current = string(metric.ContainerResource.Name), metric.ContainerResource.Current
		status.Container = metric.ContainerResource.Container
	case metric.Pods != nil:
		status.Name, current = metric.Pods.Metric.Name, metric.Pods.Current
	case metric.Object != nil:
		status.Name, current = metric.Object.Metric.Name, metric.Object.Current
	case metric.External != nil:
		status.Name, current = metric.External.Metric.Name, metric.External.Current
	}
	status.Utilization = current.AverageUtilization
	status.AverageValue, status.Value = milli(current.AverageValue), milli(current.Value)
	return status
}

func milli(quantity *resource.Quantity) *int64 {
	if quantity == nil {
		return nil
	}
	value := quantity.MilliValue()
	return &value
}
