package main

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func honouring(affinity, taints v1.NodeInclusionPolicy) func(*v1.TopologySpreadConstraint) {
	return func(c *v1.TopologySpreadConstraint) {
		if affinity != "" {
			c.NodeAffinityPolicy = &affinity
		}
		if taints != "" {
			c.NodeTaintsPolicy = &taints
		}
	}
}

func alikeIn(keys ...string) func(*v1.TopologySpreadConstraint) {
	return func(c *v1.TopologySpreadConstraint) { c.MatchLabelKeys = keys }
}

func webs(count int, about ...aboutPod) []step {
	return coming(copies(count, "web", func(name string) *v1.Pod { return workload(name, "web", about...) })...)
}

func spreads() []vector {
	zones := []*v1.Node{machine("a1", "a"), machine("a2", "a"), machine("b1", "b"), machine("c1", "c")}
	only := func(all ...*v1.Pod) settings { return settings{Nodes: zones, Running: all} }
	marked := []*v1.Node{machine("a", "a", withLabel("disk", "ssd")), machine("b", "b", withLabel("disk", "ssd")), machine("c", "c"), machine("d", "d", withLabel("disk", "ssd"), tainted("team", "x", v1.TaintEffectNoSchedule))}
	ssd := selecting("disk", "ssd")
	honor, ignore := v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyIgnore
	empty := func(c *v1.TopologySpreadConstraint) { c.LabelSelector = &meta.LabelSelector{} }
	missing := func(c *v1.TopologySpreadConstraint) { c.LabelSelector = nil }
	version := func(name, hash string) *v1.Pod {
		return workload(name, "web", labelled("pod-template-hash", hash), spread("web", zoneLabel, 1, alikeIn("pod-template-hash")))
	}
	return []vector{
		scripted("a spread over zones that must hold", settings{Nodes: zones}, webs(7, spread("web", zoneLabel, 1))...),
		scripted("a spread over nodes of skew 2", settings{Nodes: zones}, webs(7, spread("web", hostLabel, 2))...),
		scripted("over zones and over nodes at once", settings{Nodes: zones}, webs(7, spread("web", zoneLabel, 1), spread("web", hostLabel, 1))...),
		scripted("fewer zones than minDomains: the emptiest counts as 0", settings{Nodes: zones}, webs(6, spread("web", zoneLabel, 1, domains(5)))...),
		scripted("as many zones as minDomains", settings{Nodes: zones}, webs(6, spread("web", zoneLabel, 1, domains(3)))...),
		scripted("minDomains counts only zones that the pod's affinity admits", settings{Nodes: marked}, webs(6, ssd, tolerating(v1.Toleration{Operator: v1.TolerationOpExists}), spread("web", zoneLabel, 2, domains(4)))...),
		scripted("nodes that the selector excludes are not counted", settings{Nodes: marked}, webs(6, ssd, spread("web", zoneLabel, 1))...),
		scripted("unless nodeAffinityPolicy says Ignore: then they are the emptiest", settings{Nodes: marked}, webs(4, ssd, spread("web", zoneLabel, 1, honouring(ignore, "")))...),
		scripted("tainted nodes count as the emptiest", settings{Nodes: marked}, webs(5, spread("web", zoneLabel, 1))...),
		scripted("unless nodeTaintsPolicy says Honor", settings{Nodes: marked}, webs(7, spread("web", zoneLabel, 1, honouring("", honor)))...),
		scripted("both policies, required affinity and a wish to spread", settings{Nodes: marked},
			webs(6, requiring(where("disk", v1.NodeSelectorOpExists)), spread("web", zoneLabel, 1, anyway, honouring(honor, honor)))...),
		scripted("each version is spread by itself: matchLabelKeys", settings{Nodes: zones},
			coming(version("old-a", "1"), version("old-b", "1"), version("new-a", "2"), version("new-b", "2"), version("new-c", "2"), version("new-d", "2"), version("old-c", "1"), workload("plain", "web", spread("web", zoneLabel, 1, alikeIn("pod-template-hash"))))...),
		scripted("a node without the zone's label takes none", settings{Nodes: append([]*v1.Node{machine("none", "")}, zones[:2]...)}, webs(4, spread("web", zoneLabel, 1))...),
		scripted("neither pods on their way out nor those of other namespaces count",
			only(workload("dying", "web", on("b1", 1000), dying), workload("other", "web", namespaced("other"), on("c1", 1000)), workload("one", "web", on("a1", 1000))), webs(5, spread("web", zoneLabel, 1))...),
		scripted("a pod that its own constraint does not select", only(workload("one", "web", on("a1", 1000)), workload("two", "web", on("a2", 1000))),
			coming(workload("api", "api", spread("web", zoneLabel, 1)), workload("api-2", "api", spread("web", zoneLabel, 2)))...),
		scripted("a selector that is empty counts nobody, a missing one selects nobody", only(workload("one", "web", on("a1", 1000))),
			append(webs(3, spread("web", zoneLabel, 1, empty)), step{At: 5, Pod: workload("x", "web", spread("web", zoneLabel, 1, missing))})...),
		scripted("whoever is in the way of a spread goes", only(workload("low-a", "web", on("a1", 1000), important(-5)), workload("low-b", "web", on("a2", 2000), important(-5))),
			coming(workload("new", "web", important(10), selecting(zoneLabel, "a"), spread("web", zoneLabel, 1)))...),
	}
}

func spreadWishes() []vector {
	zones := []*v1.Node{machine("a1", "a"), machine("a2", "a"), machine("b1", "b"), machine("c1", "c"), machine("none", "")}
	crowd := []*v1.Pod{workload("w1", "web", on("a1", 1000)), workload("w2", "web", on("a1", 1000)), workload("w3", "web", on("a2", 1000)), workload("w4", "web", on("b1", 1000)), workload("x", "web", namespaced("other"), on("c1", 1000))}
	given := settings{Nodes: zones, Running: crowd}
	served := func(all ...*v1.Service) settings {
		return settings{Nodes: zones, Running: crowd, Services: all}
	}
	return []vector{
		scripted("a wish to spread over zones: a node without the label scores 0", given, webs(3, spread("web", zoneLabel, 1, anyway))...),
		scripted("a wish to spread over nodes counts each node's own", given, webs(3, spread("web", hostLabel, 1, anyway))...),
		scripted("two wishes with different skews", given, webs(4, spread("web", zoneLabel, 1, anyway), spread("web", hostLabel, 5, anyway))...),
		scripted("a wish and a must", given, webs(4, spread("web", zoneLabel, 2), spread("web", hostLabel, 1, anyway))...),
		scripted("pods of a Service are spread by default, by node more than by zone", served(service("web", "default", map[string]string{"app": "web"})), webs(5)...),
		scripted("two Services' selectors count together, another namespace's not",
			served(service("web", "default", map[string]string{"app": "web"}), service("canary", "default", map[string]string{"track": "canary"}), service("web", "other", map[string]string{"app": "web", "x": "y"})),
			coming(workload("canary", "web", labelled("track", "canary")), workload("stable", "web"), workload("canary-2", "web", labelled("track", "canary")))...),
		scripted("a constraint of its own takes the place of the default ones", served(service("web", "default", map[string]string{"app": "web"})), webs(3, spread("web", zoneLabel, 3))...),
	}
}

// Clusters so large that not every node is looked at.
func rotations() (vectors []vector) {
	for _, one := range []struct {
		count      int
		percentage int32
	}{{99, 0}, {100, 0}, {130, 0}, {250, 50}, {260, 0}, {300, 5}, {120, 100}} {
		given := settings{PercentageOfNodesToScore: one.percentage}
		for i := range one.count {
			about := []aboutNode{}
			if i%7 == 3 {
				about = append(about, tainted("team", "x", v1.TaintEffectNoSchedule))
			}
			given.Nodes = append(given.Nodes, machine(fmt.Sprintf("node-%03d", i), []string{"a", "b", "b", "c"}[i%4], about...))
		}
		name := fmt.Sprintf("%d nodes of which %d per cent are scored: each search begins where the last ended", one.count, one.percentage)
		vectors = append(vectors, scripted(name, given, webs(8, spread("web", zoneLabel, 1, anyway))...))
	}
	few := settings{Nodes: []*v1.Node{machine("a1", "a"), machine("a2", "a"), machine("a3", "a"), machine("b1", "b"), machine("c1", "c")}}
	nodesChange := scripted("nodes are listed a zone at a time, and the order outlives additions and removals", few,
		step{At: 0, Pod: workload("one", "web")}, step{At: 1, Pod: workload("two", "web")},
		step{At: 2, Node: machine("d1", "d")}, step{At: 3, Pod: workload("three", "web")},
		step{At: 4, NodeGone: "a2"}, step{At: 5, Pod: workload("four", "web")}, step{At: 6, Node: machine("a2", "a")}, step{At: 7, Pod: workload("five", "web")},
		step{At: 8, NodeGone: "b1"}, step{At: 9, Node: machine("b1", "b")}, step{At: 10, Pod: workload("six", "web", asking(5000, 1))})
	return append(vectors, nodesChange)
}
