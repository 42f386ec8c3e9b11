// Plays situations through KEDA's executor, fallback and job strategies in virtual time.
package main

import "dryscale.dev/conformance/oracle/script"

const version = "kedacore/keda v2.21.0 (Apache-2.0)"

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
	"scaledObject": newScaledObject,
	"fallback":     newFallback,
	"scaledJob":    newScaledJob,
}

func main() { script.Main("keda", version, situations, kinds) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}
