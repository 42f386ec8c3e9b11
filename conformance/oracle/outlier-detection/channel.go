package main

import (
	"context"

	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/connectivity"
	estats "google.golang.org/grpc/experimental/stats"
	"google.golang.org/grpc/resolver"
)

// channel is the policy's world: connections that are ready at once, and the picker that calls go by.
type channel struct {
	balancer.ClientConn
	picker balancer.Picker
}

func (c *channel) UpdateState(state balancer.State)        { c.picker = state.Picker }
func (c *channel) Target() string                          { return "" }
func (c *channel) MetricsRecorder() estats.MetricsRecorder { return unrecorded{} }
func (c *channel) NewSubConn(_ []resolver.Address, options balancer.NewSubConnOptions) (balancer.SubConn, error) {
	return &connection{listener: options.StateListener}, nil
}

// call sends as many calls to a host as are said of it, all with the same end.
func (c *channel) call(host int, said any, err error) {
	for range number(said, host) {
		picked, failed := c.picker.Pick(balancer.PickInfo{Ctx: context.WithValue(context.Background(), hostKey{}, host)})
		check(failed)
		picked.Done(balancer.DoneInfo{Err: err})
	}
}

type unrecorded struct{ estats.MetricsRecorder }

func (unrecorded) RecordInt64Count(*estats.Int64CountHandle, int64, ...string) {}

type connection struct {
	balancer.SubConn
	listener func(balancer.SubConnState)
}

func (c *connection) Connect() {
	c.listener(balancer.SubConnState{ConnectivityState: connectivity.Ready})
}

func (c *connection) Shutdown() {}

func (c *connection) RegisterHealthListener(listener func(balancer.SubConnState)) {
	if listener != nil {
		listener(balancer.SubConnState{ConnectivityState: connectivity.Ready})
	}
}

// The policy below: it picks the host that a call names, and knows whom it is told to leave out.
const childName = "by_number"

type hostKey struct{}

type host struct {
	connection balancer.SubConn
	ejected    bool
}

type child struct {
	balancer.Balancer
	channel balancer.ClientConn
	hosts   []*host
}

// last is the child that was made last: a situation has one.
var last *child

type childBuilder struct{}

func init() { balancer.Register(childBuilder{}) }

func (childBuilder) Name() string { return childName }
func (childBuilder) Build(channel balancer.ClientConn, _ balancer.BuildOptions) balancer.Balancer {
	last = &child{channel: channel}
	return last
}

func (c *child) UpdateClientConnState(state balancer.ClientConnState) error {
	for _, endpoint := range state.ResolverState.Endpoints {
		made := &host{}
		connection, err := c.channel.NewSubConn(endpoint.Addresses, balancer.NewSubConnOptions{
			StateListener: func(balancer.SubConnState) {
				made.connection.RegisterHealthListener(func(state balancer.SubConnState) {
					made.ejected = state.ConnectivityState == connectivity.TransientFailure
				})
			},
		})
		if err != nil {
			return err
		}
		made.connection = connection
		c.hosts = append(c.hosts, made)
		connection.Connect()
	}
	c.channel.UpdateState(balancer.State{ConnectivityState: connectivity.Ready, Picker: c})
	return nil
}

// Pick is the child's picker as well.
func (c *child) Pick(info balancer.PickInfo) (balancer.PickResult, error) {
	return balancer.PickResult{SubConn: c.hosts[info.Ctx.Value(hostKey{}).(int)].connection}, nil
}

func (c *child) Close()    {}
func (c *child) ExitIdle() {}
