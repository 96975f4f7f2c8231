import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { openKafka } from '../../pipeline/operate/kafka.ts';
import { type KafkaWords, kafkaSettings } from '../../pipeline/operate/kafka-settings.ts';

const CERT = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n';
const BROKERS = ['kafka-1:9092', '[::1]:9093'];

describe('how to reach Kafka', () => {
  let directory: string;
  const file = (name: string) => path.join(directory, name);
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'vigie-settings-'));
    writeFileSync(file('cert'), CERT);
    writeFileSync(file('key'), KEY);
    writeFileSync(file('password'), 'se cret\n');
    writeFileSync(file('empty'), '\n');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('nothing said: in the clear, whichever client there is', () => {
    expect(kafkaSettings(BROKERS, {}, undefined)).toEqual({
      client: undefined,
      options: { brokers: BROKERS },
    });
  });

  test('all of it', () => {
    const words: KafkaWords = {
      kafkaClient: 'kafkajs',
      kafkaCa: file('cert'),
      kafkaCert: file('cert'),
      kafkaKey: file('key'),
      kafkaSasl: 'SCRAM-SHA-512',
      kafkaUser: 'vigie',
      kafkaPasswordFile: file('password'),
    };
    expect(kafkaSettings(BROKERS, words, 'the file goes first')).toEqual({
      client: 'kafkajs',
      options: {
        brokers: BROKERS,
        tls: { ca: CERT, cert: CERT, key: KEY },
        sasl: { mechanism: 'scram-sha-512', user: 'vigie', password: 'se cret' },
      },
    });
  });

  test('a password from the environment, authorities of the system', () => {
    const words = { kafkaTls: true, kafkaSasl: 'plain', kafkaUser: 'vigie' };
    expect(kafkaSettings(BROKERS, words, 'secret').options).toMatchObject({
      tls: {},
      sasl: { password: 'secret' },
    });
  });

  test.each<[string, readonly string[], KafkaWords, readonly string[]]>([
    ['no broker', [], {}, ['no_brokers --brokers']],
    [
      'brokers that are none',
      ['kafka', 'kafka:0', 'http://kafka:9092', 'a:70000'],
      {},
      Array(4).fill('bad_broker --brokers'),
    ],
    ['an unknown client', BROKERS, { kafkaClient: 'java' }, ['unknown_choice --kafka-client']],
    ['half a pair', BROKERS, { kafkaCert: 'cert' }, ['tls_pair_incomplete --kafka-cert']],
    ['no such file', BROKERS, { kafkaCa: 'none' }, ['file_unreadable --kafka-ca']],
    ['a key for a certificate', BROKERS, { kafkaCa: 'key' }, ['not_pem --kafka-ca']],
    ['a user alone', BROKERS, { kafkaUser: 'vigie' }, ['sasl_mechanism_missing --kafka-sasl']],
    [
      'an unknown mechanism',
      BROKERS,
      { kafkaSasl: 'gssapi', kafkaUser: 'u', kafkaPasswordFile: 'password' },
      ['unknown_choice --kafka-sasl'],
    ],
    [
      'no password',
      BROKERS,
      { kafkaSasl: 'plain', kafkaUser: 'u' },
      ['sasl_password_missing --kafka-password-file'],
    ],
    [
      'an empty password',
      BROKERS,
      { kafkaSasl: 'plain', kafkaUser: 'u', kafkaPasswordFile: 'empty' },
      ['sasl_password_missing --kafka-password-file'],
    ],
    [
      'all at once',
      ['kafka'],
      { kafkaClient: 'java', kafkaKey: 'cert', kafkaSasl: 'plain' },
      [
        'bad_broker --brokers',
        'unknown_choice --kafka-client',
        'tls_pair_incomplete --kafka-key',
        'not_pem --kafka-key',
        'sasl_user_missing --kafka-user',
        'sasl_password_missing --kafka-password-file',
      ],
    ],
  ])('%s', (_, brokers, words, expected) => {
    const placed = Object.fromEntries(
      Object.entries(words).map(([name, value]) => [
        name,
        /Ca$|Cert$|Key$|File$/.test(name) ? file(String(value)) : value,
      ]),
    );
    let found: unknown;
    try {
      kafkaSettings(brokers, placed, undefined);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(InputError);
    expect((found as InputError).faults.map(({ code, at }) => `${code} ${at}`)).toEqual(expected);
    expect((found as InputError).message).not.toContain('se cret');
  });

  test('the client that was asked for is opened, and said', async () => {
    const opened = await openKafka({ client: 'kafkajs', options: { brokers: ['127.0.0.1:1'] } });
    expect(opened.client).toBe('kafkajs');
    await opened.log.close();
    const either = await openKafka({ client: undefined, options: { brokers: ['127.0.0.1:1'] } });
    expect(either.client).toMatch(/^rdkafka$|^kafkajs, because node-rdkafka cannot be loaded: /);
    await either.log.close();
  });
});
