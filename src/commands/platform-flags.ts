import { Option } from 'commander';
import type { Command } from 'commander';
import type { Cloud, DnsFacts, PlatformFacts } from '../slots/platform-facts.ts';
import { cidrsValue, dnsValue } from './flag-values.ts';
import { readPlatformFile } from './platform-file.ts';

/** What somebody tells of the cluster's platform; the rest is detected, or assumed where no cluster is asked. */
export interface PlatformFlags {
  readonly platform?: string;
  readonly dns?: DnsFacts;
  readonly nodeCidrs?: readonly string[];
  readonly cloud?: Cloud;
}

const CLOUDS = ['aws', 'gcp', 'azure', 'none'] as const satisfies readonly Cloud[];

export function platformFlags(command: Command): Command {
  return command
    .option('--platform <file>', 'platform facts as YAML or JSON; the flags below count more')
    .addOption(
      new Option(
        '--dns <peers>',
        'cluster DNS as ip[:port] or namespace/label=value[:port],..., else it is detected',
      ).argParser(dnsValue),
    )
    .addOption(
      new Option('--node-cidrs <networks>', 'networks of the nodes, for allow: [APIServerWebhooks]').argParser(
        cidrsValue,
      ),
    )
    .addOption(new Option('--cloud <cloud>', 'whose identities pods use, else it is detected').choices(CLOUDS));
}

/** The facts that flags tell, those of the file among them. Throws an InputError that names what is wrong in the file. */
export async function toldPlatform(flags: PlatformFlags): Promise<Partial<PlatformFacts>> {
  const { platform, dns, nodeCidrs, cloud } = flags;
  return {
    ...(platform === undefined ? {} : await readPlatformFile(platform)),
    ...(dns === undefined ? {} : { dns }),
    ...(nodeCidrs === undefined ? {} : { nodeCidrs }),
    ...(cloud === undefined ? {} : { cloud }),
  };
}
