package main

import (
	"reflect"
	"time"
	"unsafe"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
)

const namespace = "default"

// Puts a value into an unexported field of a controller.
func replace[T any](object any, field string, value T) {
	at := reflect.ValueOf(object).Elem().FieldByName(field)
	*(*T)(unsafe.Pointer(at.UnsafeAddr())) = value
}

func read[T any](object any, field string) T {
	return *(*T)(unsafe.Pointer(reflect.ValueOf(object).Elem().FieldByName(field).UnsafeAddr()))
}

// The caches are filled by hand, so that nobody tells the controller of events: it must not wait for any.
func forgetExpectations(object any, logger klog.Logger, key string) {
	read[controller.ControllerExpectationsInterface](object, "expectations").DeleteExpectations(logger, key)
}

func withoutStaleness(gates ...string) {
	off := map[string]bool{}
	for _, gate := range gates {
		off[gate] = false
	}
	check(utilfeature.DefaultMutableFeatureGate.SetFromMap(off))
}

// Queue notes when a controller wants to look again, and queues nothing.
type Queue struct {
	workqueue.TypedRateLimitingInterface[string]
	again *float64
}

func (q *Queue) AddAfter(_ string, delay time.Duration) {
	if after := delay.Seconds(); q.again == nil || after < *q.again {
		q.again = &after
	}
}
func (q *Queue) Add(string)             {}
func (q *Queue) AddRateLimited(string)  {}
func (q *Queue) Forget(string)          {}
func (q *Queue) NumRequeues(string) int { return 0 }
