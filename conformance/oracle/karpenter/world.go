package main

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	cpfake "sigs.k8s.io/karpenter/pkg/cloudprovider/fake"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/scheduling"
	"sigs.k8s.io/karpenter/pkg/test"
)

// epoch is the situation's second 0: a Monday, midnight UTC.
var epoch = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func at(seconds int64) metav1.Time {
	return metav1.NewTime(epoch.Add(time.Duration(seconds) * time.Second))
}

type world struct {
	ctx         context.Context
	clock       *clocktesting.FakeClock
	client      client.Client
	cloud       *cpfake.CloudProvider
	cluster     *state.Cluster
	provisioner *provisioning.Provisioner
	recorder    *test.EventRecorder
}

// scheme names the kinds that the fake client keeps.
var scheme = func() *runtime.Scheme {
	scheme := runtime.NewScheme()
	check(clientgoscheme.AddToScheme(scheme))
	gv := schema.GroupVersion{Group: "karpenter.sh", Version: "v1"}
	scheme.AddKnownTypes(gv, &v1.NodePool{}, &v1.NodePoolList{}, &v1.NodeClaim{}, &v1.NodeClaimList{})
	metav1.AddToGroupVersion(scheme, gv)
	return scheme
}()

func newWorld(s settings, now int64) *world {
	opts := test.Options()
	opts.FeatureGates.SpotToSpotConsolidation = s.SpotToSpot
	if s.IgnorePref {
		opts.PreferencePolicy = options.PreferencePolicyIgnore
	}
	w := &world{
		ctx:      opts.ToContext(context.Background()),
		clock:    clocktesting.NewFakeClock(at(now).Time),
		cloud:    cpfake.NewCloudProvider(),
		recorder: test.NewEventRecorder(),
		client: fake.NewClientBuilder().WithScheme(scheme).
			WithIndex(&corev1.Pod{}, "spec.nodeName", func(o client.Object) []string { return []string{o.(*corev1.Pod).Spec.NodeName} }).
			WithIndex(&corev1.Node{}, "spec.providerID", func(o client.Object) []string { return []string{o.(*corev1.Node).Spec.ProviderID} }).
			WithIndex(&v1.NodeClaim{}, "status.providerID", func(o client.Object) []string { return []string{o.(*v1.NodeClaim).Status.ProviderID} }).
			Build(),
	}
	w.cluster = state.NewCluster(w.clock, w.client, w.cloud)
	w.provisioner = provisioning.NewProvisioner(w.client, w.recorder, w.cloud, w.cluster, w.clock)
	for _, t := range s.Types {
		w.cloud.InstanceTypes = append(w.cloud.InstanceTypes, typeOf(t))
	}
	w.fill(s)
	return w
}

func (w *world) fill(s settings) {
	for _, p := range s.Pools {
		check(w.client.Create(w.ctx, poolOf(p)))
	}
	for _, d := range s.Daemons {
		template := podOf(d)
		set := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: d.Name, Namespace: "default"}}
		set.Spec.Template.Spec = template.Spec
		check(w.client.Create(w.ctx, set))
	}
	for _, p := range s.Pods {
		made := podOf(p)
		check(w.client.Create(w.ctx, made))
		if p.Terminating {
			check(w.client.Delete(w.ctx, made))
		}
	}
	for i, b := range s.PDBs {
		check(w.client.Create(w.ctx, pdbOf(i, b)))
	}
	for _, n := range s.Nodes {
		made, claim := w.nodeOf(s, n)
		check(w.client.Create(w.ctx, made))
		check(w.client.Create(w.ctx, claim))
		w.cluster.UpdateNodeClaim(claim)
		check(w.cluster.UpdateNode(w.ctx, made))
		if n.Deleting {
			w.cluster.MarkForDeletion(made.Spec.ProviderID)
		}
	}
	// The cluster's state hears of pods by a watch: without it, it knows of none that keep others away.
	for _, p := range s.Pods {
		if p.Node != "" && p.PodAntiAffinity != nil {
			check(w.cluster.UpdatePod(w.ctx, podOf(p)))
		}
	}
}

func requestsOf(cpu, memory int64) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(cpu, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(memory, resource.BinarySI),
	}
}

func capacityOf(t instanceType) corev1.ResourceList {
	capacity := requestsOf(t.CPU, t.Memory)
	capacity[corev1.ResourcePods] = *resource.NewQuantity(t.Pods, resource.DecimalSI)
	return capacity
}

func typeOf(t instanceType) *cloudprovider.InstanceType {
	var offerings cloudprovider.Offerings
	var zones, capacityTypes []string
	for _, o := range t.Offerings {
		offerings = append(offerings, &cloudprovider.Offering{
			Available: o.Available,
			Price:     o.Price,
			Requirements: scheduling.NewLabelRequirements(map[string]string{
				v1.CapacityTypeLabelKey: o.CapacityType, corev1.LabelTopologyZone: o.Zone,
			}),
		})
		if o.Available {
			zones, capacityTypes = append(zones, o.Zone), append(capacityTypes, o.CapacityType)
		}
	}
	in := func(key string, values ...string) *scheduling.Requirement {
		return scheduling.NewRequirement(key, corev1.NodeSelectorOpIn, values...)
	}
	return &cloudprovider.InstanceType{
		Name: t.Name,
		Requirements: scheduling.NewRequirements(
			in(corev1.LabelInstanceTypeStable, t.Name), in(corev1.LabelArchStable, t.Arch), in(corev1.LabelOSStable, "linux"),
			in(corev1.LabelTopologyZone, zones...), in(v1.CapacityTypeLabelKey, capacityTypes...),
		),
		Offerings: offerings,
		Capacity:  capacityOf(t),
		Overhead:  &cloudprovider.InstanceTypeOverhead{KubeReserved: requestsOf(t.OverheadCPU, t.OverheadMemory)},
	}
}

func taintsOf(taints []taint) (made []corev1.Taint) {
	for _, t := range taints {
		made = append(made, corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)})
	}
	return made
}

func poolOf(p pool) *v1.NodePool {
	given := v1.NodePool{ObjectMeta: metav1.ObjectMeta{Name: p.Name}}
	given.Spec.Weight = &p.Weight
	given.Spec.Template.Labels = p.Labels
	given.Spec.Template.Spec.Taints = taintsOf(p.Taints)
	for _, r := range p.Requirements {
		given.Spec.Template.Spec.Requirements = append(given.Spec.Template.Spec.Requirements, v1.NodeSelectorRequirementWithMinValues{
			Key: r.Key, Operator: corev1.NodeSelectorOperator(r.Operator), Values: r.Values, MinValues: r.MinValues,
		})
	}
	given.Spec.Limits = v1.Limits{}
	if p.Limits != nil {
		if p.Limits.CPU != nil {
			given.Spec.Limits[corev1.ResourceCPU] = *resource.NewMilliQuantity(*p.Limits.CPU, resource.DecimalSI)
		}
		if p.Limits.Memory != nil {
			given.Spec.Limits[corev1.ResourceMemory] = *resource.NewQuantity(*p.Limits.Memory, resource.BinarySI)
		}
		if p.Limits.Nodes != nil {
			given.Spec.Limits["nodes"] = *resource.NewQuantity(*p.Limits.Nodes, resource.DecimalSI)
		}
	}
	given.Spec.Disruption.ConsolidationPolicy = v1.ConsolidationPolicyWhenEmptyOrUnderutilized
	if p.Policy != "" {
		given.Spec.Disruption.ConsolidationPolicy = v1.ConsolidationPolicy(p.Policy)
	}
	given.Spec.Disruption.ConsolidateAfter = v1.MustParseNillableDuration("0s")
	if p.Never {
		given.Spec.Disruption.ConsolidateAfter = v1.MustParseNillableDuration("Never")
	}
	for _, b := range p.Budgets {
		made := v1.Budget{Nodes: b.Nodes, Schedule: b.Schedule}
		for _, r := range b.Reasons {
			made.Reasons = append(made.Reasons, v1.DisruptionReason(r))
		}
		if b.Duration != nil {
			made.Duration = &metav1.Duration{Duration: time.Duration(*b.Duration) * time.Second}
		}
		given.Spec.Disruption.Budgets = append(given.Spec.Disruption.Budgets, made)
	}
	made := test.NodePool(given)
	made.StatusConditions().SetTrue(v1.ConditionTypeValidationSucceeded)
	made.StatusConditions().SetTrue(v1.ConditionTypeNodeClassReady)
	return made
}

func expressions(requirements []requirement) (made []corev1.NodeSelectorRequirement) {
	for _, r := range requirements {
		made = append(made, corev1.NodeSelectorRequirement{Key: r.Key, Operator: corev1.NodeSelectorOperator(r.Operator), Values: r.Values})
	}
	return made
}

func podOf(p pod) *corev1.Pod {
	made := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: p.Name, Namespace: "default", UID: types.UID(p.Name), CreationTimestamp: at(p.Created),
		Labels: map[string]string{"app": p.App}, Annotations: map[string]string{},
	}}
	for key, value := range p.Labels {
		made.Labels[key] = value
	}
	if p.Terminating {
		made.Finalizers = []string{"dryscale.dev/kept"}
	}
	made.Spec.NodeName, made.Spec.NodeSelector, made.Spec.Priority = p.Node, p.NodeSelector, p.Priority
	made.Spec.Containers = []corev1.Container{{Name: "main", Resources: corev1.ResourceRequirements{Requests: requestsOf(p.CPU, p.Memory)}}}
	for _, t := range p.Tolerations {
		made.Spec.Tolerations = append(made.Spec.Tolerations, corev1.Toleration{
			Key: t.Key, Operator: corev1.TolerationOperator(t.Operator), Value: t.Value, Effect: corev1.TaintEffect(t.Effect),
		})
	}
	affinity := &corev1.NodeAffinity{}
	for _, r := range p.Required {
		if affinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
			affinity.RequiredDuringSchedulingIgnoredDuringExecution = &corev1.NodeSelector{}
		}
		required := affinity.RequiredDuringSchedulingIgnoredDuringExecution
		required.NodeSelectorTerms = append(required.NodeSelectorTerms, corev1.NodeSelectorTerm{MatchExpressions: expressions(r)})
	}
	for _, r := range p.Preferred {
		affinity.PreferredDuringSchedulingIgnoredDuringExecution = append(affinity.PreferredDuringSchedulingIgnoredDuringExecution,
			corev1.PreferredSchedulingTerm{Weight: r.Weight, Preference: corev1.NodeSelectorTerm{MatchExpressions: expressions(r.Requirements)}})
	}
	if len(p.Required)+len(p.Preferred) > 0 {
		made.Spec.Affinity = &corev1.Affinity{NodeAffinity: affinity}
	}
	if p.topological() {
		social(p, made)
	}
	if p.Daemon {
		made.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet", Name: p.App, UID: "daemon"}}
	}
	if p.DeletionCost != "" {
		made.Annotations[corev1.PodDeletionCost] = p.DeletionCost
	}
	if p.DoNotDisrupt {
		made.Annotations[v1.DoNotDisruptAnnotationKey] = "true"
	}
	made.Status.Phase = corev1.PodRunning
	if p.Node == "" {
		made.Status.Phase = corev1.PodPending
		made.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable}}
	}
	return made
}

// What the pod says of where others are.
func social(p pod, made *corev1.Pod) {
	for _, c := range p.Spread {
		made.Spec.TopologySpreadConstraints = append(made.Spec.TopologySpreadConstraints, *c.DeepCopy())
	}
	if p.PodAffinity == nil && p.PodAntiAffinity == nil {
		return
	}
	if made.Spec.Affinity == nil {
		made.Spec.Affinity = &corev1.Affinity{}
	}
	made.Spec.Affinity.PodAffinity, made.Spec.Affinity.PodAntiAffinity = p.PodAffinity.DeepCopy(), p.PodAntiAffinity.DeepCopy()
}

func pdbOf(i int, b disruptionBudget) *policyv1.PodDisruptionBudget {
	made := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pdb-%d", i), Namespace: "default"}}
	made.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": b.App}}
	unavailable := intstr.FromInt32(1)
	if b.FullyBlocking {
		unavailable = intstr.FromInt32(0)
	}
	made.Spec.MaxUnavailable = &unavailable
	made.Status.DisruptionsAllowed = b.Allowed
	return made
}

func (w *world) nodeOf(s settings, n node) (*corev1.Node, *v1.NodeClaim) {
	kind := pick(s.Types, func(t instanceType) bool { return t.Name == n.Type })
	owner := pick(s.Pools, func(p pool) bool { return p.Name == n.Pool })
	labels := map[string]string{
		v1.NodePoolLabelKey: n.Pool, corev1.LabelInstanceTypeStable: n.Type, corev1.LabelTopologyZone: n.Zone,
		v1.CapacityTypeLabelKey: n.CapacityType, corev1.LabelArchStable: kind.Arch, corev1.LabelOSStable: "linux",
		corev1.LabelHostname: n.Name, v1.NodeRegisteredLabelKey: "true",
	}
	for k, v := range owner.Labels {
		labels[k] = v
	}
	if !n.Starting {
		labels[v1.NodeInitializedLabelKey] = "true"
	}
	made := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels, CreationTimestamp: at(n.Created), Annotations: map[string]string{}}}
	made.Spec.ProviderID, made.Spec.Taints = "fake://"+n.Name, taintsOf(n.Taints)
	made.Status.Capacity = capacityOf(kind)
	made.Status.Allocatable = requestsOf(kind.CPU-kind.OverheadCPU, kind.Memory-kind.OverheadMemory)
	made.Status.Allocatable[corev1.ResourcePods] = made.Status.Capacity[corev1.ResourcePods]
	ready := corev1.ConditionTrue
	if n.NotReady {
		ready = corev1.ConditionFalse
	}
	made.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready}}
	if n.DoNotDisrupt {
		made.Annotations[v1.DoNotDisruptAnnotationKey] = "true"
	}
	claim := &v1.NodeClaim{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: labels, CreationTimestamp: at(n.Created), Annotations: made.Annotations}}
	claim.Spec.NodeClassRef = poolOf(owner).Spec.Template.Spec.NodeClassRef
	claim.Spec.ExpireAfter = v1.MustParseNillableDuration("Never")
	if n.ExpireAfter != nil {
		claim.Spec.ExpireAfter = v1.MustParseNillableDuration(fmt.Sprintf("%ds", *n.ExpireAfter))
	}
	claim.Status.ProviderID, claim.Status.NodeName = made.Spec.ProviderID, n.Name
	claim.Status.Capacity, claim.Status.Allocatable = made.Status.Capacity, made.Status.Allocatable
	if n.Consolidatable {
		claim.StatusConditions().SetTrue(v1.ConditionTypeConsolidatable)
	}
	if n.DriftedAt != nil {
		claim.StatusConditions().SetTrue(v1.ConditionTypeDrifted)
		for i := range claim.Status.Conditions {
			if claim.Status.Conditions[i].Type == v1.ConditionTypeDrifted {
				claim.Status.Conditions[i].LastTransitionTime = at(*n.DriftedAt)
			}
		}
	}
	return made, claim
}

func pick[T any](list []T, is func(T) bool) T {
	for _, one := range list {
		if is(one) {
			return one
		}
	}
	panic("a situation names something that it does not have")
}
