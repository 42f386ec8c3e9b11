package main

import (
	v1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func neighbours() []vector {
	zones := []*v1.Node{machine("a1", "a"), machine("a2", "a"), machine("b1", "b"), machine("none", "")}
	six := func() settings { return settings{Nodes: zones} }
	inOther := near("db", zoneLabel)
	inOther.Namespaces = []string{"other"}
	noSelector := v1.PodAffinityTerm{TopologyKey: zoneLabel}
	everybody := v1.PodAffinityTerm{TopologyKey: hostLabel, LabelSelector: &meta.LabelSelector{}}
	return []vector{
		scripted("the first of a group that wants to be together may go anywhere that has the label", six(),
			coming(copies(3, "web", func(name string) *v1.Pod { return workload(name, "web", together(near("web", zoneLabel))) })...)...),
		scripted("of two wishes for company one alone has a neighbour", six(),
			coming(workload("db", "db", selecting(hostLabel, "b1")), workload("both", "web", together(near("db", zoneLabel), near("cache", zoneLabel))), workload("self", "web", together(near("web", zoneLabel), near("db", zoneLabel))), workload("one", "web", together(near("db", zoneLabel))))...),
		scripted("both terms must be met by the same pod", six(),
			coming(workload("db", "db", selecting(hostLabel, "a1")), workload("db-cache", "db", labelled("tier", "cache"), selecting(hostLabel, "b1")),
				workload("one", "web", together(near("db", zoneLabel), v1.PodAffinityTerm{TopologyKey: hostLabel, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"tier": "cache"}}})))...),
		scripted("keeping apart by node: as many as there are nodes with the label", six(),
			coming(copies(5, "web", func(name string) *v1.Pod { return workload(name, "web", apart(near("web", hostLabel))) })...)...),
		scripted("keeping apart by zone: a node without the label is nowhere, so that it takes any number", six(),
			coming(copies(4, "web", func(name string) *v1.Pod { return workload(name, "web", apart(near("web", zoneLabel))) })...)...),
		scripted("others' wish to keep apart holds for a pod that wishes nothing", six(),
			coming(workload("hermit", "db", selecting(hostLabel, "a1"), apart(near("web", zoneLabel))), workload("web", "web", selecting(zoneLabel, "a")), workload("web-b", "web"))...),
		scripted("a term speaks of its owner's namespace unless it names others", six(),
			coming(workload("db", "db", namespaced("other"), selecting(hostLabel, "b1")), workload("own", "web", together(near("db", zoneLabel))), workload("named", "web", together(inOther)), workload("apart", "web", apart(inOther)))...),
		scripted("a term without a selector meets nobody, one with an empty selector everybody", six(),
			coming(workload("db", "db", selecting(hostLabel, "b1")), workload("nobody", "web", together(noSelector)), workload("everybody", "web", together(everybody)), workload("far", "web", apart(everybody)), workload("far-nobody", "web", apart(noSelector)))...),
		scripted("a pod on its way out still counts as a neighbour",
			settings{Nodes: zones, Running: []*v1.Pod{workload("old", "db", on("b1", 1000), dying)}},
			coming(workload("near", "web", together(near("db", zoneLabel))), workload("far", "web", apart(near("db", zoneLabel))))...),
	}
}

func keys(same, other []string, term v1.PodAffinityTerm) v1.PodAffinityTerm {
	term.MatchLabelKeys, term.MismatchLabelKeys = same, other
	return term
}

func relatives() []vector {
	three := settings{Nodes: []*v1.Node{machine("a", "a"), machine("b", "b"), machine("c", "c")}}
	version := func(name, hash, tenant string, about ...aboutPod) *v1.Pod {
		return workload(name, "web", append([]aboutPod{labelled("pod-template-hash", hash), labelled("tenant", tenant)}, about...)...)
	}
	hash := []string{"pod-template-hash"}
	return []vector{
		scripted("apart from pods of the same version alone: matchLabelKeys", three,
			coming(version("old-a", "1", "x", selecting(zoneLabel, "a"), apart(keys(hash, nil, near("web", zoneLabel)))), version("old-b", "1", "x", apart(keys(hash, nil, near("web", zoneLabel)))),
				version("new-a", "2", "x", apart(keys(hash, nil, near("web", zoneLabel)))), version("new-b", "2", "x", apart(keys(hash, nil, near("web", zoneLabel)))), version("new-c", "2", "x", apart(keys(hash, nil, near("web", zoneLabel)))), version("new-d", "2", "x", apart(keys(hash, nil, near("web", zoneLabel)))))...),
		scripted("apart from other tenants: mismatchLabelKeys", three,
			coming(version("x-1", "1", "x", selecting(zoneLabel, "a")), version("y-1", "1", "y", apart(keys(nil, []string{"tenant"}, near("web", zoneLabel)))), version("x-2", "1", "x", selecting(zoneLabel, "b")),
				version("x-3", "1", "x", apart(keys(nil, []string{"tenant"}, near("web", zoneLabel)))), version("z-1", "1", "z", apart(keys(nil, []string{"tenant"}, near("web", zoneLabel)))))...),
		scripted("together with the same version, rather not with another tenant's", three,
			coming(version("old", "1", "x", selecting(zoneLabel, "b")), version("other", "2", "y", selecting(zoneLabel, "c")), version("new", "2", "x", together(keys(hash, nil, near("web", zoneLabel)))),
				version("rather", "1", "y", ratherApart(50, keys(nil, []string{"tenant"}, near("web", zoneLabel)))), version("rather-same", "1", "y", ratherTogether(50, keys([]string{"tenant"}, nil, near("web", zoneLabel)))))...),
		scripted("a key that the pod itself does not have asks for nothing", three,
			coming(workload("db", "web", selecting(zoneLabel, "b")), workload("one", "web", together(keys([]string{"release"}, []string{"tenant"}, near("web", zoneLabel)))))...),
	}
}

func wishes() []vector {
	six := []*v1.Node{machine("a1", "a"), machine("a2", "a"), machine("b1", "b"), machine("b2", "b"), machine("c1", "c"), machine("none", "")}
	cast := func() []*v1.Pod {
		return []*v1.Pod{workload("db-1", "db", on("a1", 1000)), workload("db-2", "db", on("a1", 1000)), workload("db-3", "db", on("b1", 1000)), workload("cache", "cache", on("c1", 1000))}
	}
	with := func(weight int32, more ...*v1.Pod) settings {
		return settings{Nodes: six, Running: append(cast(), more...), HardPodAffinityWeight: weight}
	}
	hard := workload("needs-web", "db", on("b2", 1000), together(near("web", zoneLabel)))
	return []vector{
		scripted("rather near: every neighbour in the zone counts", with(0), coming(workload("web", "web", ratherTogether(10, near("db", zoneLabel))), workload("web-2", "web", ratherTogether(10, near("db", hostLabel))))...),
		scripted("rather far: the worst zone is 0, the best 100", with(0), coming(workload("web", "web", ratherApart(10, near("db", zoneLabel))), workload("web-2", "web", ratherApart(1, near("web", hostLabel))))...),
		scripted("rather near one and rather far from another", with(0), coming(workload("web", "web", ratherTogether(60, near("db", zoneLabel)), ratherApart(100, near("db", hostLabel))), workload("web-2", "web", ratherTogether(1, near("cache", zoneLabel)), ratherApart(100, near("db", zoneLabel))))...),
		scripted("that others must be near the pod draws it with the usual weight of 1", with(0, hard), coming(workload("web", "web"))...),
		scripted("and more with a greater weight", with(100, hard), coming(workload("web", "web", ratherTogether(40, near("db", zoneLabel))))...),
		scripted("others' preferences count as the pod's own",
			with(0, workload("fond", "db", on("c1", 1000), ratherTogether(80, near("web", zoneLabel))), workload("shy", "db", on("b2", 1000), ratherApart(30, near("web", hostLabel)))), coming(workload("web", "web"), workload("api", "api"))...),
		scripted("a wish that is alike everywhere decides nothing", with(0), coming(workload("web", "web", ratherTogether(100, near("nobody", zoneLabel))))...),
	}
}
