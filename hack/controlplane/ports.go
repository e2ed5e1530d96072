package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are looked for below Linux's ephemeral range (32768 and up), so
// that no outgoing connection sits on kube-apiserver's port while it restarts.
const (
	firstPort = 20000
	endPort   = 32768
)

// ports is where the three servers listen on loopback.
type ports struct {
	Etcd              int `json:"etcd"`
	APIServer         int `json:"apiServer"`
	ControllerManager int `json:"controllerManager"`
}

// choosePorts gives each server the port asked for, else the one of the last
// run if it is still free, else any free one. All three are held until the last
// is chosen: they differ.
func choosePorts(asked, last ports) (ports, error) {
	var chosen ports
	for _, p := range []struct {
		flag        string
		asked, last int
		chosen      *int
	}{
		{"--etcd-port", asked.Etcd, last.Etcd, &chosen.Etcd},
		{"--secure-port", asked.APIServer, last.APIServer, &chosen.APIServer},
		{"--controller-manager-port", asked.ControllerManager, last.ControllerManager, &chosen.ControllerManager},
	} {
		listener, err := listenOn(p.asked, p.last)
		if err != nil {
			return ports{}, fmt.Errorf("port of %s: %w", p.flag, err)
		}
		defer listener.Close()
		*p.chosen = listener.Addr().(*net.TCPAddr).Port
	}
	return chosen, nil
}

func listenOn(asked, last int) (net.Listener, error) {
	if asked != 0 {
		return listen(asked)
	}
	if last != 0 {
		if listener, err := listen(last); err == nil {
			return listener, nil
		}
	}
	for range 100 {
		if listener, err := listen(firstPort + rand.IntN(endPort-firstPort)); err == nil {
			return listener, nil
		}
	}
	return nil, errors.New("no free one found")
}

func listen(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
}
