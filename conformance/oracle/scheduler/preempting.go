package main

import (
	"fmt"
	"math/rand"
	"time"

	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Full nodes of pods of all priorities, and pods that come for which others have to go. Starts and sizes are few, so
// that there are ties; every fourth situation has room that is only partly taken, and every third has victims that stay a while.
func preempting() (vectors []vector) {
	for seed := range 170 {
		random := rand.New(rand.NewSource(int64(1000 + seed)))
		count := 1 + random.Intn(8)
		v := vector{Controller: "scheduler", Version: "kubernetes v1.36.2", License: "Apache-2.0", Origin: "seeded",
			Name: fmt.Sprintf("preemption on %d nodes, seed %d", count, seed)}
		v.Settings.Running = []*v1.Pod{}
		for i := range count {
			n := node(random, i)
			n.Status.Allocatable = amounts(2000, 8192)
			n.Status.Allocatable[v1.ResourcePods] = *resource.NewQuantity(pick[int64](random, 4, 30), resource.DecimalSI)
			v.Settings.Nodes = append(v.Settings.Nodes, n)
			left := int64(2000)
			for k := 0; left >= 250 && k < 4; k++ {
				cpu := pick[int64](random, 250, 500, 1000)
				if cpu > left || seed%4 == 3 && chance(random, 30) {
					continue
				}
				left -= cpu
				v.Settings.Running = append(v.Settings.Running, running(random, fmt.Sprintf("run-%d-%d", i, k), n.Name, cpu, seed%3 == 2))
			}
		}
		v.Settings.Budgets = budgets(random)
		names := []string{}
		for i := range 7 {
			if len(names) > 0 && chance(random, 30) {
				v.Script = append(v.Script, step{At: i, Retry: pick(random, names...)})
				continue
			}
			p := pod(random, i)
			if !chance(random, 25) {
				p.Spec.Affinity = nil
			}
			if !chance(random, 25) {
				p.Spec.TopologySpreadConstraints = nil
			}
			p.Spec.Containers[0].Resources.Requests = amounts(pick[int64](random, 250, 500, 1000, 1500), 100)
			priority(random, p)
			if chance(random, 8) {
				never := v1.PreemptNever
				p.Spec.PreemptionPolicy = &never
			}
			names = append(names, p.Name)
			v.Script = append(v.Script, step{At: i, Pod: p})
		}
		vectors = append(vectors, retriesOfWaiting(v))
	}
	return vectors
}

func priority(random *rand.Rand, p *v1.Pod) {
	value := pick[int32](random, -10, 0, 0, 5, 100, 1000)
	p.Spec.Priority = &value
}

func running(random *rand.Rand, name, node string, cpu int64, lingers bool) *v1.Pod {
	p := &v1.Pod{}
	p.Name, p.Namespace, p.UID = name, "default", types.UID(name)
	if !chance(random, 10) {
		p.Labels = map[string]string{"app": pick(random, apps...)}
	}
	container := v1.Container{Name: "main"}
	container.Resources.Requests = amounts(cpu, 100)
	p.Spec.Containers = []v1.Container{container}
	p.Spec.NodeName = node
	priority(random, p)
	start := meta.NewTime(time.Unix(pick[int64](random, 1000, 2000, 3000), 0).UTC())
	p.Status.StartTime = &start
	if lingers && chance(random, 60) {
		grace := int64(30)
		p.Spec.TerminationGracePeriodSeconds = &grace
	}
	if chance(random, 5) {
		p.Spec.Affinity = affinity(random)
	}
	return p
}

func budgets(random *rand.Rand) (all []*policy.PodDisruptionBudget) {
	for _, app := range apps {
		if !chance(random, 50) {
			continue
		}
		b := &policy.PodDisruptionBudget{}
		b.Name, b.Namespace = app, pick(random, "default", "default", "default", "other")
		b.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}
		b.Status.DisruptionsAllowed = pick[int32](random, 0, 0, 1, 2)
		if chance(random, 20) {
			b.Status.DisruptedPods = map[string]meta.Time{"run-0-0": {}, "run-1-1": {}}
		}
		all = append(all, b)
	}
	return all
}

// A pod can be tried again only while it waits: which ones do is known when the situation has been played so far.
func retriesOfWaiting(v vector) vector {
	script := v.Script
	v.Script = nil
	for _, next := range script {
		if next.Retry != "" && !waits(v, next.Retry) {
			continue
		}
		v.Script = append(v.Script, next)
	}
	return v
}

func waits(v vector, name string) bool {
	waiting := false
	for i, answer := range play(quiet, v) {
		if step := v.Script[i]; step.Retry == name || step.Pod != nil && step.Pod.Name == name {
			waiting = answer.Node == ""
		}
	}
	return waiting
}
