/** An address at which a cloud hands out credentials or machine data to whoever can reach it. */
export interface MetadataAddress {
  readonly address: string;
  /** Whose it is, for messages. */
  readonly cloud: string;
}

/**
 * Where clouds serve metadata and credentials, as each vendor documents it; IPv6 in the spelling of RFC 5952. DNS and
 * time servers on neighbouring link-local addresses (169.254.169.253, 169.254.169.123) hand out no credentials and are
 * not among them.
 */
export const metadataAddresses: readonly MetadataAddress[] = [
  { address: '169.254.169.254', cloud: 'AWS, Azure, Google Cloud, OpenStack and others' },
  { address: '169.254.169.252', cloud: 'GKE metadata server' },
  { address: '169.254.170.2', cloud: 'AWS task roles' },
  { address: '169.254.170.23', cloud: 'EKS Pod Identity' },
  { address: '168.63.129.16', cloud: 'Azure WireServer' },
  { address: '100.100.100.200', cloud: 'Alibaba Cloud' },
  { address: '169.254.0.23', cloud: 'Tencent Cloud' },
  { address: '169.254.42.42', cloud: 'Scaleway' },
  { address: 'fd00:ec2::254', cloud: 'AWS' },
  { address: 'fd00:ec2::23', cloud: 'EKS Pod Identity' },
  { address: 'fd20:ce::254', cloud: 'Google Cloud' },
  { address: 'fd00:c1::a9fe:a9fe', cloud: 'Oracle Cloud' },
  { address: 'fd00:42::42', cloud: 'Scaleway' },
];
