import { startOperator } from '../../../hack/support/operator-process.ts';
import type { OperatorOptions, OperatorProcess } from '../../../hack/support/operator-process.ts';

const alive = new Set<OperatorProcess>();

/** A failed test shows what the operators said last. */
afterEach(function () {
  if (this.currentTest?.state !== 'failed') return;
  for (const { pid, logs } of alive) {
    const lines = logs.slice(-20).map((entry) => JSON.stringify(entry));
    process.stderr.write(`operator ${pid} said last:\n${lines.join('\n')}\n`);
  }
});

// No test that fails leaves a process behind.
after(async () => {
  await Promise.all([...alive].map((operator) => operator.kill()));
});

/** Starts an operator that ends with the tests if none of them ends it. */
export async function attendedOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const operator = await startOperator(options);
  alive.add(operator);
  void operator.exited.then(() => alive.delete(operator));
  return operator;
}
