package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/disruption"
	provision "sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/scheduling"
)

type claim struct {
	Pool         string   `json:"pool"`
	Pods         []string `json:"pods"`
	Types        []string `json:"types"`
	Requirements []string `json:"requirements"`
}

type solution struct {
	Claims        []claim             `json:"claims"`
	Existing      map[string][]string `json:"existing"`
	Unschedulable []string            `json:"unschedulable"`
}

func play(s settings, t step) any {
	switch s.Kind {
	case "requirement":
		return algebra(t)
	case "solve":
		return everySolution(s, t.At)
	case "disruption":
		return disrupt(s, t.At)
	}
	panic("unknown kind " + s.Kind)
}

func algebra(t step) any {
	made := func(r *requirement) *scheduling.Requirement {
		return scheduling.NewRequirementWithFlexibility(r.Key, corev1.NodeSelectorOperator(r.Operator), r.MinValues, r.Values...)
	}
	a, b := made(t.A), made(t.B)
	both := a.Intersection(b)
	has := []bool{}
	for _, value := range t.Values {
		has = append(has, both.Has(value))
	}
	left, right := scheduling.NewRequirements(a), scheduling.NewRequirements(b)
	return map[string]any{
		"intersection": both.String(), "operator": string(both.Operator()), "hasIntersection": a.HasIntersection(b), "has": has,
		"intersects": left.Intersects(right) == nil, "compatible": left.IsCompatible(right),
		"undefined": scheduling.NewRequirements().IsCompatible(right),
	}
}

// Zones of equal rank upstream takes in the order of a Go map: such a situation is played until nothing new has come of it for so long.
const quietPlays = 200

func everySolution(s settings, now int64) any {
	w := newWorld(s, now)
	if !slices.ContainsFunc(s.Pods, pod.topological) {
		return solve(w, s)
	}
	answers := map[string]any{}
	for quiet := 0; quiet < quietPlays && len(answers) <= mostAnswers; quiet++ {
		found := solve(w, s)
		text := must(json.Marshal(found))
		if _, known := answers[string(text)]; !known {
			answers[string(text)], quiet = found, 0
		}
	}
	keys := slices.Sorted(maps.Keys(answers))
	if len(keys) == 1 {
		return answers[keys[0]]
	}
	allowed := []any{}
	for _, key := range keys {
		allowed = append(allowed, answers[key])
	}
	return map[string]any{"anyOf": allowed}
}

func solve(w *world, s settings) any {
	pods, err := w.provisioner.GetPendingPods(w.ctx)
	check(err)
	opts := []provision.Options{provision.DisableReservedCapacityFallback, provision.NumConcurrentReconciles(1), provision.MinValuesPolicy(options.FromContext(w.ctx).MinValuesPolicy)}
	if s.IgnorePref {
		opts = append(opts, provision.IgnorePreferences)
	}
	scheduler, err := w.provisioner.NewScheduler(w.ctx, pods, w.cluster.DeepCopyNodes().Active(), opts...)
	check(err)
	results, err := scheduler.Solve(w.ctx, pods)
	check(err)
	results = results.TruncateInstanceTypes(w.ctx, provision.MaxInstanceTypes)
	found := solution{Claims: []claim{}, Existing: map[string][]string{}, Unschedulable: []string{}}
	for _, c := range results.NewNodeClaims {
		found.Claims = append(found.Claims, claimOf(c))
	}
	for _, n := range results.ExistingNodes {
		if len(n.Pods) > 0 {
			found.Existing[n.Name()] = names(n.Pods)
		}
	}
	for p := range results.PodErrors {
		found.Unschedulable = append(found.Unschedulable, p.Name)
	}
	sort.Strings(found.Unschedulable)
	return found
}

func names(pods []*corev1.Pod) []string {
	found := []string{}
	for _, p := range pods {
		found = append(found, p.Name)
	}
	return found
}

func claimOf(c *provision.NodeClaim) claim {
	prices := map[string]float64{}
	made := claim{Pool: c.NodePoolName, Pods: names(c.Pods), Types: []string{}, Requirements: []string{}}
	for _, t := range c.InstanceTypeOptions {
		prices[t.Name] = t.Offerings.Available().Compatible(c.Requirements).Cheapest().Price
		made.Types = append(made.Types, t.Name)
	}
	// Upstream's order of equal prices is that of an unstable sort: ours is by name.
	sort.Slice(made.Types, func(i, j int) bool {
		a, b := made.Types[i], made.Types[j]
		return prices[a] < prices[b] || prices[a] == prices[b] && a < b
	})
	for key, r := range c.Requirements {
		if key != v1.NodePoolLabelKey && !strings.Contains(key, "testnodeclass") && key != "testing/cluster" {
			made.Requirements = append(made.Requirements, r.String())
		}
	}
	sort.Strings(made.Requirements)
	return made
}

type command struct {
	Method       string   `json:"method"`
	Candidates   []string `json:"candidates"`
	Replacements []claim  `json:"replacements"`
}

// unchecked stands in for the second look after 15 s: a pass's decision is what the vectors hold.
type unchecked struct{}

func (unchecked) Validate(_ context.Context, c disruption.Command, _ time.Duration) (disruption.Command, error) {
	return c, nil
}

// passes is how often a pass over several pools is played: the order of a Go map decides which pool comes first.
const passes = 8

func disrupt(s settings, now int64) any {
	answers := map[string]command{}
	w, times := newWorld(s, now), 1
	if len(s.Pools) > 1 {
		times = passes
	}
	for range times {
		found := pass(w)
		text, err := json.Marshal(found)
		check(err)
		answers[string(text)] = found
	}
	keys := []string{}
	for key := range answers {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	if len(keys) == 1 {
		return answers[keys[0]]
	}
	allowed := []command{}
	for _, key := range keys {
		allowed = append(allowed, answers[key])
	}
	return map[string]any{"anyOf": allowed}
}

func pass(w *world) command {
	queue := disruption.NewQueue(w.client, w.recorder, w.cluster, w.clock, w.provisioner)
	base := disruption.MakeConsolidation(w.clock, w.cluster, w.client, w.provisioner, w.cloud, w.recorder, queue)
	// A state never marked: without it the zero times of a new method and a new cluster are equal, and nothing is looked at.
	w.cluster.MarkUnconsolidated()
	methods := []disruption.Method{
		disruption.NewEmptiness(base, disruption.WithValidator(unchecked{})),
		disruption.NewDrift(w.client, w.cluster, w.provisioner, w.recorder, w.clock),
		disruption.NewMultiNodeConsolidation(base, disruption.WithValidator(unchecked{})),
		disruption.NewSingleNodeConsolidation(base, disruption.WithValidator(unchecked{})),
	}
	for i, m := range methods {
		candidates, err := disruption.GetCandidates(w.ctx, w.cluster, w.client, w.recorder, w.clock, w.cloud, m.ShouldDisrupt, m.Class(), queue)
		check(err)
		if len(candidates) == 0 {
			continue
		}
		budgets, err := disruption.BuildDisruptionBudgetMapping(w.ctx, w.cluster, w.clock, w.client, w.cloud, w.recorder, m.Reason())
		check(err)
		commands, err := m.ComputeCommands(w.ctx, budgets, candidates...)
		check(err)
		for _, c := range commands {
			if c.Decision() != disruption.NoOpDecision {
				return commandOf([]string{"Emptiness", "Drift", "MultiNode", "SingleNode"}[i], c)
			}
		}
	}
	return command{Method: "none", Candidates: []string{}, Replacements: []claim{}}
}

func commandOf(method string, c disruption.Command) command {
	made := command{Method: method, Candidates: []string{}, Replacements: []claim{}}
	for _, one := range c.Candidates {
		made.Candidates = append(made.Candidates, one.Name())
	}
	sort.Strings(made.Candidates)
	for _, r := range c.Replacements {
		one := claimOf(r.NodeClaim)
		sort.Strings(one.Pods)
		made.Replacements = append(made.Replacements, one)
	}
	return made
}

func check(err error) {
	if err != nil {
		panic(fmt.Sprint(err))
	}
}
