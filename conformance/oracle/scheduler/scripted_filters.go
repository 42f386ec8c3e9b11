package main

import (
	v1 "k8s.io/api/core/v1"
)

func nodes(all ...*v1.Node) settings { return settings{Nodes: all} }

func forbidden() []vector {
	no, rather, evicted := v1.TaintEffectNoSchedule, v1.TaintEffectPreferNoSchedule, v1.TaintEffectNoExecute
	return []vector{
		scripted("each effect of a taint, and pods that tolerate one, both, or anything",
			nodes(machine("a", "a", tainted("team", "x", no)), machine("b", "a", tainted("team", "x", evicted)), machine("c", "a", tainted("team", "x", rather)), machine("d", "a", tainted("team", "x", no), tainted("gpu", "", no))),
			coming(workload("nobody", "web"), workload("no-schedule", "web", tolerating(v1.Toleration{Key: "team", Operator: v1.TolerationOpEqual, Value: "x", Effect: no})),
				workload("both", "web", tolerating(v1.Toleration{Key: "team", Operator: v1.TolerationOpExists}, v1.Toleration{Key: "gpu", Operator: v1.TolerationOpExists, Effect: evicted})),
				workload("anything", "web", tolerating(v1.Toleration{Operator: v1.TolerationOpExists})))...),
		scripted("a toleration without an operator is Equal, without a value it equals the empty one",
			nodes(machine("a", "a", tainted("team", "", no)), machine("b", "a", tainted("team", "x", no))),
			coming(workload("one", "web", tolerating(v1.Toleration{Key: "team"})), workload("two", "web", tolerating(v1.Toleration{Key: "team", Value: "x"})), workload("other", "web", tolerating(v1.Toleration{Key: "team", Value: "y"})))...),
		scripted("all nodes are tainted so that only a preference of theirs is left to break",
			nodes(machine("a", "a", tainted("old", "", rather), tainted("slow", "", rather)), machine("b", "a", tainted("old", "", rather)), machine("c", "b", tainted("old", "", rather), tainted("slow", "", rather), tainted("far", "", rather))),
			coming(workload("one", "web"), workload("two", "web", tolerating(v1.Toleration{Key: "old", Operator: v1.TolerationOpExists, Effect: no})),
				workload("three", "web", tolerating(v1.Toleration{Key: "slow", Operator: v1.TolerationOpExists, Effect: rather})))...),
		scripted("a cordoned node takes only pods that tolerate its being unschedulable, until it is open again",
			nodes(machine("a", "a", cordoned), machine("b", "b", cordoned)),
			step{At: 0, Pod: workload("one", "web")},
			step{At: 1, Pod: workload("daemon", "logs", tolerating(v1.Toleration{Key: "node.kubernetes.io/unschedulable", Operator: v1.TolerationOpExists, Effect: no}))},
			step{At: 2, Node: machine("b", "b")}, step{At: 3, Retry: "one"}),
		scripted("a pod that names its node goes there or nowhere",
			nodes(machine("a", "a"), machine("b", "a", sized(200, 200))),
			coming(workload("there", "web", func(p *v1.Pod) { p.Spec.NodeName = "b" }), workload("gone", "web", func(p *v1.Pod) { p.Spec.NodeName = "z" }),
				workload("too-big", "web", asking(150, 100), func(p *v1.Pod) { p.Spec.NodeName = "b" }))...),
		scripted("no nodes at all", nodes(), coming(workload("one", "web"))...),
	}
}

func selected() []vector {
	disks := nodes(machine("a", "a", withLabel("disk", "ssd"), withLabel("generation", "7")), machine("b", "b", withLabel("disk", "hdd"), withLabel("generation", "x")), machine("c", "c", withLabel("generation", "-3")))
	expressions := func(all ...v1.NodeSelectorRequirement) v1.NodeSelectorTerm {
		return v1.NodeSelectorTerm{MatchExpressions: all}
	}
	return []vector{
		scripted("every operator of a node selector", disks,
			coming(workload("in", "web", requiring(where("disk", v1.NodeSelectorOpIn, "hdd", "tape"))), workload("not-in", "web", requiring(where("disk", v1.NodeSelectorOpNotIn, "ssd"))),
				workload("exists", "web", requiring(where("disk", v1.NodeSelectorOpExists))), workload("absent", "web", requiring(where("disk", v1.NodeSelectorOpDoesNotExist))),
				workload("greater", "web", requiring(where("generation", v1.NodeSelectorOpGt, "6"))), workload("less", "web", requiring(where("generation", v1.NodeSelectorOpLt, "7"))),
				workload("none", "web", requiring(where("generation", v1.NodeSelectorOpGt, "7"))))...),
		scripted("terms are alternatives, their expressions are not, and both go with the selector", disks,
			coming(workload("either", "web", requiring(where("disk", v1.NodeSelectorOpIn, "tape"), where("generation", v1.NodeSelectorOpExists))),
				workload("both", "web", requiring(expressions(v1.NodeSelectorRequirement{Key: "disk", Operator: v1.NodeSelectorOpExists}, v1.NodeSelectorRequirement{Key: "generation", Operator: v1.NodeSelectorOpLt, Values: []string{"0"}}))),
				workload("with-selector", "web", selecting("disk", "hdd"), requiring(where("generation", v1.NodeSelectorOpGt, "0"))), workload("selected", "web", selecting("disk", "hdd")))...),
		scripted("a term without expressions is met by no node", disks,
			coming(workload("empty", "web", requiring(v1.NodeSelectorTerm{})), workload("empty-or", "web", requiring(v1.NodeSelectorTerm{}, where("disk", v1.NodeSelectorOpIn, "ssd"))))...),
		scripted("preferences of nodes add up, and count in proportion to the greatest", disks,
			coming(workload("one", "web", preferring(v1.PreferredSchedulingTerm{Weight: 30, Preference: where("disk", v1.NodeSelectorOpExists)}, v1.PreferredSchedulingTerm{Weight: 40, Preference: where("generation", v1.NodeSelectorOpGt, "0")})),
				workload("two", "web", preferring(v1.PreferredSchedulingTerm{Weight: 7, Preference: where("disk", v1.NodeSelectorOpIn, "hdd")}, v1.PreferredSchedulingTerm{Weight: 9, Preference: where(zoneLabel, v1.NodeSelectorOpIn, "c")})),
				workload("none", "web", preferring(v1.PreferredSchedulingTerm{Weight: 100, Preference: where("disk", v1.NodeSelectorOpIn, "tape")})))...),
	}
}

func sidecar(p *v1.Pod) *v1.Container {
	always := v1.ContainerRestartPolicyAlways
	p.Spec.InitContainers = append(p.Spec.InitContainers, v1.Container{Name: "sidecar", RestartPolicy: &always})
	return &p.Spec.InitContainers[len(p.Spec.InitContainers)-1]
}

func sizes() []vector {
	gpu := v1.ResourceName("example.com/gpu")
	initial := func(cpu int64) aboutPod {
		return func(p *v1.Pod) {
			c := v1.Container{Name: "first"}
			c.Resources.Requests = amounts(cpu, 100)
			p.Spec.InitContainers = append(p.Spec.InitContainers, c)
		}
	}
	beside := func(cpu int64) aboutPod {
		return func(p *v1.Pod) { sidecar(p).Resources.Requests = amounts(cpu, 100) }
	}
	return []vector{
		scripted("a request above the whole node cannot be resolved by anybody's going, one above what is left can",
			settings{Nodes: []*v1.Node{machine("small", "a", sized(1000, 8192)), machine("full", "a", sized(4000, 8192))}, Running: []*v1.Pod{workload("old", "db", asking(3500, 100), on("full", 1000))}},
			coming(workload("one", "web", asking(2000, 100)), workload("two", "web", asking(2000, 9000)), workload("three", "web", asking(600, 8150)))...),
		scripted("a pod that asks for nothing needs only a place", nodes(machine("a", "a", sized(100, 100), having(v1.ResourcePods, 2))),
			coming(workload("all", "web", asking(100, 100)), workload("nothing", "web", askingNothing), workload("no-place", "web", askingNothing))...),
		scripted("init containers count by the greediest moment, sidecars run through both, overhead on top", nodes(machine("a", "a", sized(1000, 8192)), machine("b", "b", sized(1300, 8192))),
			coming(workload("greedy-start", "web", asking(100, 100), initial(1100)), workload("sidecar-first", "web", asking(300, 100), beside(300), initial(400)),
				workload("sidecar-last", "web", asking(300, 100), initial(400), beside(300)), workload("overhead", "web", asking(100, 100), func(p *v1.Pod) { p.Spec.Overhead = amounts(250, 50) }))...),
		scripted("resources of other names: who has none, too few, enough", nodes(machine("a", "a"), machine("b", "a", having(gpu, 1)), machine("c", "a", having(gpu, 4))),
			coming(workload("one", "web", askingFor(gpu, 1)), workload("three", "web", askingFor(gpu, 3)), workload("two", "web", askingFor(gpu, 2)), workload("five", "web", askingFor(gpu, 5)), workload("without", "web"))...),
		scripted("disk of the node is a resource, too", nodes(machine("a", "a", having(v1.ResourceEphemeralStorage, 1<<30)), machine("b", "a", having(v1.ResourceEphemeralStorage, 3<<30))),
			coming(workload("one", "web", askingFor(v1.ResourceEphemeralStorage, 2<<30)), workload("two", "web", askingFor(v1.ResourceEphemeralStorage, 2<<30)))...),
	}
}

func ports() []vector {
	tcp, udp := v1.ProtocolTCP, v1.ProtocolUDP
	two := nodes(machine("a", "a"), machine("b", "b"))
	return []vector{
		scripted("host ports: one pod a node, unless the protocol is another", two,
			coming(workload("one", "web", hostPort(80, tcp, "")), workload("two", "web", hostPort(80, tcp, "")), workload("three", "web", hostPort(80, tcp, "")), workload("udp", "web", hostPort(80, udp, "")), workload("other", "web", hostPort(81, tcp, "")))...),
		scripted("host ports of addresses: two may share a port, none with all addresses", nodes(machine("a", "a")),
			coming(workload("one", "web", hostPort(80, tcp, "10.0.0.1")), workload("two", "web", hostPort(80, tcp, "10.0.0.2")), workload("same", "web", hostPort(80, tcp, "10.0.0.1")), workload("all", "web", hostPort(80, tcp, "")), workload("zero", "web", hostPort(80, tcp, "0.0.0.0")))...),
		scripted("a sidecar's host port counts, that of an init container that ends does not", nodes(machine("a", "a")),
			coming(workload("one", "web", func(p *v1.Pod) {
				sidecar(p).Ports = []v1.ContainerPort{{HostPort: 90, ContainerPort: 90, Protocol: tcp}}
				p.Spec.InitContainers = append(p.Spec.InitContainers, v1.Container{Name: "first", Ports: []v1.ContainerPort{{HostPort: 91, ContainerPort: 91, Protocol: tcp}}})
			}), workload("sidecars", "web", hostPort(90, tcp, "")), workload("inits", "web", hostPort(91, tcp, "")))...),
		scripted("the lower pod that holds the host port goes",
			settings{Nodes: two.Nodes, Running: []*v1.Pod{workload("low", "db", hostPort(80, tcp, ""), on("a", 1000), important(1)), workload("high", "db", hostPort(80, tcp, ""), on("b", 1000), important(100))}},
			coming(workload("new", "web", hostPort(80, tcp, ""), important(50)))...),
	}
}
