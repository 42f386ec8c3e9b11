package main

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	minute = int64(60)
	hour   = 60 * minute
	day    = 24 * hour
	mib    = int64(1 << 20)
	// A Thursday, half past ten: no multiple of a half-life.
	begin = 1_767_868_200
)

// The flags' defaults.
func defaults() Settings {
	return Settings{
		SafetyMargin: 0.15, PodMinCPU: 25, PodMinMemory: 250,
		TargetCPU: 0.9, LowerCPU: 0.5, UpperCPU: 0.95, TargetMemory: 0.9, LowerMemory: 0.5, UpperMemory: 0.95,
		ConfidenceCPU: day, ConfidenceMemory: day, MemoryInterval: day, MemoryHalfLife: day, CPUHalfLife: day,
		OOMBumpUpRatio: 1.2, OOMMinBumpUp: 100 << 20, RoundCPU: 1, RoundMemory: 1,
	}
}

func amounts(cpu, memory int64) *Amounts {
	made := &Amounts{}
	if cpu >= 0 {
		made.CPU = &cpu
	}
	if memory >= 0 {
		made.Memory = &memory
	}
	return made
}

func cpu(at, amount int64) Event {
	return Event{Kind: "cpu", Pod: "a", Container: "main", At: begin + at, Amount: amount}
}
func memory(at, amount int64) Event {
	return Event{Kind: "memory", Pod: "a", Container: "main", At: begin + at, Amount: amount}
}
func oom(at, amount int64) Event {
	return Event{Kind: "oom", Pod: "a", Container: "main", At: begin + at, Amount: amount}
}

// One step for each event, after a pod with a container has come.
func one(name string, change func(*Settings), events ...Event) Vector {
	made := Vector{Name: name, Origin: "scripted", Settings: defaults()}
	if change != nil {
		change(&made.Settings)
	}
	pod := Event{Kind: "pod", Pod: "a", Labels: "1", Containers: []string{"main"}}
	made.Script = append(made.Script, Step{At: begin, Events: []Event{pod}})
	for _, event := range events {
		made.Script = append(made.Script, Step{At: max(begin, event.At), Events: []Event{event}})
	}
	return made
}

func scripted() []Vector {
	edges := []Event{}
	for number, amount := range []int64{0, 1, 9_999_999, 10_000_000, 20_500_000, 20_499_999, 31_525_000, 43_101_250, 1e12, 1e13, 2e14} {
		edges = append(edges, cpu(int64(number)*30*day, amount/1_000_000), memory(int64(number)*30*day, amount))
	}
	steady := []Event{}
	for number := range int64(40) {
		steady = append(steady, cpu(number*minute, 200), memory(number*minute, 300*mib))
	}
	halves := []Event{}
	for number := range int64(30) {
		halves = append(halves, cpu(number*day, 100+number%10*100), memory(number*day, (400+number%10*100)*mib))
	}
	seasons := []Event{}
	for number := range int64(40) {
		seasons = append(seasons, cpu(number*17*day, 100+number*37%11*50), memory(number*17*day, (300+number*37%11*90)*mib))
	}
	no := []string{}
	onlyMemory := []string{"memory"}
	return []Vector{
		one("values at the buckets' edges, and beyond the last", func(s *Settings) { s.PodMinCPU, s.PodMinMemory = 0, 0 }, edges...),
		one("confidence grows with the first samples", nil, steady...),
		one("one sample each half-life", nil, halves...),
		one("weights are scaled down after a hundred half-lives", nil, seasons...),
		one("samples in the wrong order, twice at one time, and negative", nil,
			cpu(60, 100), cpu(60, 900), cpu(30, 900), cpu(90, -1), cpu(120, 500), memory(60, 300*mib), memory(60, 400*mib),
			memory(30, 900*mib), memory(90, -1), memory(120, 500*mib)),
		one("a peak replaces the lower one of its day, to the second", nil,
			cpu(0, 100), memory(0, 500*mib), memory(hour, 600*mib), memory(2*hour, 550*mib), memory(day-1, 700*mib), memory(day, 300*mib),
			memory(day+1, 310*mib), memory(5*day-1, 320*mib), memory(5*day, 330*mib), cpu(5*day, 100)),
		one("a peak of nothing is not replaced", nil, memory(0, 0), memory(60, 500*mib), memory(day, 100*mib)),
		one("an OOM before any sample, by request", nil, oom(0, 100*mib), oom(60, 100*mib), memory(120, 150*mib), memory(180, 260*mib)),
		one("an OOM adds 100 MiB or a fifth, on the usage's peak or the request", nil, memory(0, 400*mib), oom(60, 300*mib),
			oom(120, 3000*mib), oom(180, 500*mib), memory(240, 4000*mib), oom(300, 0)),
		one("OOMs do not climb on each other within a day", nil, memory(0, 400*mib), oom(60, 400*mib), oom(120, 400*mib), oom(180, 500*mib),
			oom(240, 600*mib)),
		one("an OOM later than its day's end, and one too old", nil, memory(0, 400*mib), memory(2*day, 400*mib), oom(day-1, 900*mib),
			oom(day, 900*mib), oom(2*day+hour, 950*mib), oom(4*day, 400*mib), oom(2*day, 9000*mib)),
		one("an OOM in the past sets back the last sample", nil, memory(0, 400*mib), memory(10*hour, 500*mib), oom(hour, 600*mib),
			memory(2*hour, 900*mib), memory(20*hour, 450*mib)),
		one("other bump-up", func(s *Settings) { s.OOMBumpUpRatio, s.OOMMinBumpUp = 1.37, 0 }, memory(0, 401*mib), oom(60, 777*mib+1)),
		one("capped by the container's own policy before the rest's and all", func(s *Settings) {
			s.MaxAllowed = amounts(300, 400*mib)
			s.Policies = map[string]Policy{"main": {MinAllowed: amounts(150, -1), MaxAllowed: amounts(-1, 350*mib)}, "*": {Mode: "Off"}}
		}, steady[:30]...),
		one("a minimum above the maximum, and bounds of nothing", func(s *Settings) {
			s.Policies = map[string]Policy{"*": {MinAllowed: amounts(700, 0), MaxAllowed: amounts(500, 0)}}
		}, steady[:20]...),
		one("off for the container", func(s *Settings) { s.Policies = map[string]Policy{"*": {Mode: "Off"}} }, steady[:4]...),
		one("only memory is controlled", func(s *Settings) { s.Policies = map[string]Policy{"main": {Controlled: &onlyMemory}} }, steady[:8]...),
		one("nothing is controlled", func(s *Settings) { s.Policies = map[string]Policy{"main": {Controlled: &no}} }, steady[:4]...),
		one("rounded up", func(s *Settings) { s.RoundCPU, s.RoundMemory = 50, 1<<26 }, steady[:20]...),
	}
}

func seeded() []Vector {
	made := []Vector{}
	for seed := range uint64(48) {
		made = append(made, random(seed))
	}
	return made
}

func pick[T any](dice *rand.Rand, from ...T) T { return from[dice.IntN(len(from))] }

func random(seed uint64) Vector {
	dice := rand.New(rand.NewPCG(seed, 5))
	made := Vector{Name: fmt.Sprintf("seed %d", seed), Origin: "seeded", Settings: settings(dice)}
	containers := []string{"main", "proxy", "log"}[:pick(dice, 1, 1, 2, 3)]
	pods := map[string]string{}
	names := []string{}
	number := 0
	come := func() Event {
		name := fmt.Sprintf("p%d", number)
		number++
		names = append(names, name)
		pods[name] = pick(dice, "1", "1", "2")
		return Event{Kind: "pod", Pod: name, Labels: pods[name], Containers: containers}
	}
	first := []Event{}
	for range 1 + dice.IntN(3) {
		first = append(first, come())
	}
	now := int64(begin) + dice.Int64N(day)
	pace := pick(dice, 10*minute, hour, 6*hour, day, 2*day, 9*day)
	steps := 12 + dice.IntN(14)
	level := math.Exp(dice.Float64()*5 + 2)
	spread := pick(dice, 0, 0.1, 0.5, 1.2)
	for step := range steps {
		length := pace/2 + dice.Int64N(pace)
		events := []Event{}
		if step == 0 {
			events = first
		}
		if step > 0 && dice.IntN(6) == 0 {
			gone := dice.IntN(len(names))
			events = append(events, Event{Kind: "gone", Pod: names[gone]}, come())
			if dice.IntN(4) != 0 {
				names = append(names[:gone], names[gone+1:]...)
			}
		}
		count := int64(2 + dice.IntN(6))
		for turn := range count {
			for _, pod := range names {
				for place, container := range containers {
					at := now + length*turn/count + dice.Int64N(length/count)
					if dice.IntN(25) == 0 {
						at -= dice.Int64N(2 * length)
					}
					size := level * math.Exp(spread*dice.NormFloat64()) / float64(place+1)
					sample := Event{Kind: "cpu", Pod: pod, Container: container, At: at, Amount: int64(size)}
					peak := sample
					peak.Kind, peak.Amount = "memory", int64(size*float64(mib)*(1+dice.Float64()/3))
					if dice.IntN(30) == 0 {
						peak.Kind = "oom"
					}
					events = append(events, sample, peak)
				}
			}
		}
		now += length
		made.Script = append(made.Script, Step{At: now, Events: events})
	}
	return made
}

func settings(dice *rand.Rand) Settings {
	made := defaults()
	if dice.IntN(2) == 0 {
		made.SafetyMargin = pick(dice, 0, 0.15, 0.2, 0.33)
		made.TargetCPU, made.UpperCPU = pick(dice, 0.5, 0.8, 0.9, 0.99), pick(dice, 0.95, 0.99, 1)
		made.TargetMemory, made.LowerMemory = pick(dice, 0.9, 0.95), pick(dice, 0, 0.25, 0.5)
		made.ConfidenceCPU, made.ConfidenceMemory = pick(dice, 10*minute, 6*hour, day), pick(dice, hour, day, 3*day)
	}
	if dice.IntN(3) == 0 {
		made.MemoryInterval = pick(dice, hour, 8*hour, 2*day)
		made.MemoryHalfLife, made.CPUHalfLife = pick(dice, 6*hour, day, 3*day), pick(dice, hour, 7*hour, 2*day)
	}
	if dice.IntN(4) == 0 {
		made.RoundCPU, made.RoundMemory = pick(dice, 1, 5, 100), pick(dice, 1, 1000, 1<<20)
	}
	if dice.IntN(3) == 0 {
		made.Policies = map[string]Policy{
			"main": {MinAllowed: amounts(100, 300*mib), MaxAllowed: amounts(pick[int64](dice, -1, 700, 2000), 900*mib)},
			"*":    {Mode: pick(dice, "Auto", "Off", "Auto"), MaxAllowed: amounts(600, -1)},
		}
		made.MaxAllowed = pick(dice, nil, amounts(500, 800*mib))
	}
	return made
}
