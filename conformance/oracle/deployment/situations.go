package main

import (
	"fmt"
	"math/rand"
	"testing"
	"testing/synctest"
)

// Each seeded situation is a Deployment that is created, rolled out, scaled in the middle, paused, taken back.
func generated(t *testing.T) []Vector {
	var vectors []Vector
	for seed := range 160 {
		random := rand.New(rand.NewSource(int64(seed)))
		vector := Vector{
			Controller: "deployment", Version: version, Name: fmt.Sprintf("rollouts, seed %d", seed), Origin: "seeded",
			Settings: settingsOf(random),
		}
		world := newWorld(vector.Settings)
		synctest.Test(t, func(*testing.T) { live(&vector, world, random, seed >= 120) })
		vectors = append(vectors, vector)
	}
	for _, one := range scripted() {
		world := newWorld(one.Settings)
		synctest.Test(t, func(*testing.T) { steady(&one, world) })
		vectors = append(vectors, one)
	}
	return vectors
}

func settingsOf(random *rand.Rand) Settings {
	if random.Intn(5) == 0 {
		return Settings{Strategy: "Recreate", ProgressDeadline: deadlineOf(random)}
	}
	sizes := []any{0, 1, 2, 3, 7, "0%", "1%", "10%", "25%", "34%", "50%", "100%", "150%"}
	settings := Settings{
		Strategy: "RollingUpdate", MaxSurge: sizes[random.Intn(len(sizes))], MaxUnavailable: sizes[random.Intn(len(sizes)-1)],
		ProgressDeadline: deadlineOf(random),
	}
	return settings
}

func deadlineOf(random *rand.Rand) *int32 {
	deadline := []int32{30, 90, 600}[random.Intn(3)]
	if random.Intn(6) == 0 {
		return nil
	}
	return &deadline
}

// Live plays a life: the pods follow what the ReplicaSets ask for, some late, some never ready. With lag, a set that was
// scaled down may still say what it said before.
func live(vector *Vector, world *World, random *rand.Rand, lag bool) {
	step := Step{Replicas: int32(random.Intn(12)), Version: "v1", Sets: map[string]SetStatus{}}
	versions := 1
	for range 8 + random.Intn(12) {
		vector.Script = append(vector.Script, step)
		decision := world.sync(step)
		vector.Expected = append(vector.Expected, decision)
		step = Step{
			At: step.At + float64(1+random.Intn(25)), Replicas: step.Replicas, Version: step.Version, Paused: step.Paused,
			Sets: follow(step.Sets, decision.Sets, random, lag),
		}
		switch random.Intn(9) {
		case 0:
			versions++
			step.Version = fmt.Sprintf("v%d", versions)
		case 1:
			step.Version = fmt.Sprintf("v%d", 1+random.Intn(versions))
		case 2:
			step.Replicas = int32(random.Intn(20))
		case 3:
			step.Paused = random.Intn(2) == 0
		}
	}
}

func follow(before map[string]SetStatus, wanted map[string]int32, random *rand.Rand, lag bool) map[string]SetStatus {
	after := map[string]SetStatus{}
	for n := 1; n <= 40; n++ { // in one order, since chance is drawn for each
		name := fmt.Sprintf("v%d", n)
		replicas, there := wanted[name]
		if !there {
			continue
		}
		if lag && before[name].Replicas > replicas && random.Intn(2) == 0 {
			after[name] = before[name]
			continue
		}
		status := SetStatus{Replicas: replicas}
		if gone := before[name].Replicas - replicas; gone > 0 && random.Intn(2) == 0 {
			status.Terminating = gone
		}
		status.Ready = min(replicas, before[name].Ready+int32(random.Intn(4)))
		status.Available = status.Ready - int32(random.Intn(2))*min(1, status.Ready)
		if random.Intn(4) == 0 {
			status.Ready, status.Available = replicas, replicas
		}
		after[name] = status
	}
	return after
}

// What is most often got wrong in the arithmetic of rollouts.
func scripted() []Vector {
	deadline := int32(600)
	of := func(name string, surge, unavailable any, replicas int32) Vector {
		return Vector{
			Controller: "deployment", Version: version, Name: name, Origin: "scripted: " + name,
			Settings: Settings{Strategy: "RollingUpdate", MaxSurge: surge, MaxUnavailable: unavailable, ProgressDeadline: &deadline},
			Script:   []Step{{Replicas: replicas}},
		}
	}
	return []Vector{
		of("surge rounds up, unavailable down", "25%", "25%", 10),
		of("both round to nothing: one may be unavailable", "0%", "1%", 2),
		of("one replica, defaults", "25%", "25%", 1),
		of("surge alone", 1, 0, 3),
		of("unavailable alone", 0, 1, 3),
		of("more unavailable than there are", 0, 7, 3),
		of("everything at once", "100%", "100%", 4),
		of("three, a quarter", "25%", "25%", 3),
	}
}

// Steady rolls from v1 to v2 with every pod available by the next sync.
func steady(vector *Vector, world *World) {
	replicas := vector.Script[0].Replicas
	vector.Script = nil
	sets := map[string]SetStatus{}
	for n := range 24 {
		step := Step{At: float64(10 * n), Replicas: replicas, Version: "v1", Sets: sets}
		if n >= 3 {
			step.Version = "v2"
		}
		decision := world.sync(step)
		vector.Script, vector.Expected = append(vector.Script, step), append(vector.Expected, decision)
		sets = map[string]SetStatus{}
		for name, size := range decision.Sets {
			sets[name] = SetStatus{Replicas: size, Ready: size, Available: size}
		}
	}
}
