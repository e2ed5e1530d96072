package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

const (
	adminKubeconfig   = "admin.kubeconfig"
	managerKubeconfig = "kube-controller-manager.kubeconfig"
)

// writeCredentials writes the keys and certificates that are missing, and the
// tokens and kubeconfigs anew: their port may have changed.
func (s *state) writeCredentials() error {
	if err := s.writeServingCertificate(); err != nil {
		return err
	}
	if _, _, err := keyutil.LoadOrGenerateKeyFile(s.path("service-account.key")); err != nil {
		return err
	}
	ca, err := os.ReadFile(s.path("ca.crt"))
	if err != nil {
		return err
	}
	return errors.Join(
		s.write("tokens.csv", s.tokens()),
		s.writeKubeconfig(adminKubeconfig, ca, s.AdminToken),
		s.writeKubeconfig(managerKubeconfig, ca, s.ManagerToken),
	)
}

// writeServingCertificate makes the certificate that kube-apiserver and
// kube-controller-manager share. ca.crt comes last: it says that all are there.
func (s *state) writeServingCertificate() error {
	if _, err := os.Stat(s.path("ca.crt")); err == nil {
		return nil
	}
	chain, key, err := certutil.GenerateSelfSignedCertKeyWithOptions(certutil.SelfSignedCertKeyOptions{
		Host:         loopback,
		AlternateIPs: []net.IP{net.ParseIP(kubernetesServiceIP)},
		AlternateDNS: []string{"localhost", "kubernetes.default.svc"},
		MaxAge:       10 * 365 * 24 * time.Hour,
	})
	if err != nil {
		return err
	}
	certificates, err := certutil.ParseCertsPEM(chain)
	if err != nil {
		return err
	}
	ca, err := certutil.EncodeCertificates(certificates[len(certificates)-1])
	if err != nil {
		return err
	}
	return errors.Join(s.write("serving.key", key), s.write("serving.crt", chain), s.write("ca.crt", ca))
}

// tokens is kube-apiserver's token file: token, user, uid, groups. The
// controller manager is the user that the bootstrap RBAC rules know, not an
// administrator: Parapet's tests tell users apart.
func (s *state) tokens() []byte {
	return fmt.Appendf(nil, "%s,admin,admin,system:masters\n%s,system:kube-controller-manager,kube-controller-manager,\n",
		s.AdminToken, s.ManagerToken)
}

func (s *state) writeKubeconfig(name string, ca []byte, token string) error {
	config := clientcmdapi.NewConfig()
	config.Clusters["parapet"] = &clientcmdapi.Cluster{Server: s.apiServerURL(), CertificateAuthorityData: ca}
	config.AuthInfos["parapet"] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["parapet"] = &clientcmdapi.Context{Cluster: "parapet", AuthInfo: "parapet"}
	config.CurrentContext = "parapet"
	text, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return s.write(name, text)
}
