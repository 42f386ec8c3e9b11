package main

import (
	"fmt"
	"math/rand"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const zoneLabel = "topology.kubernetes.io/zone"

var apps = []string{"web", "api", "db"}

func seeded() (vectors []vector) {
	for seed := range 130 {
		random := rand.New(rand.NewSource(int64(seed)))
		count, pods := 1+random.Intn(12), 12
		if seed%13 == 12 {
			count, pods = 100+random.Intn(60), 20
		}
		v := vector{Controller: "scheduler", Version: "kubernetes v1.36.2", License: "Apache-2.0", Origin: "seeded",
			Name: fmt.Sprintf("%d nodes, seed %d", count, seed)}
		for i := range count {
			v.Settings.Nodes = append(v.Settings.Nodes, node(random, i))
		}
		if seed%4 == 1 {
			service := &v1.Service{Spec: v1.ServiceSpec{Selector: map[string]string{"app": "web"}}}
			service.Name, service.Namespace = "web", "default"
			v.Settings.Services = append(v.Settings.Services, service)
		}
		for i := range pods {
			v.Script = append(v.Script, step{At: i, Pod: pod(random, i)})
		}
		vectors = append(vectors, v)
	}
	return vectors
}

func chance(random *rand.Rand, percent int) bool { return random.Intn(100) < percent }

func pick[T any](random *rand.Rand, from ...T) T { return from[random.Intn(len(from))] }

func amounts(cpu, memory int64) v1.ResourceList {
	return v1.ResourceList{
		v1.ResourceCPU:    *resource.NewMilliQuantity(cpu, resource.DecimalSI),
		v1.ResourceMemory: *resource.NewQuantity(memory<<20, resource.BinarySI),
	}
}

func node(random *rand.Rand, i int) *v1.Node {
	n := &v1.Node{}
	n.Name = fmt.Sprintf("node-%d", i)
	n.Labels = map[string]string{"kubernetes.io/hostname": n.Name}
	if !chance(random, 10) {
		n.Labels[zoneLabel] = pick(random, "a", "b", "c")
	}
	if chance(random, 40) {
		n.Labels["disk"] = pick(random, "ssd", "hdd")
		n.Labels["generation"] = pick(random, "1", "5", "9")
	}
	n.Spec.Unschedulable = chance(random, 5)
	if chance(random, 25) {
		effect := pick(random, v1.TaintEffectNoSchedule, v1.TaintEffectPreferNoSchedule, v1.TaintEffectNoExecute)
		n.Spec.Taints = append(n.Spec.Taints, v1.Taint{Key: "team", Value: pick(random, "a", "b"), Effect: effect})
	}
	n.Status.Allocatable = amounts(pick[int64](random, 1000, 2000, 3920, 7910), pick[int64](random, 1024, 2900, 8192))
	n.Status.Allocatable[v1.ResourcePods] = *resource.NewQuantity(pick[int64](random, 3, 30, 110), resource.DecimalSI)
	for _, image := range []string{"web:1", "api:latest"} {
		if chance(random, 30) {
			n.Status.Images = append(n.Status.Images, v1.ContainerImage{Names: []string{image}, SizeBytes: pick[int64](random, 20, 300, 900) << 20})
		}
	}
	return n
}

func pod(random *rand.Rand, i int) *v1.Pod {
	p := &v1.Pod{}
	p.Name, p.Namespace = fmt.Sprintf("pod-%d", i), "default"
	p.UID = types.UID(p.Name)
	p.Labels = map[string]string{"app": pick(random, apps...)}
	container := v1.Container{Name: "main", Image: pick(random, "web:1", "api", "db:2")}
	if !chance(random, 15) {
		container.Resources.Requests = amounts(pick[int64](random, 50, 250, 500, 1300), pick[int64](random, 64, 300, 777))
	}
	if chance(random, 10) {
		container.Ports = []v1.ContainerPort{{HostPort: pick[int32](random, 80, 443), ContainerPort: 80, Protocol: v1.ProtocolTCP}}
	}
	p.Spec.Containers = []v1.Container{container}
	if chance(random, 10) {
		first := v1.Container{Name: "first", Image: "db:2"}
		first.Resources.Requests = amounts(900, 100)
		p.Spec.InitContainers = []v1.Container{first}
	}
	if chance(random, 30) {
		p.Spec.Tolerations = []v1.Toleration{{Key: "team", Operator: pick(random, v1.TolerationOpEqual, v1.TolerationOpExists), Effect: pick(random, "", v1.TaintEffectNoSchedule)}}
		if p.Spec.Tolerations[0].Operator == v1.TolerationOpEqual {
			p.Spec.Tolerations[0].Value = "a"
		}
	}
	if chance(random, 10) {
		p.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	}
	p.Spec.Affinity = affinity(random)
	if chance(random, 35) {
		p.Spec.TopologySpreadConstraints = []v1.TopologySpreadConstraint{{
			MaxSkew:           pick[int32](random, 1, 2),
			TopologyKey:       pick(random, zoneLabel, "kubernetes.io/hostname"),
			WhenUnsatisfiable: pick(random, v1.DoNotSchedule, v1.ScheduleAnyway),
			LabelSelector:     &meta.LabelSelector{MatchLabels: map[string]string{"app": pick(random, apps...)}},
		}}
	}
	return p
}

func affinity(random *rand.Rand) *v1.Affinity {
	a := &v1.Affinity{}
	if chance(random, 20) {
		operator, values := v1.NodeSelectorOpIn, []string{"ssd", "hdd"}
		key := "disk"
		if chance(random, 50) {
			key, operator, values = "generation", pick(random, v1.NodeSelectorOpGt, v1.NodeSelectorOpLt), []string{"4"}
		}
		term := v1.NodeSelectorTerm{MatchExpressions: []v1.NodeSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
		a.NodeAffinity = &v1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []v1.PreferredSchedulingTerm{{Weight: int32(1 + random.Intn(100)), Preference: term}}}
		if chance(random, 30) {
			a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{term}}
		}
	}
	term := v1.PodAffinityTerm{TopologyKey: pick(random, zoneLabel, "kubernetes.io/hostname"),
		LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": pick(random, apps...)}}}
	weighted := []v1.WeightedPodAffinityTerm{{Weight: int32(1 + random.Intn(100)), PodAffinityTerm: term}}
	switch random.Intn(9) {
	case 0:
		a.PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{term}}
	case 1:
		a.PodAntiAffinity = &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []v1.PodAffinityTerm{term}}
	case 2:
		a.PodAffinity = &v1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: weighted}
	case 3:
		a.PodAntiAffinity = &v1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: weighted}
	}
	return a
}
