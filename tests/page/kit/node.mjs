// SPDX-License-Identifier: MPL-2.0
// One real plnd in a folder of its own, and pln talking to it.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export const TOP = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..');
const BUILD = resolve(TOP, process.env.PLN_BUILD ?? 'build/release');
const run = promisify(execFile);
const environment = { PATH: process.env.PATH, LC_ALL: 'C' };

/** A folder that goes with the test, and every node in it. */
export class World {
  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'pln-page.'));
    this.nodes = [];
  }

  async node(name, settings = {}) {
    const node = new Node(this.root, name, settings);
    this.nodes.push(node);
    await node.start();
    return node;
  }

  /** @founder founds, the others join by ticket; the network's id. */
  async network(name, founder, ...others) {
    const id = await founder.pln('network', 'create', name);
    for (const other of others) {
      await other.pln('join', await founder.pln('invite', id, '--address', founder.listen, '--label', other.name));
    }
    return id;
  }

  end() {
    this.nodes.forEach((node) => node.kill());
    rmSync(this.root, { recursive: true, force: true });
  }
}

export class Node {
  constructor(root, name, settings) {
    this.name = name;
    this.dir = join(root, name.replace(/\W+/g, '-').toLowerCase());
    this.settings = { name, listen: '127.0.0.1:0', http: '127.0.0.1:0', map_size: '1G', disk_reserve: '16M', ...settings };
  }

  /** Resolves when it has said that it is ready. */
  async start() {
    const options = Object.entries(this.settings).map(([key, value]) => `--${key.replaceAll('_', '-')}=${value}`);
    this.process = spawn(join(BUILD, 'daemon/plnd'), ['--dir', this.dir, ...options], { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    let log = '';
    this.process.stderr.on('data', (text) => {
      log += text;
    });
    const line = await new Promise((done, fail) => {
      createInterface({ input: this.process.stdout }).once('line', done);
      this.process.once('exit', () => fail(new Error(`${this.name} does not start:\n${log}`)));
    });
    [, this.id, this.listen, this.http] = /^plnd \S+ ready id=(\S+) listen=(\S+) http=(\S+) dir=/.exec(line);
    this.url = `http://${this.http}`;
    return this;
  }

  kill() {
    this.process?.kill('SIGKILL');
    this.process = null;
  }

  /** stdout without its last newline. */
  async pln(...words) {
    const { stdout } = await run(join(BUILD, 'client/pln'), ['--dir', this.dir, ...words], { env: environment, maxBuffer: 1 << 27 });
    return stdout.replace(/\n$/, '');
  }

  async link(role, name) {
    return this.pln('web', '--role', role, '--for', name);
  }

  async json(path) {
    return (await fetch(this.url + path)).json();
  }
}

export const sample = (name) => join(TOP, 'contrib/samples', name);
export const readSample = (name) => readFileSync(sample(name), 'utf8');

/** Until @look gives something true; what it gave. */
export async function until(look, what, patience = 60000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`this did not happen within ${patience / 1000} s: ${what}`);
    await new Promise((go) => setTimeout(go, 50));
  }
}
