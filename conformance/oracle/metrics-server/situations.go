package main

import (
	"fmt"
	"math/rand"
)

func situations() []Vector {
	vectors := scripted()
	for seed := range 60 {
		vectors = append(vectors, seeded(rand.New(rand.NewSource(int64(seed))), seed))
	}
	return vectors
}

// point is a container's reading: milliseconds, milliseconds of CPU since its start, MiB.
func point(start, time, cpu, memory int) object {
	return object{"start": float64(start), "time": float64(time), "cpu": float64(cpu) * 1e6, "memory": float64(memory) * 1024 * 1024}
}

func scrape(at float64, pods object) object { return object{"at": at, "pods": pods} }

func only(container object) object { return object{"a": object{"app": container}} }

func vector(name, origin string, resolution float64, pods []string, script []object) Vector {
	settings := object{"kind": "pods", "resolution": resolution, "pods": pods}
	return Vector{Controller: "metrics-server", Name: name, Origin: origin, Settings: settings, Script: script}
}

func scripted() []Vector {
	one := []string{"a"}
	var vectors []Vector
	add := func(name string, resolution float64, pods []string, script ...object) {
		vectors = append(vectors, vector(name, "script", resolution, pods, script))
	}
	for _, age := range []int{0, 9_999, 10_000, 10_001, 14_999, 15_000, 20_000} {
		add(fmt.Sprintf("a container of %d ms at its first scrape", age), 15, one,
			scrape(30, only(point(0, age, 100, 50))),
			scrape(45, only(point(0, age+15_000, 400, 60))))
	}
	add("a point that the kubelet has not refreshed keeps the one before", 15, one,
		scrape(30, only(point(0, 20_000, 1_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, only(point(0, 35_000, 4_000, 60))),
		scrape(75, only(point(0, 35_000, 4_000, 60))),
		scrape(90, only(point(0, 80_000, 5_000, 60))))
	add("a point older than the one stored", 15, one,
		scrape(30, only(point(0, 20_000, 1_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, only(point(0, 30_000, 3_500, 60))),
		scrape(75, only(point(0, 19_000, 900, 60))))
	add("a container started again between two scrapes", 15, one,
		scrape(30, only(point(0, 20_000, 1_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, only(point(36_000, 50_000, 2_000, 40))),
		scrape(75, only(point(36_000, 65_000, 3_000, 40))))
	add("a container started again, its first point too young", 15, one,
		scrape(30, only(point(0, 20_000, 1_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, only(point(45_000, 50_000, 200, 40))),
		scrape(75, only(point(45_000, 65_000, 3_000, 40))))
	add("a counter that went back without a new start", 15, one,
		scrape(30, only(point(0, 20_000, 5_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, only(point(0, 50_000, 4_500, 60))))
	add("one container of two is fresh", 15, one,
		scrape(30, object{"a": object{"app": point(0, 20_000, 1_000, 50), "proxy": point(0, 21_000, 10, 5)}}),
		scrape(45, object{"a": object{"app": point(0, 34_000, 2_000, 50), "proxy": point(30_000, 36_000, 3, 5)}}),
		scrape(60, object{"a": object{"app": point(0, 49_000, 3_000, 50), "proxy": point(30_000, 51_500, 30, 5)}}))
	add("the container with the earliest time speaks for the pod", 60, one,
		scrape(60, object{"a": object{"app": point(0, 55_000, 1_000, 50), "proxy": point(0, 47_000, 10, 5)}}),
		scrape(120, object{"a": object{"app": point(0, 114_000, 2_000, 50), "proxy": point(0, 107_250, 30, 5)}}))
	add("a pod that a scrape misses begins anew", 15, one,
		scrape(30, only(point(0, 20_000, 1_000, 50))),
		scrape(45, only(point(0, 35_000, 4_000, 60))),
		scrape(60, object{}),
		scrape(75, only(point(0, 65_000, 6_000, 60))),
		scrape(90, only(point(0, 80_000, 7_000, 60))))
	add("at the default resolution of 60 s a young container's first point counts up to there", 60, []string{"a", "b"},
		scrape(60, object{"a": object{"app": point(10_000, 55_000, 9_000, 50)}, "b": object{"app": point(0, 60_000, 9_000, 50)}}),
		scrape(120, object{"a": object{"app": point(10_000, 115_000, 12_000, 50)}, "b": object{"app": point(0, 118_000, 12_000, 50)}}))
	return vectors
}

// seeded has pods that come, restart and go under a kubelet that measures when it likes.
func seeded(chance *rand.Rand, seed int) Vector {
	resolution := []float64{15, 15, 30, 60}[chance.Intn(4)]
	pods := []string{"a", "b", "c", "d"}
	type container struct{ start, time, cpu int }
	world := map[string]map[string]*container{}
	now := 0
	var script []object
	for range 25 {
		now += int(resolution) * 1000
		for _, pod := range pods {
			switch {
			case world[pod] == nil && chance.Intn(3) > 0:
				world[pod] = map[string]*container{"app": {start: now - chance.Intn(70_000)}}
				if chance.Intn(2) == 0 {
					world[pod]["proxy"] = &container{start: now - chance.Intn(70_000)}
				}
			case world[pod] != nil && chance.Intn(15) == 0:
				delete(world, pod)
			}
		}
		seen := object{}
		for _, pod := range pods {
			containers := object{}
			for _, name := range []string{"app", "proxy"} {
				one := world[pod][name]
				if one == nil {
					continue
				}
				if chance.Intn(12) == 0 {
					one.start, one.cpu = now-chance.Intn(20_000), 0
				}
				if chance.Intn(6) > 0 || one.time < one.start {
					next := max(one.start, now-chance.Intn(15_000))
					one.cpu += max(0, next-max(one.time, one.start)) * chance.Intn(3000) / 1000
					one.time = next
				}
				containers[name] = point(one.start, one.time, one.cpu, 20+chance.Intn(200))
			}
			if len(containers) > 0 {
				seen[pod] = containers
			}
		}
		script = append(script, scrape(float64(now)/1000, seen))
	}
	return vector(fmt.Sprintf("pods that come, restart and go, %d", seed), "seeded", resolution, pods, script)
}
