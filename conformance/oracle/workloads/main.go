// Plays Jobs, CronJobs and DaemonSets through their real controllers, one look a step, in virtual time.
package main

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"dryscale.dev/conformance/oracle/vectors"
	"k8s.io/klog/v2"
)

const version = "kubernetes v1.36.2 (Apache-2.0)"

// Vector is a situation and, once played, what was decided at each step.
type Vector[G, S, D any] struct {
	Controller string `json:"controller"`
	Version    string `json:"version"`
	Name       string `json:"name"`
	Origin     string `json:"origin,omitempty"`
	Settings   G      `json:"settings"`
	Script     []S    `json:"script"`
	Expected   []D    `json:"expected"`
}

// Life tells a situation of our own: what holds at the next look follows from the last one and from what was decided then.
type Life[G, S, D any] struct {
	name, origin string
	settings     G
	looks        int
	next         func(last *S, decided *D) S
}

// Controller is one of the three, with the situations that are played when none are given.
type Controller[G, S, D any] struct {
	name string
	make func(settings G) func(step S) D
	at   func(step S) float64
	own  func() []Life[G, S, D]
}

func (c Controller[G, S, D]) run(t *testing.T, in, out string) {
	var played []Vector[G, S, D]
	if in != "" {
		played = must(vectors.Read[Vector[G, S, D]](in, c.name))
		for i := range played {
			c.play(t, &played[i], func(n int, _ *D) *S {
				if n == len(played[i].Script) {
					return nil
				}
				return &played[i].Script[n]
			})
		}
	} else {
		for _, life := range c.own() {
			vector := Vector[G, S, D]{Controller: c.name, Name: life.name, Origin: life.origin, Settings: life.settings}
			c.play(t, &vector, func(n int, decided *D) *S {
				if n == life.looks {
					return nil
				}
				var last *S
				if n > 0 {
					last = &vector.Script[n-1]
				}
				vector.Script = append(vector.Script, life.next(last, decided))
				return &vector.Script[n]
			})
			played = append(played, vector)
		}
	}
	check(vectors.Write(out, c.name, played))
}

// The controller is made outside the virtual time of its life, since its queue has goroutines that nothing ends.
func (c Controller[G, S, D]) play(t *testing.T, vector *Vector[G, S, D], step func(n int, decided *D) *S) {
	vector.Version, vector.Expected = version, nil
	look := c.make(vector.Settings)
	synctest.Test(t, func(*testing.T) {
		begin := time.Now()
		var decided *D
		for n := 0; ; n++ {
			now := step(n, decided)
			if now == nil {
				return
			}
			time.Sleep(time.Until(begin.Add(seconds(c.at(*now)))))
			decision := look(*now)
			vector.Expected = append(vector.Expected, decision)
			decided = &decision
		}
	})
}

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	klog.SetLogger(klog.Logger{}) // nobody reads what the controllers tell of each look
	testing.Init()
	flag.Parse()
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			jobs.run(t, *in, *out)
			cronJobs.run(t, *in, *out)
			daemonSets.run(t, *in, *out)
		},
	}}, nil, nil)
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
