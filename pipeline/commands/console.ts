/** The command that serves browsers. */
import {
  addresses,
  type Command,
  command,
  type Done,
  gather,
  hostAndPort,
  jsonOption,
  Option,
  wholeNumber,
} from './command.ts';

/** Where browsers connect. */
export const httpOption = () =>
  new Option('--http <host:port>', 'where the console is, for browsers; port 0 takes a free one')
    .argParser(hostAndPort)
    .env('VIGIE_HTTP')
    .default({ host: '127.0.0.1', port: 8_080 }, '127.0.0.1:8080');

export function consoleCommand(vigie: Command, done: Done): void {
  command(
    vigie,
    'console',
    "the agents' console for browsers, beside any number of servers (docs/console.md)",
    [
      'vigie console',
      'vigie console --server gare-a:50051 --server gare-b:50051 --tls-ca pki/ca.pem',
      'vigie console --http 0.0.0.0:443 --tls-cert pki/console.pem --tls-key pki/console.key --server gare-a:50051',
      'vigie console --origin https://console.example    behind a proxy that speaks TLS',
    ],
    [jsonOption],
  )
    .addOption(httpOption())
    .addOption(
      new Option('--server <host:port>', 'gRPC server of a site (repeatable, or a,b,c)')
        .argParser((text: string, before: readonly string[]) => [...before, ...addresses(text)])
        .default([], '127.0.0.1:50051'),
    )
    .option('--tls', 'encrypt towards the servers, and trust what the system trusts')
    .addOption(
      new Option('--tls-ca <file>', 'PEM: encrypt towards the servers, and trust this authority').env(
        'VIGIE_TLS_CA',
      ),
    )
    .option('--tls-name <name>', "the name in the servers' certificates, if it is another")
    .addOption(new Option('--tls-cert <file>', "PEM: the console's own certificate, for browsers"))
    .addOption(new Option('--tls-key <file>', 'PEM: its private key'))
    .option('--origin <url>', 'how browsers call it through a proxy (repeatable)', gather, [])
    .option('--idle <minutes>', 'a session ends after so long without a request', wholeNumber, 30)
    .action(async (words) => {
      const { serveBrowsers } = await import('../operate/console.ts');
      done(await serveBrowsers(words));
    });
}
