package main

func scripted() []vector { return nil }
