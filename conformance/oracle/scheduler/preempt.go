package main

import (
	"slices"

	v1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	corev1 "k8s.io/component-helpers/scheduling/corev1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/feature"
)

type candidate struct {
	Victims    []string `json:"victims"`
	Violations int64    `json:"violations"`
}

type preemptions struct {
	Candidates map[string]candidate `json:"candidates,omitempty"`
	// The plugin draws among equals: every node that it can answer with, in alphabetical order.
	Allowed []string `json:"allowed,omitempty"`
	// What it adds to the pod's event when it has no answer.
	Message string `json:"message,omitempty"`
}

// Often enough that no answer among equals stays unseen.
const draws = 400

func (c *cluster) preempt(pod *v1.Pod, state fwk.CycleState, unfit *framework.FitError) *preemptions {
	check(c.factory.Core().V1().Pods().Informer().GetIndexer().Add(pod))
	arguments := &config.DefaultPreemptionArgs{MinCandidateNodesPercentage: 10, MinCandidateNodesAbsolute: 100}
	features := feature.NewSchedulerFeaturesFromGates(utilfeature.DefaultFeatureGate)
	plugin := must(defaultpreemption.New(c.ctx, arguments, c.profile, features))
	statuses := unfit.Diagnosis.NodeToStatus
	answer := &preemptions{Candidates: map[string]candidate{}}
	if eligible, _ := plugin.PodEligibleToPreemptOthers(c.ctx, pod, statuses.Get(pod.Status.NominatedNodeName)); !eligible {
		_, status := plugin.PostFilter(c.ctx, state, pod, statuses)
		answer.Message = status.Message()
		c.nominate(pod, pod.Status.NominatedNodeName)
		return answer
	}
	helpful := must(statuses.NodesForStatusCode(c.snapshot, fwk.Unschedulable))
	budgets := must(plugin.Evaluator.PdbLister.List(labels.Everything()))
	found, _, err := plugin.Evaluator.DryRunPreemption(c.ctx, state, pod, helpful, budgets, 0, int32(len(helpful)))
	check(err)
	if len(found) == 0 {
		_, status := plugin.PostFilter(c.ctx, state, pod, statuses)
		answer.Message = status.Message()
		c.nominate(pod, "")
		return answer
	}
	for _, one := range found {
		names := []string{}
		for _, victim := range one.Victims().Pods {
			names = append(names, victim.Name)
		}
		answer.Candidates[one.Name()] = candidate{names, one.Victims().NumPDBViolations}
	}
	for range draws {
		if name := plugin.Evaluator.SelectCandidate(c.ctx, found).Name(); !slices.Contains(answer.Allowed, name) {
			answer.Allowed = append(answer.Allowed, name)
		}
	}
	slices.Sort(answer.Allowed)
	c.carryOut(pod, answer.Allowed[0], answer.Candidates[answer.Allowed[0]].Victims)
	return answer
}

// Victims with a grace of their own stay, terminating, until the script says that they are gone.
func (c *cluster) carryOut(pod *v1.Pod, node string, victims []string) {
	for _, name := range victims {
		victim := c.pods[name]
		if victim.Spec.TerminationGracePeriodSeconds == nil {
			c.gone(name)
			continue
		}
		changed := victim.DeepCopy()
		now := meta.Now()
		changed.DeletionTimestamp = &now
		changed.Status.Conditions = []v1.PodCondition{{Type: v1.DisruptionTarget, Status: v1.ConditionTrue, Reason: v1.PodReasonPreemptionByScheduler}}
		check(c.Cache.UpdatePod(c.logger, victim, changed))
		c.pods[name] = changed
	}
	for _, other := range c.SchedulingQueue.NominatedPodsForNode(node) {
		if corev1.PodPriority(other.GetPod()) < corev1.PodPriority(pod) {
			c.nominate(c.pods[other.GetPod().Name], "")
		}
	}
	c.nominate(pod, node)
}
