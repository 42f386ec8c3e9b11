// Plays calls through gRPC's outlier detection (gRFC A50), which follows Envoy's: which hosts are left out, interval by interval.
//
// Its package is internal; the policy is reached by its name, as channels reach it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"testing/synctest"

	"dryscale.dev/conformance/oracle/script"
	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/resolver"
	_ "google.golang.org/grpc/xds"
)

const policy = "outlier_detection_experimental"

func main() {
	script.Main("outlier-detection", "grpc-go v1.81.1 (Apache-2.0)", generated, map[string]script.Kind{"by interval": play})
}

// play makes a policy over so many hosts. A step comes between two intervals: it says which hosts are left out, then adds the
// calls of those that are not, so many answered well and so many not.
func play(settings script.Object) func(script.Object) any {
	hosts := int(script.Number(settings, "hosts"))
	channel := &channel{}
	builder := balancer.Get(policy)
	made := builder.Build(channel, balancer.BuildOptions{})
	written, err := json.Marshal(settings["config"])
	check(err)
	config, err := builder.(balancer.ConfigParser).ParseConfig(written)
	check(err)
	var endpoints []resolver.Endpoint
	for i := range hosts {
		endpoints = append(endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: fmt.Sprintf("host-%d", i)}}})
	}
	check(made.UpdateClientConnState(balancer.ClientConnState{
		ResolverState:  resolver.State{Endpoints: endpoints},
		BalancerConfig: config,
	}))
	return func(step script.Object) any {
		synctest.Wait()
		out := []int{}
		for i, host := range last.hosts {
			if host.ejected {
				out = append(out, i)
			} else {
				channel.call(i, step["good"], nil)
				channel.call(i, step["bad"], errors.New("bad"))
			}
		}
		if script.Yes(step, "last") {
			made.Close()
		}
		return script.Object{"ejected": out}
	}
}

// generated situations stay clear of what the two say differently: a share of failures that is just the threshold (Envoy: out,
// gRPC: in), an ejection that ends just at an interval (Envoy: over, gRPC: not yet), and both rules at once.
func generated() []script.Vector {
	var situations []script.Vector
	for seed := range 200 {
		chance := rand.New(rand.NewSource(int64(seed)))
		hosts := 3 + chance.Intn(10)
		config := script.Object{
			"interval": "10s", "baseEjectionTime": "23s", "maxEjectionTime": "300s", "maxEjectionPercent": 100,
			"childPolicy": []any{script.Object{childName: script.Object{}}},
		}
		threshold := 0
		if seed%2 == 0 {
			config["successRateEjection"] = script.Object{
				"stdevFactor": []int{1000, 1900, 500}[chance.Intn(3)], "enforcementPercentage": 100,
				"minimumHosts": 3 + chance.Intn(4), "requestVolume": 60 + chance.Intn(60),
			}
		} else {
			threshold = 30 + chance.Intn(60)
			config["failurePercentageEjection"] = script.Object{
				"threshold": threshold, "enforcementPercentage": 100,
				"minimumHosts": 2 + chance.Intn(5), "requestVolume": 30 + chance.Intn(60),
			}
		}
		situations = append(situations, script.Vector{
			Controller: "outlier-detection", Name: fmt.Sprintf("%d hosts, seed %d", hosts, seed), Origin: "seeded",
			Settings: script.Object{"kind": "by interval", "hosts": hosts, "config": config},
			Script:   calls(chance, hosts, threshold),
		})
	}
	return situations
}

// calls of 40 intervals: each host fails as it is used to, and now and then much more.
func calls(chance *rand.Rand, hosts, threshold int) []script.Object {
	used := make([]float64, hosts)
	for i := range used {
		used[i] = 0.1 * chance.Float64()
	}
	var steps []script.Object
	for i := range 40 {
		good, bad := make([]int, hosts), make([]int, hosts)
		for host := range hosts {
			failing := used[host]
			if chance.Intn(8) == 0 {
				failing = chance.Float64()
			}
			all := 20 + chance.Intn(180)
			for range all {
				if chance.Float64() < failing {
					bad[host]++
				} else {
					good[host]++
				}
			}
			if 100*bad[host] == threshold*all {
				good[host]++
			}
		}
		steps = append(steps, script.Object{"at": float64(5 + 10*i), "good": good, "bad": bad, "last": i == 39})
	}
	return steps
}

// number reads what a script says of one host: from a file it comes as JSON's own numbers.
func number(of any, host int) int {
	switch values := of.(type) {
	case []int:
		return values[host]
	case []any:
		return int(values[host].(float64))
	}
	return 0
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
