import { createInterface } from 'node:readline/promises';

/** Asks for a typed yes. Without a terminal nobody can answer, and then the answer is no. */
export async function askForYes(question: string, alreadyYes: boolean): Promise<boolean> {
  if (alreadyYes) return true;
  if (!process.stdin.isTTY) {
    process.stdout.write(`${question}\nNobody can answer here (no terminal); add --yes if you mean it.\n`);
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(`${question}\nType yes to go on: `)).trim().toLowerCase() === 'yes';
  } finally {
    lines.close();
  }
}
