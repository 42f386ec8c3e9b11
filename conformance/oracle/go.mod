module dryscale.dev/conformance/oracle

go 1.26
