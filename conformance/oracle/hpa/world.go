package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/scale"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

// world answers the controller's APIs from the script's present entry and takes down what it does.
type world struct {
	begin    time.Time
	settings Settings
	step     Step
	written  *int32
	events   []Event
	syncs    int
}

func (w *world) show(step Step) {
	w.step, w.written, w.events, w.syncs = step, nil, nil, 0
}

func (w *world) time(at float64) time.Time { return w.begin.Add(seconds(at)) }

func (w *world) Scales(string) scale.ScaleInterface { return scales{w} }

type scales struct{ *world }

func (w scales) Get(_ context.Context, _ schema.GroupResource, name string, _ metav1.GetOptions) (*autoscalingv1.Scale, error) {
	read := w.step.Scale
	if name == own {
		if w.syncs == 0 {
			time.Sleep(time.Until(w.time(w.step.At)))
		}
		w.syncs++
		read = w.step.Scale
	} else {
		read.SpecReplicas, read.Error = 1, ""
	}
	if read.Error != "" {
		return nil, errors.New(read.Error)
	}
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec:       autoscalingv1.ScaleSpec{Replicas: read.SpecReplicas},
		Status:     autoscalingv1.ScaleStatus{Replicas: read.StatusReplicas, Selector: read.Selector},
	}, nil
}

func (w scales) Update(_ context.Context, _ schema.GroupResource, wanted *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	if wanted.Name != own {
		return wanted, nil
	}
	if w.step.UpdateError != "" {
		// The controller reads the scale again after a refusal; that is no sync of its own.
		w.syncs--
		return nil, errors.New(w.step.UpdateError)
	}
	replicas := wanted.Spec.Replicas
	w.written = &replicas
	return wanted, nil
}

func (w scales) Patch(context.Context, schema.GroupVersionResource, string, types.PatchType, []byte, metav1.PatchOptions) (*autoscalingv1.Scale, error) {
	return nil, errors.New("not played")
}

func (w *world) PodMetricses(string) resourceclient.PodMetricsInterface { return podMetrics{world: w} }

type podMetrics struct {
	resourceclient.PodMetricsInterface
	*world
}

func (w podMetrics) List(context.Context, metav1.ListOptions) (*metricsapi.PodMetricsList, error) {
	given := w.step.Readings.Resource
	if given.Error != "" {
		return nil, errors.New(given.Error)
	}
	list := &metricsapi.PodMetricsList{}
	for _, usage := range given.Given {
		item := metricsapi.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: usage.Pod, Namespace: namespace},
			Timestamp:  metav1.NewTime(w.time(usage.At)), Window: metav1.Duration{Duration: seconds(usage.Window)},
		}
		for name, used := range usage.Containers {
			item.Containers = append(item.Containers, metricsapi.ContainerMetrics{Name: name, Usage: quantities(used)})
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

type customMetrics struct{ *world }

func (w customMetrics) RootScopedMetrics() customclient.MetricsInterface       { return w }
func (w customMetrics) NamespacedMetrics(string) customclient.MetricsInterface { return w }

func (w customMetrics) GetForObject(_ schema.GroupKind, _, metric string, _ labels.Selector) (*customapi.MetricValue, error) {
	given, found := w.step.Readings.Object[metric]
	if !found {
		return nil, fmt.Errorf("no value of %s", metric)
	}
	if given.Error != "" {
		return nil, errors.New(given.Error)
	}
	return &customapi.MetricValue{Value: *resource.NewMilliQuantity(given.Given, resource.DecimalSI)}, nil
}

func (w customMetrics) GetForObjects(_ schema.GroupKind, _ labels.Selector, metric string, _ labels.Selector) (*customapi.MetricValueList, error) {
	given := w.step.Readings.Pods[metric]
	if given.Error != "" {
		return nil, errors.New(given.Error)
	}
	list := &customapi.MetricValueList{}
	for _, one := range given.Given {
		list.Items = append(list.Items, customapi.MetricValue{
			DescribedObject: v1.ObjectReference{Name: one.Pod}, Timestamp: metav1.NewTime(w.time(one.At)),
			Value: *resource.NewMilliQuantity(one.Value, resource.DecimalSI),
		})
	}
	return list, nil
}

type externalMetrics struct{ *world }

func (w externalMetrics) NamespacedMetrics(string) externalclient.MetricsInterface { return w }

func (w externalMetrics) List(metric string, _ labels.Selector) (*externalapi.ExternalMetricValueList, error) {
	given := w.step.Readings.External[metric]
	if given.Error != "" {
		return nil, errors.New(given.Error)
	}
	list := &externalapi.ExternalMetricValueList{}
	for _, value := range given.Given {
		list.Items = append(list.Items, externalapi.ExternalMetricValue{Value: *resource.NewMilliQuantity(value, resource.DecimalSI)})
	}
	return list, nil
}

func (w *world) Event(object runtime.Object, kind, reason, message string) {
	if name, err := nameOf(object); err == nil && name == own {
		w.events = append(w.events, Event{Type: kind, Reason: reason, Message: anyOrder(message)})
	}
}

func (w *world) Eventf(object runtime.Object, kind, reason, format string, args ...any) {
	w.Event(object, kind, reason, fmt.Sprintf(format, args...))
}

func (w *world) AnnotatedEventf(object runtime.Object, _ map[string]string, kind, reason, format string, args ...any) {
	w.Eventf(object, kind, reason, format, args...)
}
