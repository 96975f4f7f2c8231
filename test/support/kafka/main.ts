/** npm run kafka: a broker to try Vigie on, until Ctrl-C. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { haveKafka, startKafka } from './broker.ts';

const HELP = `Starts a real Apache Kafka on this machine, until Ctrl-C.

  npm run kafka -- [--port N] [--nodes N] [--data DIR]

  --port N     listen on 127.0.0.1:N (default 9092)
  --nodes N    a cluster of N nodes on this and the next ports (default 1); 3 keep a copy each
  --data DIR   keep the data there (default .kafka/data, for more nodes .kafka/data-N)
  --help       this

Needs Java 17 or newer, and Maven the first time, to fetch the jars into .kafka/.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { port, nodes, data, help } = asked();
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return refuse('--port: expected 1 to 65535', 2);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 5) return refuse('--nodes: expected 1 to 5', 2);
  const { present, why } = haveKafka();
  if (!present) return refuse(why);

  process.stdout.write('starting Kafka ...\n');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const kafka = await startKafka({ port, nodes, directory: path.resolve(data), say });
  const brokers = kafka.brokers.join(',');
  process.stdout.write(`Kafka answers on ${brokers}, data is kept in ${data}. Ctrl-C stops it.

  npm start -- --log kafka --brokers ${brokers}
  KAFKA_BROKERS=${brokers} npx vitest run test/story.test.ts
`);
  await stopped;
  process.stdout.write('stopping ...\n');
  await kafka.stop();
  return 0;
}

function asked(): { port: number; nodes: number; data: string; help: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9092' },
      nodes: { type: 'string', default: '1' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const nodes = Number(values.nodes);
  // A cluster cannot go on with the data of another one.
  const data = values.data ?? path.join('.kafka', nodes > 1 ? `data-${nodes}` : 'data');
  return { ...values, port: Number(values.port), nodes, data };
}

function refuse(why: string, code = 1): number {
  process.stderr.write(`${why}\n`);
  return code;
}
