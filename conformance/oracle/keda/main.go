package main

import (
	_ "github.com/kedacore/keda/v2/pkg/fallback"
	_ "github.com/kedacore/keda/v2/pkg/scaling/executor"
)

func main() {}
