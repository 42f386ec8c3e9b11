package main

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"
	_ "unsafe" // for the look of the controller, which is unexported

	batch "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/job"
)

//go:linkname syncJob k8s.io/kubernetes/pkg/controller/job.(*Controller).syncJob
func syncJob(jm *job.Controller, ctx context.Context, key string) error

// JobSettings are what stays the same of a Job.
type JobSettings struct {
	Completions          *int32   `json:"completions,omitempty"`
	BackoffLimit         int32    `json:"backoffLimit"`
	ActiveDeadline       *float64 `json:"activeDeadline,omitempty"`
	Indexed              bool     `json:"indexed,omitempty"`
	PodReplacementPolicy string   `json:"podReplacementPolicy"`
	// As the API has them.
	PodFailurePolicy *batch.PodFailurePolicy `json:"podFailurePolicy,omitempty"`
	SuccessPolicy    *batch.SuccessPolicy    `json:"successPolicy,omitempty"`
}

// JobStep is what holds when the controller looks.
type JobStep struct {
	At          float64  `json:"at"`
	Parallelism int32    `json:"parallelism"`
	Suspend     bool     `json:"suspend,omitempty"`
	Pods        []JobPod `json:"pods"`
}

// JobPod is one of its pods.
type JobPod struct {
	ID          int      `json:"id"`
	Phase       string   `json:"phase"`
	Ready       bool     `json:"ready,omitempty"`
	Terminating bool     `json:"terminating,omitempty"`
	DeletedAt   *float64 `json:"deletedAt,omitempty"`
	Placed      bool     `json:"placed,omitempty"`
	CreatedAt   float64  `json:"createdAt"`
	ReadySince  *float64 `json:"readySince,omitempty"`
	FinishedAt  *float64 `json:"finishedAt,omitempty"`
	Index       *int     `json:"index,omitempty"`
	// Of containers that have ended, and conditions beside Ready: what a failure policy reads.
	ExitCodes  map[string]int32  `json:"exitCodes,omitempty"`
	Conditions []JobPodCondition `json:"conditions,omitempty"`
}

// JobPodCondition is one of a pod's conditions.
type JobPodCondition struct {
	Type   v1.PodConditionType `json:"type"`
	Status v1.ConditionStatus  `json:"status"`
}

// JobDecision is what a look left behind.
type JobDecision struct {
	Create           int            `json:"create"`
	Indexes          []int          `json:"indexes"`
	Remove           []int          `json:"remove"`
	Active           int32          `json:"active"`
	Ready            int32          `json:"ready"`
	Terminating      int32          `json:"terminating"`
	Succeeded        int32          `json:"succeeded"`
	Failed           int32          `json:"failed"`
	CompletedIndexes string         `json:"completedIndexes"`
	StartTime        *float64       `json:"startTime,omitempty"`
	CompletionTime   *float64       `json:"completionTime,omitempty"`
	Conditions       []JobCondition `json:"conditions"`
	Again            *float64       `json:"again,omitempty"`
}

// JobCondition is one of its conditions.
type JobCondition struct {
	Type   string `json:"type"`
	Status bool   `json:"status"`
	Reason string `json:"reason"`
}

var jobs = Controller[JobSettings, JobStep, JobDecision]{
	name: "job",
	make: func(settings JobSettings) func(JobStep) JobDecision { return newJobWorld(settings).look },
	at:   func(step JobStep) float64 { return step.At },
	own:  func() []Life[JobSettings, JobStep, JobDecision] { return append(jobLives(), jobPolicies()...) },
}

type jobWorld struct {
	client     *fake.Clientset
	controller *job.Controller
	caches     [2]cache.Indexer // jobs, pods
	queue      *Queue
	begin      time.Time
	numbers    map[string]int // by the name of the pod
	names      []string
	removed    []int
}

func newJobWorld(settings JobSettings) *jobWorld {
	withoutStaleness("StaleControllerConsistencyJob")
	ctx := context.Background()
	mode, suspend, parallelism := batch.NonIndexedCompletion, false, int32(1)
	if settings.Indexed {
		mode = batch.IndexedCompletion
	}
	policy := batch.PodReplacementPolicy(settings.PodReplacementPolicy)
	labels := map[string]string{"job": "work"}
	object := &batch.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "work", Namespace: namespace, UID: "work", Generation: 1},
		Spec: batch.JobSpec{
			Parallelism: &parallelism, Completions: settings.Completions, BackoffLimit: &settings.BackoffLimit,
			CompletionMode: &mode, Suspend: &suspend, PodReplacementPolicy: &policy,
			PodFailurePolicy: settings.PodFailurePolicy, SuccessPolicy: settings.SuccessPolicy,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: v1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       v1.PodSpec{RestartPolicy: v1.RestartPolicyNever, Containers: []v1.Container{{Name: "work"}}},
			},
		},
	}
	if settings.ActiveDeadline != nil {
		deadline := int64(*settings.ActiveDeadline)
		object.Spec.ActiveDeadlineSeconds = &deadline
	}
	client := fake.NewClientset(object)
	factory := informers.NewSharedInformerFactory(client, 0)
	jobInformer, podInformer := factory.Batch().V1().Jobs(), factory.Core().V1().Pods()
	controller := must(job.NewController(ctx, client, podInformer, jobInformer, nil, nil))
	world := &jobWorld{
		client: client, controller: controller, queue: &Queue{}, numbers: map[string]int{},
		caches: [2]cache.Indexer{jobInformer.Informer().GetIndexer(), podInformer.Informer().GetIndexer()},
	}
	replace[workqueue.TypedRateLimitingInterface[string]](controller, "queue", world.queue)
	client.PrependReactor("create", "pods", world.born)
	client.PrependReactor("delete", "pods", world.remove)
	return world
}

// The API server's part of a creation: a name and an identity.
func (w *jobWorld) born(action clienttesting.Action) (bool, runtime.Object, error) {
	pod := action.(clienttesting.CreateAction).GetObject().(*v1.Pod)
	w.names = append(w.names, "")
	pod.Name = fmt.Sprintf("pod-%d", len(w.names))
	pod.UID = types.UID(pod.Name)
	return false, nil, nil
}

// Whether and when a pod that is asked to go is gone, the script says.
func (w *jobWorld) remove(action clienttesting.Action) (bool, runtime.Object, error) {
	w.removed = append(w.removed, w.numbers[action.(clienttesting.DeleteAction).GetName()])
	return true, nil, nil
}

func (w *jobWorld) look(step JobStep) JobDecision {
	if w.begin.IsZero() {
		w.begin = time.Now()
	}
	ctx := context.Background()
	w.prepare(step)
	w.removed, w.queue.again = []int{}, nil
	before := len(w.numbers)
	forgetExpectations(w.controller, klog.Background(), namespace+"/work")
	check(syncJob(w.controller, ctx, namespace+"/work"))
	after := must(w.client.BatchV1().Jobs(namespace).Get(ctx, "work", metav1.GetOptions{}))
	indexes := w.number()
	slices.Sort(w.removed)
	status := after.Status
	decision := JobDecision{
		Create: len(w.numbers) - before, Indexes: indexes, Remove: w.removed,
		Active: status.Active, Succeeded: status.Succeeded, Failed: status.Failed,
		CompletedIndexes: status.CompletedIndexes, Conditions: []JobCondition{},
		StartTime: w.since(status.StartTime), CompletionTime: w.since(status.CompletionTime), Again: w.queue.again,
	}
	if status.Ready != nil {
		decision.Ready = *status.Ready
	}
	if status.Terminating != nil {
		decision.Terminating = *status.Terminating
	}
	for _, condition := range status.Conditions {
		decision.Conditions = append(decision.Conditions, JobCondition{
			string(condition.Type), condition.Status == v1.ConditionTrue, condition.Reason,
		})
	}
	return decision
}

// Numbers the pods that have just been made: by their index, else as they come, since then they are all alike.
func (w *jobWorld) number() []int {
	pods := must(w.client.CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{})).Items
	fresh, indexes := []v1.Pod{}, []int{}
	for _, pod := range pods {
		if _, known := w.numbers[pod.Name]; !known {
			fresh = append(fresh, pod)
		}
	}
	index := func(pod v1.Pod) int {
		value, there := pod.Annotations[batch.JobCompletionIndexAnnotation]
		number := -1
		if there {
			must(fmt.Sscan(value, &number))
		}
		return number
	}
	sort.SliceStable(fresh, func(i, j int) bool { return index(fresh[i]) < index(fresh[j]) })
	for _, pod := range fresh {
		w.names[len(w.numbers)] = pod.Name
		w.numbers[pod.Name] = len(w.numbers)
		if index(pod) >= 0 {
			indexes = append(indexes, index(pod))
		}
	}
	return indexes
}

func (w *jobWorld) since(moment *metav1.Time) *float64 {
	if moment == nil {
		return nil
	}
	passed := moment.Sub(w.begin).Seconds()
	return &passed
}

func (w *jobWorld) moment(at float64) metav1.Time { return metav1.NewTime(w.begin.Add(seconds(at))) }

func (w *jobWorld) prepare(step JobStep) {
	ctx := context.Background()
	object := must(w.client.BatchV1().Jobs(namespace).Get(ctx, "work", metav1.GetOptions{}))
	object.Spec.Parallelism, object.Spec.Suspend = &step.Parallelism, &step.Suspend
	must(w.client.BatchV1().Jobs(namespace).Update(ctx, object, metav1.UpdateOptions{}))
	for _, one := range w.caches {
		check(one.Replace(nil, ""))
	}
	check(w.caches[0].Add(object))
	for _, seen := range step.Pods {
		pod := must(w.client.CoreV1().Pods(namespace).Get(ctx, w.names[seen.ID], metav1.GetOptions{}))
		w.dress(pod, seen)
		check(w.caches[1].Add(pod))
	}
}

func (w *jobWorld) dress(pod *v1.Pod, seen JobPod) {
	pod.CreationTimestamp = w.moment(seen.CreatedAt)
	pod.Status = v1.PodStatus{Phase: v1.PodPhase(seen.Phase)}
	if seen.Terminating {
		asked := w.moment(*seen.DeletedAt)
		pod.DeletionTimestamp = &asked
	}
	if seen.Placed {
		pod.Spec.NodeName = "node"
	}
	if seen.Ready {
		pod.Status.Conditions = []v1.PodCondition{{
			Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: w.moment(*seen.ReadySince),
		}}
	}
	for _, condition := range seen.Conditions {
		pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{Type: condition.Type, Status: condition.Status})
	}
	if seen.FinishedAt != nil {
		codes := seen.ExitCodes
		if codes == nil {
			codes = map[string]int32{"work": 0}
		}
		for name, code := range codes {
			pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, v1.ContainerStatus{
				Name: name, State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{
					ExitCode: code, FinishedAt: w.moment(*seen.FinishedAt),
				}},
			})
		}
	}
}
