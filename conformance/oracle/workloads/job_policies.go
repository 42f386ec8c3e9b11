package main

import (
	"fmt"
	"math/rand"

	batch "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
)

// Jobs that say which failures count and when enough indexes have succeeded: the same lives, whose pods end with codes and conditions.
func jobPolicies() []Life[JobSettings, JobStep, JobDecision] {
	var lives []Life[JobSettings, JobStep, JobDecision]
	for seed := range 260 {
		random := rand.New(rand.NewSource(int64(seed) + 10_000))
		settings := jobSettingsOf(random)
		if seed%4 > 0 {
			settings.PodFailurePolicy, settings.PodReplacementPolicy = failurePolicyOf(random), "Failed"
		}
		if seed%4 < 2 {
			completions := int32(2 + random.Intn(12))
			settings.Indexed, settings.Completions, settings.SuccessPolicy = true, &completions, successPolicyOf(random, completions)
		}
		one := &endings{random: random, jobLife: jobLife{random: random, failing: []float64{0.1, 0.3, 0.6}[random.Intn(3)]}}
		lives = append(lives, Life[JobSettings, JobStep, JobDecision]{
			name: fmt.Sprintf("job with policies, seed %d", seed), origin: "seeded", settings: settings, looks: 20 + random.Intn(30), next: one.next,
		})
	}
	return lives
}

func failurePolicyOf(random *rand.Rand) *batch.PodFailurePolicy {
	policy := &batch.PodFailurePolicy{}
	for range 1 + random.Intn(3) {
		rule := batch.PodFailurePolicyRule{Action: []batch.PodFailurePolicyAction{
			batch.PodFailurePolicyActionIgnore, batch.PodFailurePolicyActionIgnore, batch.PodFailurePolicyActionCount, batch.PodFailurePolicyActionFailJob,
		}[random.Intn(4)]}
		if random.Intn(3) == 0 {
			status := []v1.ConditionStatus{v1.ConditionTrue, v1.ConditionTrue, v1.ConditionFalse}[random.Intn(3)]
			rule.OnPodConditions = []batch.PodFailurePolicyOnPodConditionsPattern{{Type: v1.DisruptionTarget, Status: status}}
		} else {
			rule.OnExitCodes = &batch.PodFailurePolicyOnExitCodesRequirement{
				Operator: []batch.PodFailurePolicyOnExitCodesOperator{batch.PodFailurePolicyOnExitCodesOpIn, batch.PodFailurePolicyOnExitCodesOpIn, batch.PodFailurePolicyOnExitCodesOpNotIn}[random.Intn(3)],
				Values:   [][]int32{{1}, {2, 3}, {137}, {1, 2, 3, 137}}[random.Intn(4)],
			}
			if name := []string{"work", "helper"}[random.Intn(2)]; random.Intn(3) == 0 {
				rule.OnExitCodes.ContainerName = &name
			}
		}
		policy.Rules = append(policy.Rules, rule)
	}
	return policy
}

func successPolicyOf(random *rand.Rand, completions int32) *batch.SuccessPolicy {
	policy := &batch.SuccessPolicy{}
	for range 1 + random.Intn(2) {
		rule := batch.SuccessPolicyRule{}
		first, count := random.Intn(int(completions)), int32(1+random.Intn(int(completions)))
		if random.Intn(2) == 0 {
			indexes := []string{
				fmt.Sprint(first), fmt.Sprintf("0-%d", first), fmt.Sprintf("%d-%d", first, completions-1), fmt.Sprintf("0,%d", max(first, 1)),
			}[random.Intn(4)]
			rule.SucceededIndexes = &indexes
		}
		if rule.SucceededIndexes == nil || random.Intn(2) == 0 {
			rule.SucceededCount = &count
		}
		policy.Rules = append(policy.Rules, rule)
	}
	return policy
}

type endings struct {
	jobLife
	random *rand.Rand
	known  map[int]JobPod // how those that have ended or been thrown out did
}

func (e *endings) next(last *JobStep, decided *JobDecision) JobStep {
	step := e.jobLife.next(last, decided)
	if last == nil {
		e.known = map[int]JobPod{}
	}
	for i := range step.Pods {
		pod := &step.Pods[i]
		about, told := e.known[pod.ID]
		if pod.Terminating && about.Conditions == nil {
			about.Conditions = [][]JobPodCondition{{}, {{v1.DisruptionTarget, v1.ConditionTrue}}, {{v1.DisruptionTarget, v1.ConditionFalse}}}[e.random.Intn(3)]
		}
		if pod.Phase == "Failed" && about.ExitCodes == nil {
			about.ExitCodes = map[string]int32{"work": []int32{1, 2, 3, 42, 137}[e.random.Intn(5)]}
			if e.random.Intn(3) == 0 {
				about.ExitCodes["helper"] = []int32{0, 1, 2, 143}[e.random.Intn(4)]
			}
			if !told && e.random.Intn(4) == 0 {
				about.Conditions = []JobPodCondition{{v1.DisruptionTarget, v1.ConditionTrue}}
			}
		}
		e.known[pod.ID] = about
		pod.ExitCodes, pod.Conditions = about.ExitCodes, about.Conditions
	}
	return step
}
