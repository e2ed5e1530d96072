// Command controlplane is the real Kubernetes control plane behind Parapet's
// tests, demo and benchmark. It holds etcd, kube-apiserver,
// kube-controller-manager and kubectl in one binary, and "up", which runs the
// first three on loopback.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // CronJobs name time zones

	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl reaches real clusters too
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

// The names of the three programs "up" runs, in the order it starts them.
const (
	etcd              = "etcd"
	kubeAPIServer     = "kube-apiserver"
	controllerManager = "kube-controller-manager"
)

// programs maps the name this binary is called by, or else its first argument,
// to what it then does. Each returns its exit code.
var programs = map[string]func() int{
	etcd:              runEtcd,
	kubeAPIServer:     func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	controllerManager: func() int { return cli.Run(controllermanager.NewControllerManagerCommand()) },
	"kubectl":         runKubectl,
	"up":              runUp,
}

func main() {
	run, found := programs[filepath.Base(os.Args[0])]
	if !found && len(os.Args) > 1 {
		// From here on the program sees its own name first, as if called by it.
		os.Args = os.Args[1:]
		run, found = programs[os.Args[0]]
	}
	if !found {
		fmt.Fprintln(os.Stderr, "usage: controlplane up|kubectl|etcd|kube-apiserver|kube-controller-manager [flags]")
		os.Exit(2)
	}
	os.Exit(run())
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func runKubectl() int {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err) // exits with the code that belongs to err
	}
	return 0
}
