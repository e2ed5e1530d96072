package main

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/keyutil"
)

const (
	adminKubeconfig   = "admin.kubeconfig"
	managerKubeconfig = "kube-controller-manager.kubeconfig"

	// An administrator's as well, by a client certificate instead of a token.
	certificateKubeconfig = "client-cert.kubeconfig"
)

// writeCredentials writes the keys and certificates that are missing, and the
// tokens and kubeconfigs anew: their port may have changed.
func (s *state) writeCredentials() error {
	if err := s.writeCertificates(); err != nil {
		return err
	}
	if _, _, err := keyutil.LoadOrGenerateKeyFile(s.path("service-account.key")); err != nil {
		return err
	}
	certificate, certificateErr := os.ReadFile(s.path("client.crt"))
	key, keyErr := os.ReadFile(s.path("client.key"))
	return errors.Join(
		certificateErr, keyErr,
		s.write("tokens.csv", s.tokens()),
		s.writeKubeconfig(adminKubeconfig, &clientcmdapi.AuthInfo{Token: s.AdminToken}),
		s.writeKubeconfig(managerKubeconfig, &clientcmdapi.AuthInfo{Token: s.ManagerToken}),
		s.writeKubeconfig(certificateKubeconfig, &clientcmdapi.AuthInfo{
			ClientCertificateData: certificate, ClientKeyData: key,
		}),
	)
}

// tokens is kube-apiserver's token file: token, user, uid, groups. The
// controller manager is the user that the bootstrap RBAC rules know, not an
// administrator: Parapet's tests tell users apart.
func (s *state) tokens() []byte {
	return fmt.Appendf(nil, "%s,admin,admin,system:masters\n%s,system:kube-controller-manager,kube-controller-manager,\n",
		s.AdminToken, s.ManagerToken)
}

func (s *state) writeKubeconfig(name string, user *clientcmdapi.AuthInfo) error {
	ca, err := os.ReadFile(s.path("ca.crt"))
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["parapet"] = &clientcmdapi.Cluster{Server: s.apiServerURL(), CertificateAuthorityData: ca}
	config.AuthInfos["parapet"] = user
	config.Contexts["parapet"] = &clientcmdapi.Context{Cluster: "parapet", AuthInfo: "parapet"}
	config.CurrentContext = "parapet"
	text, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return s.write(name, text)
}
