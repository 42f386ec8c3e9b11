package main

import (
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A pod of so much CPU on a node.
func resident(name, app, node string, cpu int64, priority int32, second int64, about ...aboutPod) *v1.Pod {
	return workload(name, app, append([]aboutPod{asking(cpu, 100), important(priority), on(node, second)}, about...)...)
}

func preemptions1() []vector {
	two := []*v1.Node{machine("a", "a", sized(2000, 8192)), machine("b", "b", sized(2000, 8192))}
	given := func(budgets []*policy.PodDisruptionBudget, pods ...*v1.Pod) settings {
		return settings{Nodes: two, Running: pods, Budgets: budgets}
	}
	asks := func(cpu int64, priority int32, about ...aboutPod) []step {
		return coming(workload("new", "web", append([]aboutPod{asking(cpu, 100), important(priority)}, about...)...))
	}
	counted := budget("db", 0)
	counted.Status.DisruptedPods = map[string]meta.Time{"a1": {}}
	elsewhere := budget("db", 0)
	elsewhere.Namespace = "other"
	everybody := budget("all", 0)
	everybody.Spec.Selector = &meta.LabelSelector{}
	never := v1.PreemptNever
	return []vector{
		scripted("the node whose greatest victim matters least", given(nil, resident("a1", "db", "a", 2000, 5, 1000), resident("b1", "db", "b", 1000, 1, 1000), resident("b2", "db", "b", 1000, 4, 1000)), asks(2000, 10)...),
		scripted("fewer broken budgets go before lower victims", given([]*policy.PodDisruptionBudget{budget("db", 0)}, resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "api", "b", 2000, 8, 1000)), asks(2000, 10)...),
		scripted("a budget that allows one is broken by the second", given([]*policy.PodDisruptionBudget{budget("db", 1)}, resident("a1", "db", "a", 1000, 1, 1000), resident("a2", "db", "a", 1000, 1, 2000), resident("b1", "db", "b", 1000, 1, 1000), resident("b2", "api", "b", 1000, 1, 2000)), asks(2000, 10)...),
		scripted("pods of broken budgets are spared first", given([]*policy.PodDisruptionBudget{budget("db", 0)}, resident("a1", "db", "a", 1000, 1, 2000), resident("a2", "api", "a", 1000, 5, 1000), resident("b1", "db", "b", 2000, 20, 1000)), asks(1000, 10)...),
		scripted("a pod whose eviction the budget has counted is free", given([]*policy.PodDisruptionBudget{counted}, resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "db", "b", 2000, 1, 1000)), asks(2000, 10)...),
		scripted("budgets of other namespaces, of everybody, and pods without labels", given([]*policy.PodDisruptionBudget{elsewhere, everybody}, resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "", "b", 2000, 1, 2000)), asks(2000, 10)...),
		scripted("a smaller sum of priorities, then fewer pods, and negative ones count as some", given(nil, resident("a1", "db", "a", 1000, -10, 1000), resident("a2", "db", "a", 1000, -10, 1000), resident("b1", "db", "b", 2000, -10, 1000)), asks(2000, 0)...),
		scripted("of equal nodes the one whose most important victim started last", given(nil, resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "db", "b", 2000, 1, 2000)), asks(2000, 10)...),
		scripted("the start of the highest victims alone counts", given(nil, resident("a1", "db", "a", 1000, 3, 2000), resident("a2", "db", "a", 1000, 1, 9000), resident("b1", "db", "b", 1000, 3, 1000), resident("b2", "db", "b", 1000, 1, 9999)), asks(2000, 10)...),
		scripted("on a node the most important are spared, of equals the older", given(nil, resident("a1", "db", "a", 500, 1, 1000), resident("a2", "db", "a", 500, 1, 3000), resident("a3", "db", "a", 500, 1, 2000), resident("a4", "db", "a", 500, 2, 9000), resident("b1", "db", "b", 2000, 50, 1000)), asks(1000, 10)...),
		scripted("who may not preempt waits", given(nil, resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "db", "b", 2000, 1, 1000)), asks(2000, 10, func(p *v1.Pod) { p.Spec.PreemptionPolicy = &never })...),
		scripted("equals do not preempt each other", given(nil, resident("a1", "db", "a", 2000, 10, 1000), resident("b1", "db", "b", 2000, 11, 1000)), asks(2000, 10)...),
		scripted("no victim helps against a selector, a taint or a node that is too small", settings{Running: []*v1.Pod{resident("a1", "db", "a", 500, 1, 1000), resident("c1", "db", "c", 4000, 1, 1000)},
			Nodes: []*v1.Node{machine("a", "a", sized(500, 8192), withLabel("disk", "ssd")), machine("b", "b"), machine("c", "c", withLabel("disk", "ssd"), tainted("x", "", v1.TaintEffectNoSchedule))}}, asks(1000, 10, selecting("disk", "ssd"))...),
	}
}

func preemptions2() []vector {
	two := []*v1.Node{machine("a", "a", sized(2000, 8192)), machine("b", "b", sized(2000, 8192))}
	asked := func(name string, cpu int64, priority int32, about ...aboutPod) *v1.Pod {
		return workload(name, "web", append([]aboutPod{asking(cpu, 100), important(priority)}, about...)...)
	}
	full := []*v1.Pod{resident("a1", "db", "a", 2000, 1, 1000, lingering), resident("b1", "db", "b", 2000, 50, 1000)}
	idle := []*v1.Pod{resident("idle", "idle", "a", 100, 100, 1000)}
	return []vector{
		scripted("the room that is made is not for lower pods, and a higher one takes it", settings{Nodes: two, Running: full},
			step{At: 0, Pod: asked("new", 2000, 10)}, step{At: 1, Gone: "a1"}, step{At: 2, Pod: asked("low", 500, 5)}, step{At: 3, Pod: asked("same", 500, 10)},
			step{At: 4, Pod: asked("high", 500, 20)}, step{At: 5, Retry: "new"}, step{At: 6, Retry: "low"}),
		scripted("who waits for victims to end takes no others away meanwhile", settings{Nodes: two, Running: full},
			step{At: 0, Pod: asked("new", 2000, 10)}, step{At: 1, Retry: "new"}, step{At: 2, Gone: "a1"}, step{At: 3, Retry: "new"}),
		scripted("a higher pod takes the nomination of a lower one", settings{Nodes: two, Running: full},
			step{At: 0, Pod: asked("new", 2000, 10)}, step{At: 1, Pod: asked("higher", 2000, 40)}, step{At: 2, Gone: "a1"}, step{At: 3, Retry: "new"}, step{At: 4, Retry: "higher"}),
		scripted("a nominated pod's node is looked at first and alone", settings{Nodes: two, Running: idle, Waiting: []*v1.Pod{asked("first", 1500, 10, nominatedFor("b"))}},
			step{At: 0, Pod: asked("other", 1000, 10)}, step{At: 1, Pod: asked("lower", 1000, 1)}, step{At: 2, Retry: "first"}),
		scripted("a nomination counts as company only when it also would fit without", settings{Nodes: two, Running: idle, Waiting: []*v1.Pod{workload("db", "db", important(10), nominatedFor("b"))}},
			coming(asked("near", 100, 1, together(near("db", zoneLabel))), asked("far", 100, 1, apart(near("db", zoneLabel))), asked("far-higher", 100, 20, apart(near("db", zoneLabel))))...),
		scripted("whoever keeps the pod away goes, and only they", settings{Nodes: two, Running: []*v1.Pod{resident("a1", "db", "a", 100, 1, 1000), resident("a2", "api", "a", 100, 1, 1000), resident("b1", "db", "b", 100, 50, 1000)}},
			coming(asked("new", 100, 10, apart(near("db", zoneLabel))))...),
		scripted("whoever wishes not to be near the pod goes", settings{Nodes: two, Running: []*v1.Pod{resident("a1", "db", "a", 100, 1, 1000, apart(near("web", zoneLabel))), resident("b1", "db", "b", 100, 50, 1000, apart(near("web", zoneLabel)))}},
			coming(asked("new", 100, 10))...),
		scripted("one cannot take away those that the pod must be near", settings{Nodes: two, Running: []*v1.Pod{resident("a1", "db", "a", 2000, 1, 1000), resident("b1", "api", "b", 2000, 50, 1000)}},
			coming(asked("new", 500, 10, together(near("db", zoneLabel))))...),
		scripted("too many pods: one place is enough", settings{Nodes: []*v1.Node{machine("a", "a", having(v1.ResourcePods, 2))}, Running: []*v1.Pod{resident("a1", "db", "a", 100, 1, 2000), resident("a2", "db", "a", 100, 1, 1000)}},
			coming(asked("new", 100, 10))...),
	}
}

func allScripted() (all []vector) {
	for _, some := range [][]vector{forbidden(), selected(), sizes(), ports(), neighbours(), relatives(), wishes(), spreads(), spreadWishes(),
		rotations(), scores(), images(), preemptions1(), preemptions2()} {
		all = append(all, some...)
	}
	return all
}
