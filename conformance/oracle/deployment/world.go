package main

import (
	"context"
	"fmt"
	"time"
	_ "unsafe" // for the sync of the controller, which is unexported

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/deployment"
)

//go:linkname syncDeployment k8s.io/kubernetes/pkg/controller/deployment.(*DeploymentController).syncDeployment
func syncDeployment(dc *deployment.DeploymentController, ctx context.Context, key string) error

const namespace = "default"

var labels = map[string]string{"app": "web"}

// World is an API server that holds one Deployment, and the controller whose caches are filled by hand. It is made outside
// the virtual time of its life, since the controller's queue has goroutines that nothing ends.
type World struct {
	client     *fake.Clientset
	controller *deployment.DeploymentController
	caches     [3]cache.Indexer // deployments, replica sets, pods
	begin      time.Time
}

func newWorld(settings Settings) *World {
	ctx := context.Background()
	replicas, history := int32(0), int32(1<<31-1)
	strategy := apps.DeploymentStrategy{Type: apps.DeploymentStrategyType(settings.Strategy)}
	if strategy.Type == apps.RollingUpdateDeploymentStrategyType {
		strategy.RollingUpdate = &apps.RollingUpdateDeployment{
			MaxSurge: quantity(settings.MaxSurge), MaxUnavailable: quantity(settings.MaxUnavailable),
		}
	}
	client := fake.NewClientset(&apps.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: namespace, UID: "web"},
		Spec: apps.DeploymentSpec{
			Replicas: &replicas, Strategy: strategy, RevisionHistoryLimit: &history,
			ProgressDeadlineSeconds: settings.ProgressDeadline,
			Selector:                &metav1.LabelSelector{MatchLabels: labels},
			Template:                v1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}},
		},
	})
	factory := informers.NewSharedInformerFactory(client, 0)
	deployments, sets, pods := factory.Apps().V1().Deployments(), factory.Apps().V1().ReplicaSets(), factory.Core().V1().Pods()
	controller, err := deployment.NewDeploymentController(ctx, deployments, sets, pods, client)
	check(err)
	return &World{client, controller, [3]cache.Indexer{
		deployments.Informer().GetIndexer(), sets.Informer().GetIndexer(), pods.Informer().GetIndexer(),
	}, time.Time{}}
}

func quantity(given any) *intstr.IntOrString {
	var value intstr.IntOrString
	switch of := given.(type) {
	case string:
		value = intstr.FromString(of)
	case int:
		value = intstr.FromInt32(int32(of))
	case float64:
		value = intstr.FromInt32(int32(of))
	default:
		panic(fmt.Sprintf("no number and no percentage: %v", given))
	}
	return &value
}

// The objects as the API server holds them.
func (w *World) held() (*apps.Deployment, []apps.ReplicaSet) {
	ctx := context.Background()
	web, err := w.client.AppsV1().Deployments(namespace).Get(ctx, "web", metav1.GetOptions{})
	check(err)
	sets, err := w.client.AppsV1().ReplicaSets(namespace).List(ctx, metav1.ListOptions{})
	check(err)
	return web, sets.Items
}

func versionOf(set apps.ReplicaSet) string { return set.Spec.Template.Spec.Containers[0].Image }

// Sync sets the scene, lets the controller look at it once, and says what it left.
func (w *World) sync(step Step) Decision {
	if w.begin.IsZero() {
		w.begin = time.Now()
	}
	sleepUntil(w.begin, step.At)
	w.prepare(step)
	check(syncDeployment(w.controller, context.Background(), namespace+"/web"))
	web, sets := w.held()
	decision := Decision{
		Sets: map[string]int32{}, Replicas: web.Status.Replicas, Updated: web.Status.UpdatedReplicas,
		Ready: web.Status.ReadyReplicas, Available: web.Status.AvailableReplicas, Unavailable: web.Status.UnavailableReplicas,
	}
	for _, condition := range web.Status.Conditions {
		switch condition.Type {
		case apps.DeploymentAvailable:
			decision.Minimum = condition.Status == v1.ConditionTrue
		case apps.DeploymentProgressing:
			decision.Progressing = string(condition.Status) + " " + condition.Reason
		}
	}
	for _, set := range sets {
		decision.Sets[versionOf(set)] = *set.Spec.Replicas
		if set.UID == "" { // the API server's part of a creation
			set.UID = types.UID(set.Name)
			set.CreationTimestamp = metav1.Now()
			w.update(&set)
		}
	}
	return decision
}

func (w *World) update(set *apps.ReplicaSet) {
	_, err := w.client.AppsV1().ReplicaSets(namespace).Update(context.Background(), set, metav1.UpdateOptions{})
	check(err)
}

func (w *World) prepare(step Step) {
	web, sets := w.held()
	replicas := step.Replicas
	web.Spec.Replicas, web.Spec.Paused = &replicas, step.Paused
	web.Spec.Template.Spec.Containers = []v1.Container{{Name: "web", Image: step.Version}}
	_, err := w.client.AppsV1().Deployments(namespace).Update(context.Background(), web, metav1.UpdateOptions{})
	check(err)
	for _, one := range w.caches {
		check(one.Replace(nil, ""))
	}
	check(w.caches[0].Add(web))
	for i := range sets {
		set := &sets[i]
		found := step.Sets[versionOf(*set)]
		set.Status = apps.ReplicaSetStatus{Replicas: found.Replicas, ReadyReplicas: found.Ready, AvailableReplicas: found.Available}
		w.update(set)
		check(w.caches[1].Add(set))
		for n := range found.Replicas + found.Terminating {
			check(w.caches[2].Add(&v1.Pod{
				ObjectMeta: metav1.ObjectMeta{
					Name: fmt.Sprintf("%s-%d", set.Name, n), Namespace: namespace, Labels: set.Spec.Selector.MatchLabels,
					OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, apps.SchemeGroupVersion.WithKind("ReplicaSet"))},
				},
				Status: v1.PodStatus{Phase: v1.PodRunning},
			}))
		}
	}
}
