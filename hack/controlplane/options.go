package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// options is what the command line of "up" asks for.
type options struct {
	dir          string
	ports        ports // 0: the port of the last run, or any free one
	audit        bool
	auditLevel   string
	featureGates string
}

const usage = `usage: controlplane up --dir DIR [flags]

Runs etcd, kube-apiserver and kube-controller-manager on loopback and prints
"ready: DIR/admin.kubeconfig" once they are. It stops them on SIGTERM and SIGINT,
when its parent dies and when one of them fails, and restarts kube-apiserver on
SIGHUP. $KUBEBUILDER_ASSETS may supply etcd and kube-apiserver.

`

// parseOptions reads the command line; usage and errors go to out.
func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.dir, "dir", "", "directory of the data, keys and logs; resumed where it exists (required)")
	flags.IntVar(&o.ports.APIServer, "secure-port", 0, "port of kube-apiserver")
	flags.IntVar(&o.ports.Etcd, "etcd-port", 0, "port of etcd")
	flags.IntVar(&o.ports.ControllerManager, "controller-manager-port", 0, "port of kube-controller-manager")
	flags.BoolVar(&o.audit, "audit-log", false, "write every request, once answered, to DIR/audit.log")
	flags.StringVar(&o.auditLevel, "audit-level", "Metadata", "Metadata, Request or RequestResponse")
	flags.StringVar(&o.featureGates, "feature-gates", "", "feature gates of kube-apiserver, such as WatchList=false")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	err := o.validate(flags.Args())
	if err != nil {
		fmt.Fprintln(out, "controlplane:", err)
	}
	return o, err
}

func (o options) validate(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if o.dir == "" {
		return errors.New("--dir is required")
	}
	return nil
}
