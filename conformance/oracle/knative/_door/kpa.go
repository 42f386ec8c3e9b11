package kpa

import (
	"context"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	autoscalingv1alpha1 "knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	areconciler "knative.dev/serving/pkg/reconciler/autoscaling"
	"knative.dev/serving/pkg/reconciler/autoscaling/kpa/resources"
)

type offered func()

func (o offered) Offer(context.Context, string, interface{}, time.Duration, time.Duration, ...interface{}) bool {
	o()
	return true
}

// Open makes a Reconciler of parts that a test would fake.
func Open(base *areconciler.Base, pods corev1listers.PodLister, deciders resources.Deciders, scalable cache.GenericLister,
	client dynamic.Interface, probe func() bool, offer func(), enqueue func(time.Duration),
) *Reconciler {
	return &Reconciler{
		Base:       base,
		podsLister: pods,
		deciders:   deciders,
		scaler: &scaler{
			listerFactory: func(schema.GroupVersionResource) (cache.GenericLister, error) { return scalable, nil },
			dynamicClient: client,
			activatorProbe: func(*autoscalingv1alpha1.PodAutoscaler, http.RoundTripper) (bool, error) {
				return probe(), nil
			},
			probeManager: offered(offer),
			enqueueCB:    func(_ interface{}, after time.Duration) { enqueue(after) },
		},
	}
}
