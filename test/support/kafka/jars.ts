/** The jars of a published Apache Kafka, fetched once through Maven into the repository's .kafka/libs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '4.1.0';
const ROOT = rootOf(path.dirname(fileURLToPath(import.meta.url)));
const LIBS = path.join(ROOT, '.kafka', `libs-${VERSION}`);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vigie</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** Whether a broker can be started here, and what to do where it cannot. */
export function haveKafka(): { readonly present: boolean; readonly why: string } {
  if (!runs('java')) return { present: false, why: 'java is not installed (Java 17 or newer runs Kafka)' };
  if (existsSync(LIBS) || runs('mvn', '--version')) return { present: true, why: '' };
  return { present: false, why: 'mvn is not installed (Maven fetches the jars of Kafka, once)' };
}

/** A class path. Several processes may ask at once: each fetches for itself, the first to finish is kept. */
export function kafkaLibraries(say: (line: string) => void): string {
  const { present, why } = haveKafka();
  if (!present) throw new Error(why);
  if (!existsSync(LIBS)) {
    say(`fetching Kafka ${VERSION} through Maven, once ...`);
    fetchJars();
  }
  return path.join(LIBS, '*');
}

function fetchJars(): void {
  mkdirSync(path.dirname(LIBS), { recursive: true });
  const work = mkdtempSync(path.join(path.dirname(LIBS), 'fetch-'));
  const pom = path.join(work, 'pom.xml');
  const libs = path.join(work, 'libs');
  try {
    writeFileSync(pom, POM);
    const arguments_ = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libs}`];
    const run = spawnSync('mvn', arguments_, { encoding: 'utf8' });
    if (run.status !== 0)
      throw new Error(`mvn could not fetch Kafka ${VERSION}:\n${run.stdout}${run.stderr}`);
    try {
      renameSync(libs, LIBS);
    } catch (error) {
      if (!existsSync(LIBS)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runs(command: string, version = '-version'): boolean {
  return spawnSync(command, [version], { stdio: 'ignore' }).status === 0;
}

/** The same from the sources and from dist/. */
function rootOf(directory: string): string {
  return existsSync(path.join(directory, 'package.json')) ? directory : rootOf(path.dirname(directory));
}
