package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "unsafe" // for the sync of the controller, which is unexported

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	core "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

//go:linkname syncSet k8s.io/kubernetes/pkg/controller/statefulset.(*StatefulSetController).sync
func syncSet(ssc *statefulset.StatefulSetController, ctx context.Context, key string) error

const namespace = "default"

var labels = map[string]string{"app": "web"}

// World is an API server that holds one StatefulSet, and the controller whose caches are filled by hand.
type World struct {
	settings   Settings
	client     *fake.Clientset
	controller *statefulset.StatefulSetController
	caches     [3]cache.Indexer // sets, pods, revisions
	begin      time.Time
	// Names of revisions by version.
	revisions map[string]string
}

func newWorld(settings Settings) *World {
	ctx := context.Background()
	strategy := apps.StatefulSetUpdateStrategy{Type: apps.StatefulSetUpdateStrategyType(settings.UpdateStrategy)}
	check(utilfeature.DefaultMutableFeatureGate.Set(fmt.Sprintf("MaxUnavailableStatefulSet=%t", settings.MaxUnavailable != nil)))
	replicas, history, partition := int32(0), int32(1<<31-1), int32(0)
	if strategy.Type == apps.RollingUpdateStatefulSetStrategyType {
		strategy.RollingUpdate = &apps.RollingUpdateStatefulSetStrategy{Partition: &partition}
		if settings.MaxUnavailable != nil {
			strategy.RollingUpdate.MaxUnavailable = quantity(settings.MaxUnavailable)
		}
	}
	client := fake.NewClientset(&apps.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: namespace, UID: "web"},
		Spec: apps.StatefulSetSpec{
			Replicas: &replicas, RevisionHistoryLimit: &history, ServiceName: "web", UpdateStrategy: strategy,
			PodManagementPolicy: apps.PodManagementPolicyType(settings.PodManagementPolicy),
			MinReadySeconds:     settings.MinReadySeconds,
			Selector:            &metav1.LabelSelector{MatchLabels: labels},
			Template:            v1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}},
		},
	})
	factory := informers.NewSharedInformerFactory(client, 0)
	sets, pods, revisions := factory.Apps().V1().StatefulSets(), factory.Core().V1().Pods(), factory.Apps().V1().ControllerRevisions()
	claims := factory.Core().V1().PersistentVolumeClaims()
	controller := statefulset.NewStatefulSetController(ctx, pods, sets, claims, revisions, client)
	return &World{settings, client, controller, [3]cache.Indexer{
		sets.Informer().GetIndexer(), pods.Informer().GetIndexer(), revisions.Informer().GetIndexer(),
	}, time.Time{}, map[string]string{}}
}

func quantity(given any) *intstr.IntOrString {
	value := intstr.Parse(fmt.Sprint(given))
	return &value
}

func (w *World) set() *apps.StatefulSet {
	return must(w.client.AppsV1().StatefulSets(namespace).Get(context.Background(), "web", metav1.GetOptions{}))
}

// Sync sets the scene, lets the controller look at it once, and says what it did.
func (w *World) sync(step Step) Decision {
	if w.begin.IsZero() {
		w.begin = time.Now()
	}
	sleepUntil(w.begin, step.At)
	w.prepare(step)
	w.client.ClearActions()
	check(syncSet(w.controller, context.Background(), namespace+"/web"))
	w.learnRevisions()
	decision := Decision{Create: map[int]string{}, Delete: []int{}}
	for _, action := range w.client.Actions() {
		if action.GetResource().Resource != "pods" {
			continue
		}
		switch of := action.(type) {
		case core.CreateAction:
			pod := of.GetObject().(*v1.Pod)
			if action.GetVerb() == "create" {
				decision.Create[ordinalOf(pod.Name)] = w.versionOf(pod.Labels[apps.ControllerRevisionHashLabelKey])
			}
		case core.DeleteAction:
			decision.Delete = append(decision.Delete, ordinalOf(of.GetName()))
		}
	}
	slices.SortFunc(decision.Delete, func(one, two int) int { return two - one }) // a parallel set deletes in any order
	status := w.set().Status
	decision.Replicas, decision.Ready, decision.Available = status.Replicas, status.ReadyReplicas, status.AvailableReplicas
	decision.Current, decision.Updated = status.CurrentReplicas, status.UpdatedReplicas
	decision.CurrentVersion, decision.UpdateVersion = w.versionOf(status.CurrentRevision), w.versionOf(status.UpdateRevision)
	return decision
}

func ordinalOf(name string) int { return must(strconv.Atoi(name[strings.LastIndex(name, "-")+1:])) }

func (w *World) versionOf(revision string) string {
	for version, name := range w.revisions {
		if name == revision {
			return version
		}
	}
	return ""
}

func (w *World) learnRevisions() {
	list := must(w.client.AppsV1().ControllerRevisions(namespace).List(context.Background(), metav1.ListOptions{}))
	for i := range list.Items {
		var data struct {
			Spec struct{ Template v1.PodTemplateSpec }
		}
		check(json.Unmarshal(list.Items[i].Data.Raw, &data))
		w.revisions[data.Spec.Template.Spec.Containers[0].Image] = list.Items[i].Name
	}
}

func (w *World) prepare(step Step) {
	ctx := context.Background()
	for _, one := range w.caches {
		check(one.Replace(nil, ""))
	}
	set, replicas, partition := w.set(), step.Replicas, step.Partition
	set.Generation++ // the API server's part of a change
	set.Spec.Replicas = &replicas
	set.Spec.Template.Spec.Containers = []v1.Container{{Name: "web", Image: step.Version}}
	if set.Spec.UpdateStrategy.RollingUpdate != nil {
		set.Spec.UpdateStrategy.RollingUpdate.Partition = &partition
	}
	set = must(w.client.AppsV1().StatefulSets(namespace).Update(ctx, set, metav1.UpdateOptions{}))
	check(w.caches[0].Add(set))
	revisions := must(w.client.AppsV1().ControllerRevisions(namespace).List(ctx, metav1.ListOptions{}))
	for i := range revisions.Items {
		check(w.caches[2].Add(&revisions.Items[i]))
	}
	pods := must(w.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{}))
	for i := range pods.Items {
		check(w.client.Tracker().Delete(v1.SchemeGroupVersion.WithResource("pods"), namespace, pods.Items[i].Name))
	}
	for ordinal, now := range step.Pods {
		pod := w.podOf(set, ordinal, now)
		check(w.client.Tracker().Add(pod))
		check(w.caches[1].Add(pod))
	}
}

func (w *World) podOf(set *apps.StatefulSet, ordinal int, now PodNow) *v1.Pod {
	name := fmt.Sprintf("web-%d", ordinal)
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace,
			Labels: map[string]string{
				"app": "web", apps.StatefulSetPodNameLabel: name, apps.PodIndexLabel: strconv.Itoa(ordinal),
				apps.ControllerRevisionHashLabelKey: w.revisions[now.Version],
			},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, apps.SchemeGroupVersion.WithKind("StatefulSet"))},
		},
		Spec:   v1.PodSpec{Hostname: name, Subdomain: "web", Containers: []v1.Container{{Name: "web", Image: now.Version}}},
		Status: v1.PodStatus{Phase: v1.PodPhase(now.Phase)},
	}
	if now.Terminating {
		at := metav1.Now()
		pod.DeletionTimestamp = &at
		pod.Finalizers = []string{"kubelet/test"} // else the tracker takes it for gone
	}
	condition := v1.PodCondition{Type: v1.PodReady, Status: v1.ConditionFalse}
	if now.Ready {
		condition.Status, condition.LastTransitionTime = v1.ConditionTrue, metav1.Now()
		if now.Available {
			long := time.Duration(w.settings.MinReadySeconds+1) * time.Second
			condition.LastTransitionTime = metav1.NewTime(time.Now().Add(-long))
		}
	}
	pod.Status.Conditions = []v1.PodCondition{condition}
	return pod
}
