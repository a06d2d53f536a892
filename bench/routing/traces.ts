import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SimCall } from '#core/routing/simulator.test-support.js';

/** "Azure LLM inference traces 2023" of github.com/Azure/AzurePublicDataset (CC-BY): an hour of two services, arrivals and token counts. */
const FILES = ['azure-llm-trace-2023-code.csv.gz', 'azure-llm-trace-2023-conv.csv.gz'];

export const missingTraces = (folder: string): string[] => FILES.filter((f) => !existsSync(join(folder, f)));

/** Both services' calls on one clock, in the order of arrival. Throws when a line is not `time,context,generated`. */
export function readTraces(folder: string): SimCall[] {
  const calls = FILES.flatMap((file) => {
    const [head, ...lines] = gunzipSync(readFileSync(join(folder, file)))
      .toString('utf8')
      .trim()
      .split(/\r?\n/);
    if (head !== 'TIMESTAMP,ContextTokens,GeneratedTokens') throw new Error(`${file}: its first line is not that of an Azure trace`);
    return lines.map((line) => {
      const [time = '', input, output] = line.split(',');
      // seven digits of a second; Date.parse reads three
      const call = { at: Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`), inputTokens: Number(input), outputTokens: Number(output) };
      if (Object.values(call).some(Number.isNaN)) throw new Error(`${file}: not a call: ${line.slice(0, 80)}`);
      return call;
    });
  }).sort((a, b) => a.at - b.at);
  const start = calls[0]?.at ?? 0;
  return calls.map((c) => ({ ...c, at: c.at - start }));
}
