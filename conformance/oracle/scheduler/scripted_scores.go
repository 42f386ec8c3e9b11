package main

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
)

func strategy(kind config.ScoringStrategyType, about ...func(*fit)) *fit {
	s := &fit{Type: string(kind), Resources: []weighted{{"cpu", 1}, {"memory", 1}}}
	for _, change := range about {
		change(s)
	}
	return s
}

func scores() []vector {
	uneven := []*v1.Node{machine("small", "a", sized(1000, 1024)), machine("wide", "a", sized(8000, 2048)), machine("tall", "b", sized(1000, 32768)), machine("large", "c", sized(7919, 30011))}
	busy := []*v1.Pod{workload("r1", "db", asking(700, 100), on("small", 1000)), workload("r2", "db", askingNothing, on("wide", 1000)), workload("r3", "db", asking(333, 9999), on("tall", 1000))}
	gpu := v1.ResourceName("example.com/gpu")
	with := func(fit *fit) settings {
		return settings{Nodes: uneven, Running: busy, Fit: fit}
	}
	three := coming(workload("one", "web", asking(123, 456)), workload("nothing", "web", askingNothing), workload("cpu", "web", func(p *v1.Pod) {
		p.Spec.Containers[0].Resources.Requests = v1.ResourceList{"cpu": amounts(250, 0)["cpu"]}
	}))
	shape := func(points ...point) func(*fit) { return func(s *fit) { s.Shape = points } }
	weights := func(cpu, memory int64) func(*fit) {
		return func(s *fit) { s.Resources[0].Weight, s.Resources[1].Weight = cpu, memory }
	}
	extended := settings{Nodes: []*v1.Node{machine("a", "a", having(gpu, 2)), machine("b", "a", having(gpu, 8)), machine("c", "b")},
		Fit: strategy(config.MostAllocated, func(s *fit) {
			s.Resources = append(s.Resources, weighted{string(gpu), 5})
		})}
	return []vector{
		scripted("least allocated, in whole numbers; what asks for nothing counts as 100m and 200 MiB", with(nil), three...),
		scripted("most allocated", with(strategy(config.MostAllocated)), three...),
		scripted("most allocated by memory", with(strategy(config.MostAllocated, weights(1, 7))), three...),
		scripted("the requested share on a broken line", with(strategy(config.RequestedToCapacityRatio, shape(point{0, 10}, point{40, 3}, point{100, 0}))), three...),
		scripted("the requested share upwards, one resource worth nothing", with(strategy(config.RequestedToCapacityRatio, shape(point{10, 0}, point{90, 10}), weights(3, 2))), three...),
		scripted("an extended resource in the score: only for those who ask for it", extended,
			coming(workload("one", "web", askingFor(gpu, 1)), workload("two", "web", askingFor(gpu, 2)), workload("none", "web"))...),
		scripted("balance: a pod that evens out CPU and memory is drawn to where it does", settings{Nodes: []*v1.Node{machine("cpu-full", "a"), machine("memory-full", "a"), machine("even", "a")},
			Running: []*v1.Pod{workload("r1", "db", asking(3000, 100), on("cpu-full", 1000)), workload("r2", "db", asking(100, 6000), on("memory-full", 1000)), workload("r3", "db", asking(1500, 3072), on("even", 1000))}},
			coming(workload("cpu", "web", asking(800, 10)), workload("memory", "web", asking(10, 1500)))...),
		scripted("equal scores: the first of the heap, not always the first of the list", settings{Nodes: []*v1.Node{machine("full", "a"), machine("b", "a"), machine("c", "a"), machine("d", "a"), machine("e", "a"), machine("f", "a")},
			Running: []*v1.Pod{workload("r1", "db", asking(3000, 6000), on("full", 1000))}}, webs(7)...),
	}
}

func images() []vector {
	big, small, tagged := "registry.example/big:1", "small:1", "registry.example:5000/tagless:latest"
	four := []*v1.Node{machine("a", "a", holding(big, 900), holding(tagged, 300)), machine("b", "a", holding(big, 900), holding(small, 10)), machine("c", "b", holding(small, 10), holding(tagged, 300)), machine("d", "c")}
	two := func(p *v1.Pod) {
		p.Spec.Containers = append(p.Spec.Containers, v1.Container{Name: "second", Image: tagged})
	}
	first := func(p *v1.Pod) {
		p.Spec.InitContainers = append(p.Spec.InitContainers, v1.Container{Name: "first", Image: big})
	}
	return []vector{
		scripted("an image draws by its size and the share of nodes that have it; one without a tag is the latest", settings{Nodes: four},
			coming(workload("big", "web", image(big)), workload("small", "web", image(small)), workload("tagless", "web", image("registry.example:5000/tagless")), workload("unknown", "web", image("other:2")))...),
		scripted("images of several containers add up, and so does what counts as most", settings{Nodes: four},
			coming(workload("two", "web", image(big), two), workload("init", "web", image(small), first), workload("same-twice", "web", image(tagged), two))...),
	}
}
