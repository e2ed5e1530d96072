package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	certutil "k8s.io/client-go/util/cert"
)

const (
	startTimeout = 60 * time.Second
	pollInterval = 50 * time.Millisecond
)

// stopGrace bounds the stop of all three to 7 seconds. kube-apiserver would
// drain its open watches for up to a minute.
var stopGrace = map[string]time.Duration{
	controllerManager: 2 * time.Second,
	kubeAPIServer:     3 * time.Second,
	etcd:              2 * time.Second,
}

// errAsked ends a wait because "up" is to stop: it is no failure.
var errAsked = errors.New("asked to stop")

// cluster is the three programs at work. All of its methods run on the locked
// thread of runUp.
type cluster struct {
	*state
	options  options
	lock     *os.File
	children []*child // in the order of their start
	client   *http.Client
	toStop   func() bool
	hangups  <-chan os.Signal
}

func newCluster(o options) (*cluster, error) {
	c := &cluster{options: o, toStop: stopRequests(), hangups: hangups()}
	var err error
	if c.lock, err = lockDirectory(o.dir); err != nil {
		return nil, err
	}
	if c.state, err = prepare(o); err != nil {
		return nil, err
	}
	c.client, err = newClient(c.path("ca.crt"))
	return c, err
}

func newClient(caFile string) (*http.Client, error) {
	roots, err := certutil.NewPool(caFile)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return &http.Client{Transport: transport, Timeout: time.Second}, nil
}

// run returns when "up" is to stop, or with the failure that ends it.
func (c *cluster) run() error {
	if err := c.start(); err != nil {
		return err
	}
	fmt.Println("ready:", c.path(adminKubeconfig))
	for {
		select {
		case <-c.hangups:
			if err := c.restartAPIServer(); err != nil {
				return err
			}
			fmt.Fprintln(os.Stderr, "kube-apiserver restarted")
		case <-time.After(pollInterval):
			if err := c.check(); err != nil {
				return err
			}
		}
	}
}

// start runs the three programs one after the other, each once what it needs is
// there, and returns when clients will find a settled cluster.
func (c *cluster) start() error {
	deadline := time.Now().Add(startTimeout)
	for _, p := range []struct {
		name, health string
		args         []string
	}{
		{etcd, c.etcdURL() + "/health", c.etcdArgs()},
		{kubeAPIServer, c.apiServerURL() + "/readyz", c.apiServerArgs(c.options)},
		{controllerManager, c.controllerManagerURL() + "/healthz", c.controllerManagerArgs()},
	} {
		child, err := startChild(p.name, p.args, c.dir, c.lock)
		if err != nil {
			return err
		}
		c.children = append(c.children, child)
		if err := c.await(child, deadline, func() bool { return c.answers(p.health, "") }); err != nil {
			return err
		}
	}
	return c.await(c.children[2], deadline, c.settled)
}

// settled says that the controllers have done what clients rely on.
func (c *cluster) settled() bool {
	namespace := c.apiServerURL() + "/api/v1/namespaces/default"
	roles := c.apiServerURL() + "/apis/rbac.authorization.k8s.io/v1/clusterroles"
	return c.answers(namespace+"/serviceaccounts/default", "") &&
		c.answers(namespace+"/configmaps/kube-root-ca.crt", "") &&
		c.answers(roles+"/view", `"configmaps"`) // aggregated
}

// restartAPIServer replaces kube-apiserver by a new one on the same port.
func (c *cluster) restartAPIServer() error {
	c.children[1].stop(stopGrace[kubeAPIServer])
	child, err := startChild(kubeAPIServer, c.apiServerArgs(c.options), c.dir, c.lock)
	if err != nil {
		return err
	}
	c.children[1] = child
	ready := func() bool { return c.answers(c.apiServerURL()+"/readyz", "") }
	return c.await(child, time.Now().Add(startTimeout), ready)
}

// stop ends the children, the last started first.
func (c *cluster) stop() {
	for i := len(c.children) - 1; i >= 0; i-- {
		c.children[i].stop(stopGrace[c.children[i].name])
	}
}

// await returns nil once reached says so; otherwise errAsked when "up" is to
// stop, or the failure of a child that has ended or missed the deadline.
func (c *cluster) await(who *child, deadline time.Time, reached func() bool) error {
	for {
		if err := c.check(); err != nil {
			return err
		}
		if reached() {
			return nil
		}
		if time.Now().After(deadline) {
			return who.failure(fmt.Sprintf("is not ready after %s", startTimeout))
		}
		time.Sleep(pollInterval)
	}
}

// check says why the cluster can't go on, if it can't.
func (c *cluster) check() error {
	if c.toStop() {
		return errAsked
	}
	for _, child := range c.children {
		if child.ended() {
			return child.failure("ended: " + child.cmd.ProcessState.String())
		}
	}
	return nil
}

// answers says whether a GET as administrator succeeds with the text in its body.
func (c *cluster) answers(url, text string) bool {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+c.AdminToken)
	response, err := c.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == http.StatusOK && strings.Contains(string(body), text)
}
