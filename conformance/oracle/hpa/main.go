// Plays situations through Kubernetes' whole HorizontalController in virtual time.
package main

import (
	"flag"
	"io"
	"log"
	"path/filepath"
	"testing"
	"testing/synctest"

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
	vectors := situations()
	if *in != "" {
		vectors = read(*in)
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "play",
		F: func(t *testing.T) {
			for i := range vectors {
				synctest.Test(t, func(t *testing.T) { play(t, &vectors[i]) })
			}
			write(filepath.Join(*out, "hpa.jsonl.gz"), vectors)
		},
	}}, nil, nil)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
