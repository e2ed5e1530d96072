package main

import (
	"net"
	"testing"
)

func TestChoosePortsTakesFreeOnesThatDiffer(t *testing.T) {
	p, err := choosePorts(ports{}, ports{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Etcd == p.APIServer || p.APIServer == p.ControllerManager || p.Etcd == p.ControllerManager {
		t.Errorf("%+v", p)
	}
	for _, port := range []int{p.Etcd, p.APIServer, p.ControllerManager} {
		if port < firstPort || port >= endPort {
			t.Errorf("port %d is outside of %d to %d", port, firstPort, endPort)
		}
	}
}

func TestChoosePortsPrefersTheOneAskedFor(t *testing.T) {
	free, err := choosePorts(ports{}, ports{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := choosePorts(ports{APIServer: free.Etcd}, ports{APIServer: free.APIServer})
	if err != nil || p.APIServer != free.Etcd {
		t.Errorf("%+v, %v, want %d", p, err, free.Etcd)
	}
}

func TestChoosePortsNamesTheFlagOfATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	for flag, asked := range map[string]ports{
		"--etcd-port":               {Etcd: port},
		"--secure-port":             {APIServer: port},
		"--controller-manager-port": {ControllerManager: port},
	} {
		_, err := choosePorts(asked, ports{})
		wantError(t, err, flag)
		wantError(t, err, "address already in use")
	}
}
