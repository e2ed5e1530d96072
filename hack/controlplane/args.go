package main

import "fmt"

const (
	serviceIPRange      = "10.96.0.0/16"
	kubernetesServiceIP = "10.96.0.1" // the first of the range is the Service "kubernetes"

	// The endpoint of the Service "kubernetes" may not be a loopback address, and
	// the machine may have no other: take one that RFC 5737 reserves for examples.
	advertiseAddress = "192.0.2.1"
)

func (s *state) etcdURL() string {
	return fmt.Sprintf("http://%s:%d", loopback, s.Ports.Etcd)
}

func (s *state) apiServerURL() string {
	return fmt.Sprintf("https://%s:%d", loopback, s.Ports.APIServer)
}

func (s *state) controllerManagerURL() string {
	return fmt.Sprintf("https://%s:%d", loopback, s.Ports.ControllerManager)
}

// etcdArgs trades durability for speed: a power cut may lose the data.
func (s *state) etcdArgs() []string {
	return []string{
		"--data-dir=" + s.path("etcd"),
		"--listen-client-urls=" + s.etcdURL(),
		"--advertise-client-urls=" + s.etcdURL(),
		"--listen-peer-urls=http://" + loopback + ":0",
		"--quota-backend-bytes=8589934592",
		"--log-level=warn",
		"--unsafe-no-fsync",
	}
}

func (s *state) apiServerArgs(o options) []string {
	args := []string{
		"--etcd-servers=" + s.etcdURL(),
		"--bind-address=" + loopback,
		fmt.Sprintf("--secure-port=%d", s.Ports.APIServer),
		"--advertise-address=" + advertiseAddress,
		"--tls-cert-file=" + s.path("serving.crt"),
		"--tls-private-key-file=" + s.path("serving.key"),
		"--client-ca-file=" + s.path("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + s.path("service-account.key"),
		"--service-account-signing-key-file=" + s.path("service-account.key"),
		"--token-auth-file=" + s.path("tokens.csv"),
		"--authorization-mode=RBAC",
		"--allow-privileged", // as every installer has it: leave it to Pod Security
		"--service-cluster-ip-range=" + serviceIPRange,
		"--feature-gates=" + o.featureGates,
	}
	if !o.audit {
		return args
	}
	return append(args,
		"--audit-policy-file="+s.path("audit-policy.yaml"),
		"--audit-log-path="+s.path("audit.log"),
		"--audit-log-mode=blocking",    // an entry is in the file before its answer is out
		"--audit-log-maxsize=10000000", // megabytes: 0 would start a new file every 100
	)
}

func (s *state) controllerManagerArgs() []string {
	kubeconfig := s.path(managerKubeconfig)
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--authentication-skip-lookup", // nobody calls it with a client certificate
		"--bind-address=" + loopback,
		fmt.Sprintf("--secure-port=%d", s.Ports.ControllerManager),
		"--tls-cert-file=" + s.path("serving.crt"),
		"--tls-private-key-file=" + s.path("serving.key"),
		"--root-ca-file=" + s.path("ca.crt"),
		"--cluster-signing-cert-file=" + s.path("ca.crt"),
		"--cluster-signing-key-file=" + s.path("ca.key"),
		"--service-account-private-key-file=" + s.path("service-account.key"),
		"--use-service-account-credentials",
		"--leader-elect=false",
		"--kube-api-qps=200", // 20, the default, takes 5 seconds to get going
		"--kube-api-burst=400",
	}
}
