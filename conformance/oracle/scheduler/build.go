package main

import (
	v1 "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"time"
)

const hostLabel = "kubernetes.io/hostname"

type (
	aboutNode = func(*v1.Node)
	aboutPod  = func(*v1.Pod)
)

// A machine of 4 cores and 8 GiB for 110 pods, if nothing else is said of it.
func machine(name, zone string, about ...aboutNode) *v1.Node {
	n := &v1.Node{}
	n.Name, n.Labels = name, map[string]string{hostLabel: name}
	if zone != "" {
		n.Labels[zoneLabel] = zone
	}
	n.Status.Allocatable = amounts(4000, 8192)
	n.Status.Allocatable[v1.ResourcePods] = *resource.NewQuantity(110, resource.DecimalSI)
	for _, change := range about {
		change(n)
	}
	return n
}

func sized(cpu, memory int64) aboutNode {
	return func(n *v1.Node) {
		for name, amount := range amounts(cpu, memory) {
			n.Status.Allocatable[name] = amount
		}
	}
}

func having(name v1.ResourceName, amount int64) aboutNode {
	return func(n *v1.Node) { n.Status.Allocatable[name] = *resource.NewQuantity(amount, resource.DecimalSI) }
}

func withLabel(key, value string) aboutNode { return func(n *v1.Node) { n.Labels[key] = value } }
func cordoned(n *v1.Node)                   { n.Spec.Unschedulable = true }

func tainted(key, value string, effect v1.TaintEffect) aboutNode {
	return func(n *v1.Node) {
		n.Spec.Taints = append(n.Spec.Taints, v1.Taint{Key: key, Value: value, Effect: effect})
	}
}

func holding(image string, mebibytes int64) aboutNode {
	return func(n *v1.Node) {
		n.Status.Images = append(n.Status.Images, v1.ContainerImage{Names: []string{image}, SizeBytes: mebibytes << 20})
	}
}

// A pod of 100m and 100 MiB with the label app, if nothing else is said of it.
func workload(name, app string, about ...aboutPod) *v1.Pod {
	p := &v1.Pod{}
	p.Name, p.Namespace, p.UID = name, "default", types.UID(name)
	if app != "" {
		p.Labels = map[string]string{"app": app}
	}
	p.Spec.Containers = []v1.Container{{Name: "main"}}
	asking(100, 100)(p)
	for _, change := range about {
		change(p)
	}
	return p
}

func asking(cpu, memory int64) aboutPod {
	return func(p *v1.Pod) { p.Spec.Containers[0].Resources.Requests = amounts(cpu, memory) }
}

func askingFor(name v1.ResourceName, amount int64) aboutPod {
	return func(p *v1.Pod) {
		p.Spec.Containers[0].Resources.Requests[name] = *resource.NewQuantity(amount, resource.DecimalSI)
	}
}

func askingNothing(p *v1.Pod) { p.Spec.Containers[0].Resources.Requests = nil }

func labelled(key, value string) aboutPod {
	return func(p *v1.Pod) {
		if p.Labels == nil {
			p.Labels = map[string]string{}
		}
		p.Labels[key] = value
	}
}

func namespaced(namespace string) aboutPod { return func(p *v1.Pod) { p.Namespace = namespace } }
func image(name string) aboutPod           { return func(p *v1.Pod) { p.Spec.Containers[0].Image = name } }
func selecting(key, value string) aboutPod {
	return func(p *v1.Pod) { p.Spec.NodeSelector = map[string]string{key: value} }
}

func tolerating(all ...v1.Toleration) aboutPod {
	return func(p *v1.Pod) { p.Spec.Tolerations = append(p.Spec.Tolerations, all...) }
}

func hostPort(port int32, protocol v1.Protocol, ip string) aboutPod {
	return func(p *v1.Pod) {
		p.Spec.Containers[0].Ports = append(p.Spec.Containers[0].Ports,
			v1.ContainerPort{HostPort: port, ContainerPort: port, Protocol: protocol, HostIP: ip})
	}
}

// On a node since the given second.
func on(node string, second int64) aboutPod {
	return func(p *v1.Pod) {
		p.Spec.NodeName = node
		start := meta.NewTime(time.Unix(second, 0).UTC())
		p.Status.StartTime = &start
	}
}

func important(value int32) aboutPod { return func(p *v1.Pod) { p.Spec.Priority = &value } }

func lingering(p *v1.Pod) {
	grace := int64(30)
	p.Spec.TerminationGracePeriodSeconds = &grace
}

func dying(p *v1.Pod) {
	now := meta.NewTime(time.Unix(3000, 0).UTC())
	p.DeletionTimestamp = &now
}

func nominatedFor(node string) aboutPod { return func(p *v1.Pod) { p.Status.NominatedNodeName = node } }

func affine(p *v1.Pod) *v1.Affinity {
	if p.Spec.Affinity == nil {
		p.Spec.Affinity = &v1.Affinity{}
	}
	return p.Spec.Affinity
}

func requiring(terms ...v1.NodeSelectorTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).NodeAffinity = &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: terms}}
	}
}

func preferring(terms ...v1.PreferredSchedulingTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).NodeAffinity = &v1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

func where(key string, operator v1.NodeSelectorOperator, values ...string) v1.NodeSelectorTerm {
	return v1.NodeSelectorTerm{MatchExpressions: []v1.NodeSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
}

// Pods of an app within the same value of a node's label.
func near(app, key string) v1.PodAffinityTerm {
	return v1.PodAffinityTerm{TopologyKey: key, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}}
}

func together(terms ...v1.PodAffinityTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

func apart(terms ...v1.PodAffinityTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).PodAntiAffinity = &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

func ratherTogether(weight int32, term v1.PodAffinityTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).PodAffinity = &v1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []v1.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: term}}}
	}
}

func ratherApart(weight int32, term v1.PodAffinityTerm) aboutPod {
	return func(p *v1.Pod) {
		affine(p).PodAntiAffinity = &v1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []v1.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: term}}}
	}
}

// Pods of an app spread over a node's label, which must hold; `about` says more of it.
func spread(app, key string, maxSkew int32, about ...func(*v1.TopologySpreadConstraint)) aboutPod {
	return func(p *v1.Pod) {
		c := v1.TopologySpreadConstraint{MaxSkew: maxSkew, TopologyKey: key, WhenUnsatisfiable: v1.DoNotSchedule}
		c.LabelSelector = &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}
		for _, change := range about {
			change(&c)
		}
		p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, c)
	}
}

func anyway(c *v1.TopologySpreadConstraint) { c.WhenUnsatisfiable = v1.ScheduleAnyway }
func domains(least int32) func(*v1.TopologySpreadConstraint) {
	return func(c *v1.TopologySpreadConstraint) { c.MinDomains = &least }
}

func budget(app string, allowed int32) *policy.PodDisruptionBudget {
	b := &policy.PodDisruptionBudget{}
	b.Name, b.Namespace = app, "default"
	b.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}
	b.Status.DisruptionsAllowed = allowed
	return b
}

func service(name, namespace string, selector map[string]string) *v1.Service {
	s := &v1.Service{Spec: v1.ServiceSpec{Selector: selector}}
	s.Name, s.Namespace = name, namespace
	return s
}

// Pods that come one after the other.
func coming(pods ...*v1.Pod) (script []step) {
	for i, p := range pods {
		script = append(script, step{At: i, Pod: p})
	}
	return script
}

// Copies of a pod, numbered.
func copies(count int, name string, of func(name string) *v1.Pod) (pods []*v1.Pod) {
	for i := range count {
		pods = append(pods, of(name+"-"+string(rune('a'+i))))
	}
	return pods
}

func scripted(name string, given settings, script ...step) vector {
	return vector{Controller: "scheduler", Version: "kubernetes v1.36.2", License: "Apache-2.0", Origin: "scripted",
		Name: name, Settings: given, Script: script}
}
