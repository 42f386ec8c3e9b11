package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	fakedynamic "k8s.io/client-go/dynamic/fake"
	corev1listers "k8s.io/client-go/listers/core/v1"
	clientgotesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"

	nv1a1 "knative.dev/networking/pkg/apis/networking/v1alpha1"
	netfake "knative.dev/networking/pkg/client/clientset/versioned/fake"
	nlisters "knative.dev/networking/pkg/client/listers/networking/v1alpha1"
	"knative.dev/pkg/apis"
	"knative.dev/pkg/logging"
	"knative.dev/pkg/ptr"
	"knative.dev/serving/pkg/apis/autoscaling"
	autoscalingv1alpha1 "knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	"knative.dev/serving/pkg/apis/serving"
	asconfig "knative.dev/serving/pkg/autoscaler/config"
	"knative.dev/serving/pkg/autoscaler/scaling"
	servingfake "knative.dev/serving/pkg/client/clientset/versioned/fake"
	listers "knative.dev/serving/pkg/client/listers/autoscaling/v1alpha1"
	"knative.dev/serving/pkg/deployment"
	areconciler "knative.dev/serving/pkg/reconciler/autoscaling"
	"knative.dev/serving/pkg/reconciler/autoscaling/config"
	"knative.dev/serving/pkg/reconciler/autoscaling/kpa"
)

// deciders answers with the status that the script gives.
type deciders struct {
	spec   *scaling.Decider
	status scaling.DeciderStatus
}

func (d *deciders) with() *scaling.Decider {
	decider := d.spec.DeepCopy()
	decider.Status = d.status
	return decider
}

func (d *deciders) Get(context.Context, string, string) (*scaling.Decider, error) {
	if d.spec == nil {
		return nil, errors.NewNotFound(autoscalingv1alpha1.Resource("Deciders"), key.String())
	}
	return d.with(), nil
}

func (d *deciders) Create(_ context.Context, decider *scaling.Decider) (*scaling.Decider, error) {
	d.spec = decider
	return d.with(), nil
}
func (d *deciders) Update(ctx context.Context, decider *scaling.Decider) (*scaling.Decider, error) {
	return d.Create(ctx, decider)
}
func (d *deciders) Delete(context.Context, string, string) {}
func (d *deciders) Watch(func(types.NamespacedName))       {}

func indexer() cache.Indexer {
	return cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
}

func autoscalerOf(settings object) *autoscalingv1alpha1.PodAutoscaler {
	pa := &autoscalingv1alpha1.PodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: key.Namespace, Name: key.Name, UID: "pa",
			Labels:      map[string]string{serving.RevisionLabelKey: key.Name},
			Annotations: map[string]string{},
		},
		Spec: autoscalingv1alpha1.PodAutoscalerSpec{
			ScaleTargetRef:       corev1.ObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "target"},
			ContainerConcurrency: int64(number(settings, "containerConcurrency")),
			Reachability:         autoscalingv1alpha1.ReachabilityReachable,
		},
	}
	if !yes(settings, "reachable") {
		pa.Spec.Reachability = autoscalingv1alpha1.ReachabilityUnreachable
	}
	for field, annotation := range map[string]string{
		"minScale":                    autoscaling.MinScaleAnnotationKey,
		"maxScale":                    autoscaling.MaxScaleAnnotationKey,
		"initialScale":                autoscaling.InitialScaleAnnotationKey,
		"target":                      autoscaling.TargetAnnotationKey,
		"targetUtilizationPercentage": autoscaling.TargetUtilizationPercentageKey,
		"targetBurstCapacity":         autoscaling.TargetBurstCapacityKey,
	} {
		if value, given := settings[field]; given {
			pa.Annotations[annotation] = fmt.Sprint(value)
		}
	}
	for field, annotation := range map[string]string{
		"stableWindow": autoscaling.WindowAnnotationKey,
		"podRetention": autoscaling.ScaleToZeroPodRetentionPeriodKey,
	} {
		if _, given := settings[field]; given {
			pa.Annotations[annotation] = seconds(number(settings, field)).String()
		}
	}
	if metric := text(settings, "metric"); metric != "" {
		pa.Annotations[autoscaling.MetricAnnotationKey] = metric
	}
	pa.Status.InitializeConditions()
	return pa
}

func configOf(settings object) context.Context {
	made, err := asconfig.NewConfigFromMap(map[string]string{
		"enable-scale-to-zero":       strconv.FormatBool(!yes(settings, "scaleToZeroDisabled")),
		"scale-to-zero-grace-period": seconds(number(settings, "scaleToZeroGracePeriod")).String(),
		"allow-zero-initial-scale":   "true",
	})
	check(err)
	return config.ToContext(logging.WithLogger(context.Background(), zap.NewNop().Sugar()), &config.Config{
		Autoscaler: made,
		Deployment: &deployment.Config{ProgressDeadline: seconds(number(settings, "progressDeadline"))},
	})
}

// world is what the reconciler reads and writes, kept between its reconciliations.
type world struct {
	sks, pods, scalable cache.Indexer
	deciders            *deciders
	probe, probing      bool
	again               []float64
	scaledTo            *int32
}

func (w *world) reconciler() *kpa.Reconciler {
	networking := netfake.NewSimpleClientset()
	keep := func(action clientgotesting.Action) (bool, runtime.Object, error) {
		made := action.(clientgotesting.CreateAction).GetObject().(*nv1a1.ServerlessService)
		check(w.sks.Update(made.DeepCopy()))
		return true, made, nil
	}
	networking.PrependReactor("create", "serverlessservices", keep)
	networking.PrependReactor("update", "serverlessservices", keep)
	client := servingfake.NewSimpleClientset()
	client.PrependReactor("create", "metrics", func(action clientgotesting.Action) (bool, runtime.Object, error) {
		return true, action.(clientgotesting.CreateAction).GetObject(), nil
	})
	dynamic := fakedynamic.NewSimpleDynamicClient(runtime.NewScheme())
	dynamic.PrependReactor("patch", "*", func(action clientgotesting.Action) (bool, runtime.Object, error) {
		var patch []struct{ Value int32 }
		check(json.Unmarshal(action.(clientgotesting.PatchAction).GetPatch(), &patch))
		w.scaledTo = &patch[0].Value
		w.setReplicas(patch[0].Value)
		return true, &unstructured.Unstructured{Object: object{"apiVersion": "apps/v1", "kind": "Deployment"}}, nil
	})
	base := &areconciler.Base{
		Client:           client,
		NetworkingClient: networking,
		SKSLister:        nlisters.NewServerlessServiceLister(w.sks),
		MetricLister:     listers.NewMetricLister(indexer()),
	}
	return kpa.Open(base, corev1listers.NewPodLister(w.pods), w.deciders,
		cache.NewGenericLister(w.scalable, schema.GroupResource{Group: "apps", Resource: "deployments"}), dynamic,
		func() bool { return w.probe }, func() { w.probing = true },
		func(after time.Duration) { w.again = append(w.again, after.Seconds()) })
}

func (w *world) setReplicas(replicas int32) {
	check(w.scalable.Update(&autoscalingv1alpha1.PodScalable{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: "target"},
		Spec:       autoscalingv1alpha1.PodScalableSpec{Replicas: ptr.Int32(replicas)},
	}))
}

func (w *world) setReady(ready int) {
	check(w.pods.Replace(nil, ""))
	for i := range ready {
		check(w.pods.Add(&corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: key.Namespace, Name: strconv.Itoa(i), Labels: map[string]string{serving.RevisionLabelKey: key.Name},
			},
			Status: corev1.PodStatus{
				Phase:      corev1.PodRunning,
				Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			},
		}))
	}
}

func (w *world) service() *nv1a1.ServerlessService {
	for _, one := range w.sks.List() {
		return one.(*nv1a1.ServerlessService).DeepCopy()
	}
	return nil
}

// setService plays the networking controllers: services exist, and activators are or are not behind them.
func (w *world) setService(has, proxied bool) {
	sks := w.service()
	if sks == nil || !has {
		return
	}
	sks.Status.ServiceName, sks.Status.PrivateServiceName = "public", "private"
	status, now := corev1.ConditionFalse, time.Now()
	if proxied {
		status = corev1.ConditionTrue
	}
	before := sks.Status.GetCondition(nv1a1.ActivatorEndpointsPopulated)
	if before == nil || before.Status != status {
		sks.Status.Conditions = append(sks.Status.Conditions[:0:0], apis.Condition{
			Type: nv1a1.ActivatorEndpointsPopulated, Status: status,
			LastTransitionTime: apis.VolatileTime{Inner: metav1.NewTime(now)},
		}, apis.Condition{Type: nv1a1.ServerlessServiceConditionReady, Status: corev1.ConditionTrue})
	}
	check(w.sks.Update(sks))
}

func newReconcile(settings object) func(object) any {
	w := &world{sks: indexer(), pods: indexer(), scalable: indexer(), deciders: &deciders{}}
	w.setReplicas(int32(number(settings, "replicas")))
	pa, ctx, reconciler := autoscalerOf(settings), configOf(settings), w.reconciler()
	return func(step object) any {
		w.setReady(int(number(step, "ready")))
		w.setService(yes(step, "services"), yes(step, "proxied"))
		w.probe, w.probing, w.again, w.scaledTo = yes(step, "probe"), false, nil, nil
		w.deciders.status = scaling.DeciderStatus{
			DesiredScale: int32(number(step, "desired")), ExcessBurstCapacity: int32(number(step, "excessBurstCapacity")),
		}
		check(reconciler.ReconcileKind(ctx, pa))
		active := pa.Status.GetCondition(autoscalingv1alpha1.PodAutoscalerConditionActive)
		sks := w.service()
		answer := object{
			"desiredScale": pa.Status.GetDesiredScale(),
			"mode":         sks.Spec.Mode,
			"activators":   sks.Spec.NumActivators,
			"active":       active.Status,
			"reason":       active.Reason,
			"message":      active.Message,
			"initialized":  pa.Status.IsScaleTargetInitialized(),
			"probing":      w.probing,
			"again":        append([]float64{}, w.again...),
		}
		if w.scaledTo != nil {
			answer["scaleTo"] = *w.scaledTo
		}
		return answer
	}
}
