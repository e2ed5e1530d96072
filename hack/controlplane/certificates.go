package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"os"

	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// authority signs the servers' certificate and, as kube-controller-manager's
// signer, whatever the CSR API approves. kube-apiserver trusts it for both.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// writeCertificates makes the CA and what it signs. ca.key comes last: it says
// that all are there.
func (s *state) writeCertificates() error {
	if _, err := os.Stat(s.path("ca.key")); err == nil {
		return nil
	}
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	for name, template := range map[string]*x509.Certificate{"serving": servingTemplate(), "client": clientTemplate()} {
		if err := s.writeSigned(name, template, ca); err != nil {
			return err
		}
	}
	return s.writePair("ca", ca.certificate, ca.key)
}

func newAuthority() (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	certificate, err := certutil.NewSelfSignedCACert(certutil.Config{CommonName: "parapet-ca"}, key)
	return &authority{certificate, key}, err
}

// servingTemplate is the certificate that kube-apiserver and kube-controller-manager share.
func servingTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: loopback},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.ParseIP(loopback), net.ParseIP(kubernetesServiceIP)},
		DNSNames:    []string{"localhost", "kubernetes.default.svc"},
	}
}

// clientTemplate is the certificate of an administrator: kube-apiserver reads the user
// from its common name and the groups from its organizations.
func clientTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: "cert-admin", Organization: []string{"system:masters"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

// writeSigned completes the template, with a fresh key and the CA's own
// lifetime, and has the CA sign it.
func (s *state) writeSigned(name string, template *x509.Certificate, ca *authority) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.NotBefore, template.NotAfter = ca.certificate.NotBefore, ca.certificate.NotAfter
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		return err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	return s.writePair(name, certificate, key)
}

func (s *state) writePair(name string, certificate *x509.Certificate, key crypto.Signer) error {
	certificatePEM, err := certutil.EncodeCertificates(certificate)
	if err != nil {
		return err
	}
	keyPEM, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	if err := s.write(name+".crt", certificatePEM); err != nil {
		return err
	}
	return s.write(name+".key", keyPEM)
}

func newKey() (crypto.Signer, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}
