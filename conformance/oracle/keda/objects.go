package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	v2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	fakescale "k8s.io/client-go/scale/fake"
	clientgotesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/events"
	"k8s.io/metrics/pkg/apis/external_metrics"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/fallback"
	"github.com/kedacore/keda/v2/pkg/scaling/executor"
	"github.com/kedacore/keda/v2/pkg/scaling/scaledjob"
)

const namespace, target = "ns", "target"

var scheme = func() *runtime.Scheme {
	made := runtime.NewScheme()
	check(clientgoscheme.AddToScheme(made))
	check(kedav1alpha1.AddToScheme(made))
	return made
}()

func optional(settings object, name string) *int32 {
	if _, given := settings[name]; !given {
		return nil
	}
	value := int32(number(settings, name))
	return &value
}

// cluster holds a Deployment, its scale and its pods.
type cluster struct {
	client client.Client
	scales *fakescale.FakeScaleClient
}

func newCluster(objects ...client.Object) *cluster {
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: target}}
	made := &cluster{
		client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(append(objects, deployment)...).
			WithStatusSubresource(&kedav1alpha1.ScaledObject{}).Build(),
		scales: &fakescale.FakeScaleClient{},
	}
	made.scales.AddReactor("get", "deployments", func(clientgotesting.Action) (bool, runtime.Object, error) {
		return true, &autoscalingv1.Scale{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: target},
			Spec:       autoscalingv1.ScaleSpec{Replicas: made.replicas()},
			Status:     autoscalingv1.ScaleStatus{Selector: "app=target"},
		}, nil
	})
	made.scales.AddReactor("update", "deployments", func(action clientgotesting.Action) (bool, runtime.Object, error) {
		scale := action.(clientgotesting.UpdateAction).GetObject().(*autoscalingv1.Scale)
		made.setReplicas(scale.Spec.Replicas)
		return true, scale, nil
	})
	return made
}

func (c *cluster) deployment() *appsv1.Deployment {
	deployment := &appsv1.Deployment{}
	check(c.client.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: target}, deployment))
	return deployment
}

func (c *cluster) replicas() int32 { return *c.deployment().Spec.Replicas }

func (c *cluster) setReplicas(replicas int32) {
	deployment := c.deployment()
	deployment.Spec.Replicas = &replicas
	check(c.client.Update(context.Background(), deployment))
}

func (c *cluster) setReadyPods(ready int) {
	check(c.client.DeleteAllOf(context.Background(), &corev1.Pod{}, client.InNamespace(namespace)))
	for i := range ready {
		check(c.client.Create(context.Background(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: strconv.Itoa(i), Labels: map[string]string{"app": target}},
			Status: corev1.PodStatus{
				Phase:      corev1.PodRunning,
				Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			},
		}))
	}
}

func scaledObject() *kedav1alpha1.ScaledObject {
	return &kedav1alpha1.ScaledObject{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: "scaled", CreationTimestamp: metav1.Now(), Annotations: map[string]string{},
		},
		Spec: kedav1alpha1.ScaledObjectSpec{ScaleTargetRef: &kedav1alpha1.ScaleTarget{Name: target}},
		Status: kedav1alpha1.ScaledObjectStatus{
			ScaleTargetKind: "apps/v1.Deployment",
			ScaleTargetGVKR: &kedav1alpha1.GroupVersionKindResource{
				Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments",
			},
		},
	}
}

func told(condition kedav1alpha1.Condition) any {
	if condition.Status == "" || condition.Reason == "" {
		return nil
	}
	return object{"status": condition.Status, "reason": condition.Reason, "message": condition.Message}
}

func newScaledObject(settings object) func(object) any {
	begin, made, scaled := time.Now(), newCluster(), scaledObject()
	scaled.Spec.MinReplicaCount = optional(settings, "minReplicaCount")
	scaled.Spec.IdleReplicaCount = optional(settings, "idleReplicaCount")
	scaled.Spec.CooldownPeriod = optional(settings, "cooldownPeriod")
	scaled.Spec.InitialCooldownPeriod = optional(settings, "initialCooldownPeriod")
	if replicas := optional(settings, "fallbackReplicas"); replicas != nil {
		scaled.Spec.Fallback = &kedav1alpha1.Fallback{FailureThreshold: 3, Replicas: *replicas}
	}
	made.setReplicas(int32(number(settings, "replicas")))
	scaler := executor.NewScaleExecutor(made.client, made.scales, scheme, time.Minute, &events.FakeRecorder{})
	return func(step object) any {
		if replicas := optional(step, "replicas"); replicas != nil {
			made.setReplicas(*replicas)
		}
		for name, annotation := range map[string]string{
			"paused":          kedav1alpha1.PausedAnnotation,
			"pausedScaleIn":   kedav1alpha1.PausedScaleInAnnotation,
			"pausedScaleOut":  kedav1alpha1.PausedScaleOutAnnotation,
			"forceActivation": kedav1alpha1.ForceActivationAnnotation,
		} {
			scaled.Annotations[annotation] = strconv.FormatBool(yes(step, name))
		}
		options := executor.ScaleExecutorOptions{}
		result := scaler.RequestScale(context.Background(), scaled, yes(step, "active"), yes(step, "failed"), options)
		check(result.Error)
		if result.LastActiveTime != nil {
			scaled.Status.LastActiveTime = result.LastActiveTime
		}
		lastActive := -1.
		if scaled.Status.LastActiveTime != nil {
			lastActive = scaled.Status.LastActiveTime.Sub(begin).Seconds()
		}
		paused := result.Conditions.GetPausedCondition()
		return object{
			"replicas": made.replicas(), "lastActive": lastActive, "paused": paused.IsTrue(),
			"ready": told(result.Conditions.GetReadyCondition()), "activity": told(result.Conditions.GetActiveCondition()),
		}
	}
}

func newFallback(settings object) func(object) any {
	scaled := scaledObject()
	if given, ok := settings["fallback"].(object); ok {
		scaled.Spec.Fallback = &kedav1alpha1.Fallback{
			FailureThreshold: int32(number(given, "failureThreshold")),
			Replicas:         int32(number(given, "replicas")),
			Behavior:         text(given, "behavior"),
		}
	}
	made := newCluster(scaled.DeepCopy())
	quantity := resource.NewMilliQuantity(int64(number(settings, "target")*1000), resource.DecimalSI)
	spec := v2.MetricSpec{Type: v2.ExternalMetricSourceType, External: &v2.ExternalMetricSource{Metric: v2.MetricIdentifier{Name: "metric"}}}
	spec.External.Target = v2.MetricTarget{Type: v2.MetricTargetType(text(settings, "type"))}
	if spec.External.Target.Type == v2.ValueMetricType {
		spec.External.Target.Value = quantity
	} else {
		spec.External.Target.AverageValue = quantity
	}
	handler := fallback.ScaledObjectHandler{
		Ctx: context.Background(), KubeClient: made.client, ScaleClient: made.scales, UpdateLock: &sync.RWMutex{}, ScaledObject: scaled,
	}
	return func(step object) any {
		made.setReplicas(int32(number(step, "replicas")))
		made.setReadyPods(int(number(step, "readyReplicas")))
		var metrics []external_metrics.ExternalMetricValue
		failure := fmt.Errorf("no value")
		if _, given := step["value"]; given {
			failure = nil
			metrics = []external_metrics.ExternalMetricValue{{
				MetricName: "metric", Value: *resource.NewMilliQuantity(int64(number(step, "value")*1000), resource.DecimalSI),
			}}
		}
		metrics, fellBack, err := fallback.GetMetricsWithFallback(handler, metrics, failure, "metric", spec)
		failures := int32(0)
		if health, known := scaled.Status.Health["metric"]; known {
			failures = *health.NumberOfFailures
		}
		answer := object{"milli": nil, "fallback": fellBack, "failures": failures}
		if err == nil {
			answer["milli"] = metrics[0].Value.MilliValue()
		}
		return answer
	}
}

func newScaledJob(settings object) func(object) any {
	scaled := &kedav1alpha1.ScaledJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "scaled", UID: "scaled"},
		Spec: kedav1alpha1.ScaledJobSpec{
			JobTargetRef:    &batchv1.JobSpec{},
			MinReplicaCount: optional(settings, "minReplicaCount"),
			MaxReplicaCount: optional(settings, "maxReplicaCount"),
			ScalingStrategy: kedav1alpha1.ScalingStrategy{
				Strategy:                          text(settings, "strategy"),
				CustomScalingQueueLengthDeduction: optional(settings, "queueLengthDeduction"),
				MultipleScalersCalculation:        text(settings, "multipleScalersCalculation"),
			},
		},
	}
	if _, given := settings["runningJobPercentage"]; given {
		scaled.Spec.ScalingStrategy.CustomScalingRunningJobPercentage = fmt.Sprint(number(settings, "runningJobPercentage"))
	}
	return func(step object) any {
		var measured []scaledjob.ScalerMetrics
		for _, entry := range step["triggers"].([]any) {
			trigger := entry.(object)
			spec := v2.MetricSpec{External: &v2.ExternalMetricSource{
				Metric: v2.MetricIdentifier{Name: "queue"},
				Target: v2.MetricTarget{AverageValue: resource.NewMilliQuantity(int64(number(trigger, "target")*1000), resource.DecimalSI)},
			}}
			value := external_metrics.ExternalMetricValue{
				MetricName: "queue", Value: *resource.NewMilliQuantity(int64(number(trigger, "queueLength")*1000), resource.DecimalSI),
			}
			length, most, _ := scaledjob.CalculateQueueLengthAndMaxValue(
				[]external_metrics.ExternalMetricValue{value}, []v2.MetricSpec{spec}, scaled.MaxReplicaCount())
			measured = append(measured, scaledjob.ScalerMetrics{QueueLength: length, MaxValue: most, IsActive: yes(trigger, "active")})
		}
		active, scaleTo, maxScale, _ := scaledjob.IsScaledJobActive(
			measured, scaled.Spec.ScalingStrategy.MultipleScalersCalculation, scaled.MinReplicaCount(), scaled.MaxReplicaCount())
		created := 0
		jobs := jobsOf(int(number(step, "running")), int(number(step, "pending")))
		made := fake.NewClientBuilder().WithScheme(scheme).WithObjects(jobs...).WithInterceptorFuncs(interceptor.Funcs{
			Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
				created++
				return nil
			},
		}).Build()
		scaler := executor.NewScaleExecutor(made, nil, scheme, time.Minute, &events.FakeRecorder{})
		result := scaler.RequestJobScale(context.Background(), scaled, active, false, scaleTo, maxScale, executor.ScaleExecutorOptions{})
		check(result.Error)
		return object{"active": active, "scaleTo": scaleTo, "maxScale": maxScale, "create": created}
	}
}

// jobsOf makes unfinished jobs, of which some have no running pod yet.
func jobsOf(running, pending int) []client.Object {
	var all []client.Object
	for i := range running {
		name := strconv.Itoa(i)
		all = append(all, &batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"scaledjob.keda.sh/name": "scaled"}},
		})
		if i >= pending {
			all = append(all, &corev1.Pod{
				ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"job-name": name}},
				Status:     corev1.PodStatus{Phase: corev1.PodRunning},
			})
		}
	}
	return all
}
