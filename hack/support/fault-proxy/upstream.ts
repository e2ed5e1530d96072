import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CredentialSource } from '../../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../../src/kube/timing.ts';

/** Well before the API server closes an idle connection, which it does after 90 s: no call may meet that. */
const KEEP = { keepAlive: true, timeout: 30_000 };

/** The API server behind the proxy, with the credentials of a kubeconfig. */
export class Upstream {
  readonly #credentials: CredentialSource;
  readonly #agents = { 'http:': new HttpAgent(KEEP), 'https:': new HttpsAgent(KEEP) };

  constructor(kubeconfig: string) {
    this.#credentials = new CredentialSource(() => loadKubeConfig({ file: kubeconfig }), systemTiming);
  }

  /** Sends on what came in. The result may still be destroyed; its errors are the caller's to hear. */
  async send(incoming: IncomingMessage, body: Buffer): Promise<ClientRequest> {
    const { server, tls, headers } = await this.#credentials.current();
    const plain = server.protocol === 'http:';
    const send = plain ? httpRequest : httpsRequest;
    const sent = send(new URL(incoming.url ?? '/', server), {
      ...tls,
      agent: this.#agents[plain ? 'http:' : 'https:'],
      method: incoming.method ?? 'GET',
      headers: { ...withoutHopByHop(incoming), ...headers },
    });
    sent.end(body);
    return sent;
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

/** These speak of the connection to us; and an answer that we may cut must not be compressed. */
function withoutHopByHop({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const { host, connection, 'transfer-encoding': transfer, 'accept-encoding': encoding, ...rest } = headers;
  void [host, connection, transfer, encoding];
  return rest;
}
