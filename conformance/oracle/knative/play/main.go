// Plays situations through Knative's collector, autoscaler and reconciler in virtual time.
package main

import "dryscale.dev/conformance/oracle/script"

const version = "knative.dev/serving v0.50.0 (Apache-2.0)"

type (
	object = script.Object
	Vector = script.Vector
)

var (
	seconds = script.Seconds
	number  = script.Number
	yes     = script.Yes
	text    = script.Text
)

var kinds = map[string]script.Kind{
	"scale":     newScale,
	"ticks":     newTicks,
	"windows":   newWindows,
	"reconcile": newReconcile,
}

func main() { script.Main("knative", version, situations, kinds) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}
