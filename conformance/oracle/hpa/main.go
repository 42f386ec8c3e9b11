// Plays situations through Kubernetes' whole HorizontalController in virtual time.
package main

import (
	"flag"
	"io"
	"log"
	"testing"
	"testing/synctest"

	"dryscale.dev/conformance/oracle/vectors"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
)

func main() {
	in := flag.String("in", "", "folder of situations")
	out := flag.String("out", ".", "folder for the vectors")
	testing.Init()
	flag.Parse()
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	// They wait between errors by a clock that outlives a situation.
	utilruntime.ErrorHandlers = nil
	played := situations()
	if *in != "" {
		played = must(vectors.Read[Vector](*in, "hpa"))
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range played {
				synctest.Test(t, func(t *testing.T) { play(t, &played[i]) })
			}
			check(vectors.Write(*out, "hpa", played))
		},
	}}, nil, nil)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
