import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Loss, Witness, WitnessReport } from '../ports/witness.js';

/** How long an answer may take, milliseconds. */
const answerMs = 5_000;
const told = 100;

export interface Watched {
  /** `http://` or `https://`. */
  readonly url: string;
  /** Requests a second. They are sent when they are due, however long the answers before take (an open loop). */
  readonly rate: number;
}

/** Every other request opens a connection of its own; the rest go over one that is kept, as users' do. An answer below 500 is good. */
export function witnessOf({ url, rate }: Watched): Witness {
  const [request, Agent] = url.startsWith('https:') ? [httpsRequest, HttpsAgent] : [httpRequest, HttpAgent];
  const kept = new Agent({ keepAlive: true, maxSockets: 64 });
  const going = new Set<string>();
  const out = new Set<Promise<void>>();
  const losses: Loss[] = [];
  let [due, sent, lost, armed] = [0, 0, 0, false];
  const begun = Date.now();

  const ask = (nth: number): Promise<string | undefined> =>
    new Promise((resolve) => {
      const asked = request(url, { agent: nth % 2 === 0 ? kept : false, timeout: answerMs, headers: { 'user-agent': 'stagecraft-witness' } }, (answer: IncomingMessage) => {
        answer.once('error', (error) => resolve(inWords(error)));
        answer.once('end', () => resolve((answer.statusCode ?? 0) < 500 ? undefined : `status ${answer.statusCode}`));
        answer.resume();
      });
      // The whole answer counts, and not only a connection that is silent.
      const late = setTimeout(() => asked.destroy(new Error(`no answer for ${answerMs / 1000} s`)), answerMs);
      asked.once('error', (error) => resolve(inWords(error)));
      asked.once('close', () => clearTimeout(late));
      asked.end();
    });
  const send = async (nth: number): Promise<void> => {
    const [at, during, counts] = [new Date().toISOString(), [...going].sort(), armed];
    if (counts) sent += 1;
    const how = await ask(nth);
    if (how === undefined) armed = true;
    else if (counts) {
      lost += 1;
      if (losses.length < told) losses.push({ at, how, during });
    }
  };
  const timer = setInterval(() => {
    for (; due < ((Date.now() - begun) * rate) / 1000; due += 1) {
      const asking = send(due);
      out.add(asking);
      void asking.finally(() => out.delete(asking));
    }
  }, Math.min(20, 1000 / rate));
  const report = (): WitnessReport => ({ url, sent, lost, losses });
  return {
    during: (what, on) => void (on ? going.add(what) : going.delete(what)),
    get report() {
      return report();
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(out);
      kept.destroy();
      return report();
    },
  };
}

function inWords(error: Error & { readonly code?: string }): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return 'connection reset';
  return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
}
