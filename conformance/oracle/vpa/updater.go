package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	appsv1 "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/admission-controller/resource/pod/patch"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/admission-controller/resource/pod/recommendation"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	vpaclient "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/client/clientset/versioned"
	vpalister "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/client/listers/autoscaling.k8s.io/v1"
	controllerfetcher "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/target/controller_fetcher"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/updater/inplace"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/updater/logic"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/updater/priority"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/annotations"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/limitrange"
	vpautil "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/utils/vpa"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	core "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
)

const namespace = "here"

type everything struct{}

func (everything) Fetch(context.Context, *vpav1.VerticalPodAutoscaler) (labels.Selector, error) {
	return labels.Everything(), nil
}

// All pods are of one Deployment, which has one ReplicaSet or several.
type oneDeployment struct{}

func (oneDeployment) FindTopMostWellKnownOrScalable(context.Context, *controllerfetcher.ControllerKeyWithAPIVersion) (*controllerfetcher.ControllerKeyWithAPIVersion, error) {
	key := controllerfetcher.ControllerKey{Namespace: namespace, Kind: "Deployment", Name: "shop"}
	return &controllerfetcher.ControllerKeyWithAPIVersion{ControllerKey: key, ApiVersion: "apps/v1"}, nil
}

// The updater insists on listing VerticalPodAutoscalers from a server before it has a lister to be replaced: none, for ever.
type noServer struct{}

const nothing = `{"type":"BOOKMARK","object":{"kind":"VerticalPodAutoscaler","apiVersion":"autoscaling.k8s.io/v1","metadata":{"resourceVersion":"1",
"annotations":{"k8s.io/initial-events-end":"true"}}}}`

func (noServer) RoundTrip(request *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	go writer.Write([]byte(nothing))
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: reader, Request: request}, nil
}

type cluster struct {
	updater logic.Updater
	vpas    cache.Indexer
	pods    cache.Indexer
	sets    cache.Indexer
	vpa     *vpav1.VerticalPodAutoscaler
	begin   time.Time
	refused map[string]string
	actions []Action
}

func newCluster(given UpdaterSettings) *cluster {
	made := &cluster{vpas: cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})}
	client := fake.NewClientset()
	client.PrependReactor("*", "pods", made.react)
	controllers := informers.NewSharedInformerFactory(client, 0)
	pods := informers.NewSharedInformerFactory(client, 0)
	vpas, err := vpaclient.NewForConfig(&rest.Config{Host: "http://none", Transport: noServer{}})
	check(err)
	processor := vpautil.NewCappingRecommendationProcessor(limitrange.NewNoopLimitsCalculator())
	provider := recommendation.NewProvider(limitrange.NewNoopLimitsCalculator(), processor)
	calculators := []patch.Calculator{inplace.NewResourceInPlaceUpdatesCalculator(provider), inplace.NewInPlaceUpdatedCalculator()}
	updater, err := logic.NewUpdater(client, vpas, controllers, pods, given.MinReplicas, given.RateLimit, given.RateBurst,
		given.Tolerance, false, given.SkipBudget, given.UpdateThreshold, seconds(given.LifetimeThreshold), seconds(given.AfterOOM),
		"", "", time.Minute, processor, priority.NewScalingDirectionPodEvictionAdmission(), everything{},
		oneDeployment{}, priority.NewProcessor(), namespace, nil, calculators)
	check(err)
	made.updater = updater
	field := reflect.ValueOf(updater).Elem().FieldByName("vpaLister")
	lister := reflect.ValueOf(vpalister.NewVerticalPodAutoscalerLister(made.vpas))
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(lister)
	made.pods = pods.Core().V1().Pods().Informer().GetIndexer()
	made.sets = controllers.Apps().V1().ReplicaSets().Informer().GetIndexer()
	mode := vpav1.UpdateMode(given.Mode)
	made.vpa = &vpav1.VerticalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "vpa"}}
	made.vpa.Spec.UpdatePolicy = &vpav1.PodUpdatePolicy{UpdateMode: &mode, MinReplicas: given.OwnMinReplicas, EvictAfterOOMSeconds: given.OwnAfterOOM}
	made.vpa.Spec.TargetRef = &autoscaling.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "shop"}
	made.vpa.Spec.ResourcePolicy = policyOf(given.Policies)
	return made
}

// What the updater asks of the API server.
func (c *cluster) react(action core.Action) (bool, runtime.Object, error) {
	done := Action{At: time.Since(c.begin).Seconds()}
	var pod *corev1.Pod
	switch asked := action.(type) {
	case core.CreateActionImpl:
		done.What, done.Pod = "evict", asked.GetObject().(metav1.Object).GetName()
	case core.PatchActionImpl:
		if asked.GetSubresource() != "resize" {
			found, _, _ := c.pods.GetByKey(namespace + "/" + asked.GetName())
			return true, found.(*corev1.Pod), nil
		}
		found, _, _ := c.pods.GetByKey(namespace + "/" + asked.GetName())
		pod = found.(*corev1.Pod)
		done.What, done.Pod, done.Containers = "resize", asked.GetName(), patched(pod, asked.GetPatch())
	default:
		return false, nil, nil
	}
	c.actions = append(c.actions, done)
	switch c.refused[done.Pod] {
	case "budget":
		return true, nil, apierrors.NewTooManyRequests("the disruption budget needs more pods", 10)
	case "error":
		return true, nil, apierrors.NewInternalError(fmt.Errorf("no"))
	case "NodeCapacity":
		refusal := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, done.Pod, fmt.Errorf("node too small"))
		refusal.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: "NodeCapacity"}}
		return true, nil, refusal
	}
	if pod == nil {
		return true, nil, nil
	}
	return true, pod, nil
}

func patched(pod *corev1.Pod, patch []byte) map[string]Resources {
	var lines []struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	check(json.Unmarshal(patch, &lines))
	changed := map[string]Resources{}
	for _, line := range lines {
		parts := strings.Split(strings.TrimPrefix(line.Path, "/"), "/")
		if len(parts) != 6 || parts[1] != "containers" {
			continue
		}
		var number int
		_, err := fmt.Sscan(parts[2], &number)
		check(err)
		name := pod.Spec.Containers[number].Name
		state := changed[name]
		list := listFrom(parts[5], fmt.Sprint(line.Value))
		if parts[4] == "requests" {
			state.Requests = with(state.Requests, list)
		} else {
			state.Limits = with(state.Limits, list)
		}
		changed[name] = state
	}
	return changed
}

func (c *cluster) loop(step Loop) Decided {
	c.refused, c.actions = step.Refused, []Action{}
	vpa := c.vpa.DeepCopy()
	if step.Recommendation != nil {
		vpa.Status.Recommendation = recommendationOf(step.Recommendation)
	}
	sets, pods := []any{}, []any{}
	for name, replicas := range step.Replicas {
		sets = append(sets, &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: appsv1.ReplicaSetSpec{Replicas: &replicas}})
	}
	for _, state := range step.Pods {
		pods = append(pods, c.podOf(state))
	}
	check(c.vpas.Replace([]any{vpa}, ""))
	check(c.sets.Replace(sets, ""))
	check(c.pods.Replace(pods, ""))
	decided := Decided{Priorities: map[string]Priority{}}
	if step.Recommendation != nil {
		for _, one := range pods {
			pod := one.(*corev1.Pod)
			processor := vpautil.NewCappingRecommendationProcessor(limitrange.NewNoopLimitsCalculator())
			processed, _, err := processor.Apply(vpa, pod)
			check(err)
			found := priority.NewProcessor().GetUpdatePriority(pod, vpa, processed)
			decided.Priorities[pod.Name] = Priority{Outside: found.OutsideRecommendedRange, ScaleUp: found.ScaleUp, Diff: found.ResourceDiff}
		}
	}
	c.updater.RunOnce(context.Background())
	decided.Actions = c.actions
	return decided
}

func playUpdater(t *testing.T, vector UpdaterVector) []Decided {
	world := newCluster(vector.Settings)
	var decided []Decided
	synctest.Test(t, func(*testing.T) {
		world.begin = time.Now()
		for _, step := range vector.Script {
			time.Sleep(time.Until(world.begin.Add(seconds(step.At))))
			decided = append(decided, world.loop(step))
		}
	})
	return decided
}

func (c *cluster) at(given int64) metav1.Time { return metav1.NewTime(c.begin.Add(seconds(given))) }

func (c *cluster) podOf(state PodState) *corev1.Pod {
	yes := true
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: state.Name, UID: types.UID(state.Name), Labels: map[string]string{"app": "it"}, Annotations: map[string]string{},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: state.Controller, Controller: &yes}},
	}}
	pod.Status.Phase = corev1.PodPhase(state.Phase)
	if state.Started != nil {
		start := c.at(*state.Started)
		pod.Status.StartTime = &start
	}
	for _, one := range state.Containers {
		container := corev1.Container{Name: one.Name, Resources: corev1.ResourceRequirements{Requests: listOf(&one.Requests), Limits: listOf(&one.Limits)}}
		for resource, policy := range one.Restart {
			container.ResizePolicy = append(container.ResizePolicy, corev1.ContainerResizePolicy{
				ResourceName: corev1.ResourceName(resource), RestartPolicy: corev1.ResourceResizeRestartPolicy(policy)})
		}
		status := corev1.ContainerStatus{Name: one.Name, Resources: container.Resources.DeepCopy()}
		if one.Actual != nil {
			status.Resources.Requests = listOf(one.Actual)
		}
		status.AllocatedResources = status.Resources.Requests
		if one.Ended != nil {
			status.RestartCount = 1
			status.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
				Reason: one.Ended.Reason, StartedAt: c.at(one.Ended.Started), FinishedAt: c.at(one.Ended.Finished)}
		}
		pod.Spec.Containers = append(pod.Spec.Containers, container)
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, status)
	}
	if state.Deleting {
		now := metav1.Now()
		pod.DeletionTimestamp = &now
	}
	pod.Annotations[annotations.VpaObservedContainersLabel] = annotations.GetVpaObservedContainersValue(pod)
	if state.Resize != nil {
		condition := corev1.PodCondition{Status: corev1.ConditionTrue, LastTransitionTime: c.at(state.Resize.Since)}
		switch state.Resize.Status {
		case "Deferred", "Infeasible":
			condition.Type, condition.Reason = corev1.PodResizePending, state.Resize.Status
		case "Error":
			condition.Type, condition.Reason = corev1.PodResizeInProgress, state.Resize.Status
		default:
			condition.Type = corev1.PodResizeInProgress
		}
		pod.Status.Conditions = append(pod.Status.Conditions, condition)
	}
	return pod
}
