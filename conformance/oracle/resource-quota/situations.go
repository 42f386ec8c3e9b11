package main

import (
	"fmt"
	"math/rand"
)

const mebibyte = 1024 * 1024

// situations are quotas of every combination of resources, under pods of all sizes, some of which leave out what is asked of them.
func situations() []Vector {
	vectors := []Vector{}
	for seed := range 256 {
		chance := rand.New(rand.NewSource(int64(seed)))
		hard := limits(chance, seed)
		if len(hard) == 0 {
			continue
		}
		settings := object{"kind": "pods", "name": fmt.Sprintf("quota-%d", seed), "hard": hard}
		steps := []object{}
		for at := range 20 {
			steps = append(steps, stepOf(chance, at))
		}
		vectors = append(vectors, Vector{Controller: "resource-quota", Name: fmt.Sprintf("seed %d", seed), Origin: "seeded", Settings: settings, Script: steps})
	}
	return vectors
}

// limits takes each of the five resources by a bit of the seed.
func limits(chance *rand.Rand, bits int) object {
	hard := object{}
	for i, limit := range []struct {
		name   string
		amount int
	}{
		{"pods", chance.Intn(8)},
		{"requests.cpu", (1 + chance.Intn(8)) * cores(chance)},
		{"requests.memory", (1 + chance.Intn(8)) * memory(chance)},
		{"limits.cpu", (1 + chance.Intn(8)) * cores(chance)},
		{"limits.memory", (1 + chance.Intn(8)) * memory(chance)},
	} {
		if bits>>i&1 == 1 {
			hard[limit.name] = limit.amount
		}
	}
	return hard
}

func stepOf(chance *rand.Rand, at int) object {
	there := []any{}
	for range chance.Intn(6) {
		there = append(there, asks(chance))
	}
	return object{"at": at, "there": there, "container": "app", "asks": asks(chance)}
}

func asks(chance *rand.Rand) object {
	own := object{}
	if chance.Intn(20) > 0 {
		own["requests.cpu"] = cores(chance)
	}
	if chance.Intn(20) > 0 {
		own["requests.memory"] = memory(chance)
	}
	if chance.Intn(10) > 0 {
		own["limits.cpu"] = cores(chance)
	}
	if chance.Intn(10) > 0 {
		own["limits.memory"] = memory(chance)
	}
	return own
}

// cores are whole, in tenths or in thousandths.
func cores(chance *rand.Rand) int {
	return []int{1000 * (1 + chance.Intn(4)), 100 * (1 + chance.Intn(20)), 1 + chance.Intn(3000)}[chance.Intn(3)]
}

// memory is in all units, and sometimes in bytes.
func memory(chance *rand.Rand) int {
	return []int{
		mebibyte * 1024 * (1 + chance.Intn(4)),
		mebibyte * 64 * (1 + chance.Intn(40)),
		1024 * (1 + chance.Intn(3_000_000)),
		1 + chance.Intn(4_000_000_000),
	}[chance.Intn(4)]
}
