package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
	_ "unsafe" // for the look of the controller, which is unexported

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/daemon"
	daemonutil "k8s.io/kubernetes/pkg/controller/daemon/util"
)

//go:linkname syncDaemonSet k8s.io/kubernetes/pkg/controller/daemon.(*DaemonSetsController).syncDaemonSet
func syncDaemonSet(dsc *daemon.DaemonSetsController, ctx context.Context, key string) error

// DaemonSettings are what stays the same of a DaemonSet.
type DaemonSettings struct {
	UpdateStrategy  string        `json:"updateStrategy"`
	MaxUnavailable  any           `json:"maxUnavailable"`
	MaxSurge        any           `json:"maxSurge"`
	MinReadySeconds int32         `json:"minReadySeconds"`
	Placing         DaemonPlacing `json:"placing"`
}

// DaemonPlacing is what its pods say of nodes.
type DaemonPlacing struct {
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	Tolerations  []v1.Toleration   `json:"tolerations,omitempty"`
	Affinity     *v1.Affinity      `json:"affinity,omitempty"`
}

// DaemonStep is what holds when the controller looks.
type DaemonStep struct {
	At      float64      `json:"at"`
	Version string       `json:"version"`
	Nodes   []DaemonNode `json:"nodes"`
	Pods    []DaemonPod  `json:"pods"`
	// Creations that the API server admits; nil: all.
	Admitted *int `json:"admitted,omitempty"`
}

// DaemonNode is one of the nodes.
type DaemonNode struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
	Taints []v1.Taint        `json:"taints,omitempty"`
}

// DaemonPod is a pod as the controller sees it.
type DaemonPod struct {
	ID          int     `json:"id"`
	Node        string  `json:"node"`
	Placed      bool    `json:"placed,omitempty"`
	Version     string  `json:"version"`
	Phase       string  `json:"phase"`
	Ready       bool    `json:"ready,omitempty"`
	Available   bool    `json:"available,omitempty"`
	Terminating bool    `json:"terminating,omitempty"`
	CreatedAt   float64 `json:"createdAt"`
}

// Choice is what a look does in any case, and how many it takes of others, of which any may be the ones.
type Choice[T any] struct {
	Always []T `json:"always"`
	Count  int `json:"count"`
	Of     []T `json:"of"`
}

// DaemonDecision is what a look did and left behind.
type DaemonDecision struct {
	Create      Choice[string] `json:"create"`
	Remove      Choice[int]    `json:"remove"`
	Refused     int            `json:"refused"`
	Failed      bool           `json:"failed"`
	Desired     int32          `json:"desired"`
	Current     int32          `json:"current"`
	Misplaced   int32          `json:"misscheduled"`
	Ready       int32          `json:"ready"`
	Updated     int32          `json:"updated"`
	Available   int32          `json:"available"`
	Unavailable int32          `json:"unavailable"`
	Again       *float64       `json:"again,omitempty"`
	// What life goes on with.
	created []string
	removed []int
}

var daemonSets = Controller[DaemonSettings, DaemonStep, DaemonDecision]{
	name: "daemon-set",
	make: func(settings DaemonSettings) func(DaemonStep) DaemonDecision { return newDaemonWorld(settings).look },
	at:   func(step DaemonStep) float64 { return step.At },
	own:  daemonLives,
}

// PodNotes notes what the controller asks of pods, and does none of it.
type podNotes struct {
	controller.PodControlInterface
	lock     sync.Mutex
	admitted *int
	created  []string
	removed  []string
	refused  int
}

func (n *podNotes) CreatePods(_ context.Context, _ string, template *v1.PodTemplateSpec, _ runtime.Object, _ *metav1.OwnerReference) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.admitted != nil && len(n.created) >= *n.admitted {
		n.refused++
		return errors.New("exceeded quota")
	}
	n.created = append(n.created, must(daemonutil.GetTargetNodeName(&v1.Pod{Spec: template.Spec})))
	return nil
}

func (n *podNotes) DeletePod(_ context.Context, _ string, name string, _ runtime.Object) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.removed = append(n.removed, name)
	return nil
}

type daemonWorld struct {
	settings   DaemonSettings
	client     *fake.Clientset
	controller *daemon.DaemonSetsController
	caches     [4]cache.Indexer // sets, pods, revisions, nodes
	queue      *Queue
	begin      time.Time
	version    string
	// Names of revisions by version.
	revisions map[string]string
}

func newDaemonWorld(settings DaemonSettings) *daemonWorld {
	withoutStaleness("StaleControllerConsistencyDaemonSet")
	ctx := context.Background()
	history, labels := int32(1<<31-1), map[string]string{"app": "agent"}
	strategy := apps.DaemonSetUpdateStrategy{Type: apps.DaemonSetUpdateStrategyType(settings.UpdateStrategy)}
	if strategy.Type == apps.RollingUpdateDaemonSetStrategyType {
		strategy.RollingUpdate = &apps.RollingUpdateDaemonSet{
			MaxUnavailable: quantity(settings.MaxUnavailable), MaxSurge: quantity(settings.MaxSurge),
		}
	}
	client := fake.NewSimpleClientset(&apps.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Name: "agent", Namespace: namespace, UID: "agent"},
		Spec: apps.DaemonSetSpec{
			UpdateStrategy: strategy, MinReadySeconds: settings.MinReadySeconds, RevisionHistoryLimit: &history,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: v1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: v1.PodSpec{
					NodeSelector: settings.Placing.NodeSelector, Tolerations: settings.Placing.Tolerations, Affinity: settings.Placing.Affinity,
				},
			},
		},
	})
	factory := informers.NewSharedInformerFactory(client, 0)
	sets, revisions := factory.Apps().V1().DaemonSets(), factory.Apps().V1().ControllerRevisions()
	pods, nodes := factory.Core().V1().Pods(), factory.Core().V1().Nodes()
	backOff := flowcontrol.NewBackOff(time.Second, 15*time.Minute) // as kube-controller-manager has it
	world := &daemonWorld{
		settings: settings, client: client, queue: &Queue{}, revisions: map[string]string{},
		controller: must(daemon.NewDaemonSetsController(ctx, sets, revisions, pods, nodes, client, backOff)),
		caches: [4]cache.Indexer{
			sets.Informer().GetIndexer(), pods.Informer().GetIndexer(), revisions.Informer().GetIndexer(), nodes.Informer().GetIndexer(),
		},
	}
	replace[workqueue.TypedRateLimitingInterface[string]](world.controller, "queue", world.queue)
	return world
}

func quantity(given any) *intstr.IntOrString {
	value := intstr.Parse(fmt.Sprint(given))
	return &value
}

// Where the controller goes through a map, one look more may decide otherwise, and soon does; all that may be chosen turn up in many.
const (
	looksUntilOther = 120
	looksUntilAll   = 250
	// Where few of many are admitted.
	looksUntilRare = 3000
)

func (w *daemonWorld) look(step DaemonStep) DaemonDecision {
	if w.begin.IsZero() {
		w.begin = time.Now()
	}
	w.prepare(step)
	decision := w.once(step)
	w.learnRevisions()
	w.choices(step, &decision)
	return decision
}

func (w *daemonWorld) once(step DaemonStep) DaemonDecision {
	ctx := context.Background()
	notes := &podNotes{admitted: step.Admitted}
	replace[controller.PodControlInterface](w.controller, "podControl", notes)
	w.queue.again = nil
	forgetExpectations(w.controller, klog.Background(), namespace+"/agent")
	err := syncDaemonSet(w.controller, ctx, namespace+"/agent")
	status := must(w.client.AppsV1().DaemonSets(namespace).Get(ctx, "agent", metav1.GetOptions{})).Status
	decision := DaemonDecision{
		Refused: notes.refused, Failed: err != nil, Again: w.queue.again, created: notes.created, removed: []int{},
		Desired: status.DesiredNumberScheduled, Current: status.CurrentNumberScheduled, Misplaced: status.NumberMisscheduled,
		Ready: status.NumberReady, Updated: status.UpdatedNumberScheduled, Available: status.NumberAvailable,
		Unavailable: status.NumberUnavailable,
	}
	for _, name := range notes.removed {
		var id int
		must(fmt.Sscanf(name, "pod-%d", &id))
		decision.removed = append(decision.removed, id)
	}
	slices.Sort(decision.created)
	slices.Sort(decision.removed)
	return decision
}

// Looks again and again, and tells what is always done from what is done now and then.
func (w *daemonWorld) choices(step DaemonStep, first *DaemonDecision) {
	creations, removals := newTally(first.created), newTally(first.removed)
	if w.isFree(step, first) {
		most := looksUntilAll
		if step.Admitted != nil {
			most = looksUntilRare
		}
		for n := range most {
			if n == looksUntilOther && creations.isSame() && removals.isSame() {
				break
			}
			other := w.once(step)
			if len(other.created) != len(first.created) || len(other.removed) != len(first.removed) || other.Refused != first.Refused {
				panic("a look that cannot be repeated")
			}
			creations.add(other.created)
			removals.add(other.removed)
		}
	}
	first.Create, first.Remove = creations.choice(len(first.created)), removals.choice(len(first.removed))
	// Life goes on as if the first of those that are free had been chosen, so that it is the same each time.
	first.created = append(slices.Clone(first.Create.Always), first.Create.Of[:first.Create.Count]...)
	first.removed = append(slices.Clone(first.Remove.Always), first.Remove.Of[:first.Remove.Count]...)
}

// A failed pod is deleted once only; where nothing is done, or all is by the nodes' own need, there is nothing to choose.
func (w *daemonWorld) isFree(step DaemonStep, first *DaemonDecision) bool {
	old := slices.ContainsFunc(step.Pods, func(pod DaemonPod) bool { return pod.Version != step.Version })
	updates := old && w.settings.UpdateStrategy == string(apps.RollingUpdateDaemonSetStrategyType)
	most := max(len(first.created), len(first.removed))
	if most == 0 || !updates && first.Refused == 0 && most < daemon.BurstReplicas {
		return false
	}
	for _, pod := range step.Pods {
		if pod.Phase == "Failed" && slices.Contains(first.removed, pod.ID) {
			return false
		}
	}
	return true
}

type tally[T comparable] struct {
	looks int
	seen  map[T]int
	order []T
}

func newTally[T comparable](what []T) *tally[T] {
	one := &tally[T]{seen: map[T]int{}}
	one.add(what)
	return one
}

func (t *tally[T]) add(what []T) {
	t.looks++
	for _, one := range what {
		if t.seen[one]++; t.seen[one] == 1 {
			t.order = append(t.order, one)
		}
	}
}

func (t *tally[T]) isSame() bool {
	for _, seen := range t.seen {
		if seen < t.looks {
			return false
		}
	}
	return true
}

func (t *tally[T]) choice(size int) Choice[T] {
	choice := Choice[T]{Always: []T{}, Of: []T{}}
	for _, one := range t.order {
		if t.seen[one] == t.looks {
			choice.Always = append(choice.Always, one)
		} else {
			choice.Of = append(choice.Of, one)
		}
	}
	choice.Count = size - len(choice.Always)
	sortAny(choice.Always)
	sortAny(choice.Of)
	return choice
}

func sortAny[T any](list []T) {
	slices.SortFunc(list, func(one, other T) int {
		switch value := any(one).(type) {
		case int:
			return value - any(other).(int)
		case string:
			if value < any(other).(string) {
				return -1
			}
			return 1
		}
		panic("neither a number nor a name")
	})
}

func (w *daemonWorld) learnRevisions() {
	list := must(w.client.AppsV1().ControllerRevisions(namespace).List(context.Background(), metav1.ListOptions{}))
	for i := range list.Items {
		var data struct {
			Spec struct{ Template v1.PodTemplateSpec }
		}
		check(json.Unmarshal(list.Items[i].Data.Raw, &data))
		w.revisions[data.Spec.Template.Spec.Containers[0].Image] = list.Items[i].Labels[apps.DefaultDaemonSetUniqueLabelKey]
		check(w.caches[2].Add(&list.Items[i]))
	}
}

func (w *daemonWorld) prepare(step DaemonStep) {
	ctx := context.Background()
	for _, one := range w.caches {
		check(one.Replace(nil, ""))
	}
	set := must(w.client.AppsV1().DaemonSets(namespace).Get(ctx, "agent", metav1.GetOptions{}))
	if step.Version != w.version {
		set.Generation++ // the API server's part of a change
		w.version = step.Version
	}
	set.Spec.Template.Spec.Containers = []v1.Container{{Name: "agent", Image: step.Version}}
	set = must(w.client.AppsV1().DaemonSets(namespace).Update(ctx, set, metav1.UpdateOptions{}))
	check(w.caches[0].Add(set))
	w.learnRevisions()
	for _, node := range step.Nodes {
		check(w.caches[3].Add(&v1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: node.Name, Labels: node.Labels}, Spec: v1.NodeSpec{Taints: node.Taints},
			Status: v1.NodeStatus{Allocatable: v1.ResourceList{v1.ResourcePods: resource.MustParse("110")}},
		}))
	}
	for _, pod := range step.Pods {
		check(w.caches[1].Add(w.dressed(set, pod)))
	}
}

func (w *daemonWorld) dressed(set *apps.DaemonSet, seen DaemonPod) *v1.Pod {
	name := fmt.Sprintf("pod-%05d", seen.ID)
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, UID: types.UID(name),
			CreationTimestamp: metav1.NewTime(w.begin.Add(seconds(seen.CreatedAt))),
			Labels:            map[string]string{"app": "agent", apps.DefaultDaemonSetUniqueLabelKey: w.revisions[seen.Version]},
			OwnerReferences:   []metav1.OwnerReference{*metav1.NewControllerRef(set, apps.SchemeGroupVersion.WithKind("DaemonSet"))},
		},
		Spec:   v1.PodSpec{Containers: []v1.Container{{Name: "agent", Image: seen.Version}}},
		Status: v1.PodStatus{Phase: v1.PodPhase(seen.Phase)},
	}
	if seen.Placed {
		pod.Spec.NodeName = seen.Node
	} else {
		pod.Spec.Affinity = daemonutil.ReplaceDaemonSetPodNodeNameNodeAffinity(nil, seen.Node)
	}
	if seen.Terminating {
		at := metav1.Now()
		pod.DeletionTimestamp = &at
	}
	if seen.Ready {
		since := time.Now()
		if seen.Available {
			since = since.Add(-time.Duration(w.settings.MinReadySeconds+1) * time.Second)
		}
		pod.Status.Conditions = []v1.PodCondition{{
			Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: metav1.NewTime(since),
		}}
	}
	return pod
}
