package main

import (
	"fmt"
	"math/rand"
)

// Each seeded Job's pods are placed, run, succeed, fail and are thrown out by chance, while it is suspended now and then
// or gets another parallelism.
func jobLives() []Life[JobSettings, JobStep, JobDecision] {
	var lives []Life[JobSettings, JobStep, JobDecision]
	for seed := range 220 {
		random := rand.New(rand.NewSource(int64(seed)))
		settings := jobSettingsOf(random)
		lives = append(lives, Life[JobSettings, JobStep, JobDecision]{
			name: fmt.Sprintf("job, seed %d", seed), origin: "seeded", settings: settings, looks: 20 + random.Intn(30),
			next: (&jobLife{random: random, failing: []float64{0, 0.1, 0.4, 1}[random.Intn(4)]}).next,
		})
	}
	return lives
}

func jobSettingsOf(random *rand.Rand) JobSettings {
	settings := JobSettings{
		BackoffLimit: []int32{0, 1, 3, 6, 6, 100}[random.Intn(6)], PodReplacementPolicy: "TerminatingOrFailed",
		Indexed: random.Intn(3) == 0,
	}
	if random.Intn(3) == 0 {
		settings.PodReplacementPolicy = "Failed"
	}
	if completions := int32(1 + random.Intn(12)); settings.Indexed || random.Intn(4) > 0 {
		settings.Completions = &completions
	}
	if deadline := float64(20 + random.Intn(400)); random.Intn(4) == 0 {
		settings.ActiveDeadline = &deadline
	}
	return settings
}

type jobLife struct {
	random  *rand.Rand
	failing float64
	made    int
	asked   map[int]bool
}

func (l *jobLife) next(last *JobStep, decided *JobDecision) JobStep {
	if last == nil {
		l.asked = map[int]bool{}
		return JobStep{Parallelism: int32(1 + l.random.Intn(6)), Suspend: l.random.Intn(8) == 0, Pods: []JobPod{}}
	}
	step := JobStep{
		At: last.At + float64(1+l.random.Intn(20)), Parallelism: last.Parallelism, Suspend: last.Suspend, Pods: []JobPod{},
	}
	if l.random.Intn(8) == 0 { // as when a back-off doubles
		step.At += float64(l.random.Intn(300))
	}
	switch l.random.Intn(14) {
	case 0:
		step.Parallelism = int32(l.random.Intn(8))
	case 1:
		step.Suspend = !step.Suspend
	}
	for _, id := range decided.Remove {
		l.asked[id] = true
	}
	for _, pod := range last.Pods {
		if after, there := l.live(pod, last.At, step.At); there {
			step.Pods = append(step.Pods, after)
		}
	}
	for n := range decided.Create {
		pod := JobPod{ID: l.made, Phase: "Pending", CreatedAt: last.At + float64(n)/1000}
		if len(decided.Indexes) > 0 {
			pod.Index = &decided.Indexes[n]
		}
		l.made++
		step.Pods = append(step.Pods, pod)
	}
	return step
}

// A pod a moment later, or gone; one that has not been counted stays, since the controller's finalizer holds it.
func (l *jobLife) live(pod JobPod, from, to float64) (JobPod, bool) {
	random := l.random
	ended := pod.Phase == "Succeeded" || pod.Phase == "Failed"
	if l.asked[pod.ID] && !pod.Terminating {
		pod.Terminating, pod.DeletedAt = true, &from
		return pod, ended || random.Intn(3) > 0
	}
	if pod.Terminating {
		if ended || pod.Phase == "Pending" {
			return pod, !l.asked[pod.ID]
		}
		if random.Intn(2) == 0 {
			at := from + float64(random.Intn(int(to-from)+1))
			pod.Phase, pod.Ready, pod.FinishedAt = "Failed", false, &at
		}
		return pod, true
	}
	if ended {
		return pod, true
	}
	if random.Intn(40) == 0 { // thrown out
		at := from + float64(random.Intn(int(to-from)+1))
		pod.Terminating, pod.DeletedAt = true, &at
		return pod, true
	}
	switch {
	case !pod.Placed:
		pod.Placed = random.Intn(5) > 0
	case pod.Phase == "Pending":
		if random.Intn(4) > 0 {
			pod.Phase = "Running"
		}
	case !pod.Ready && random.Intn(2) == 0:
		since := from + float64(random.Intn(int(to-from)+1))
		pod.Ready, pod.ReadySince = true, &since
	case random.Intn(2) == 0:
		at := from + float64(random.Intn(int(to-from)+1))
		pod.Phase, pod.Ready, pod.FinishedAt = "Succeeded", false, &at
		if random.Float64() < l.failing {
			pod.Phase = "Failed"
		}
	}
	return pod, true
}

