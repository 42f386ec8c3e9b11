// Empty: it lets world.go declare a function without a body.
