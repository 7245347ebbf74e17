/**
 * Contenders side by side: each does the same work for the same time, round by round in turn, so that what the machine
 * does meanwhile hits them all alike. Only ratios within one run mean anything.
 */

import type { Aims, Target } from './aims.ts';

export type Contender = {
  readonly name: string;
  /** One operation; `worker` is 0 up to the concurrency. */
  readonly run: (worker: number) => Promise<unknown>;
  /** What of the aims it is the baseline of. */
  readonly target?: Target;
};

export type Figure = {
  readonly name: string;
  readonly target?: Target | undefined;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Of this process, in microseconds per operation. */
  readonly cpu: number;
};

export type Setting = {
  readonly concurrency: number;
  readonly seconds: number;
  readonly rounds: number;
};

/** Medians over the rounds, in the order of the contenders. */
export async function measure(
  contenders: readonly Contender[],
  setting: Setting,
): Promise<Figure[]> {
  const rounds = contenders.map((): Figure[] => []);
  for (const contender of contenders)
    await round(contender, { ...setting, seconds: setting.seconds / 3 });
  for (let number = 0; number < setting.rounds; number += 1) {
    for (const [index, contender] of contenders.entries())
      rounds[index]?.push(await round(contender, setting));
  }
  return medianOf(transposed(rounds));
}

/** Rounds of contenders instead of contenders of rounds. */
function transposed(contenders: readonly Figure[][]): Figure[][] {
  return (contenders[0] ?? []).map((_, round) =>
    contenders.flatMap((figures) => figures[round] ?? []),
  );
}

/** Each contender's medians, over rounds that have all of them in the same order. */
export function medianOf(rounds: readonly Figure[][]): Figure[] {
  return (rounds[0] ?? []).map(({ name, target }, index) => {
    const of = (figure: 'perSecond' | 'p50' | 'p99' | 'cpu') =>
      median(rounds.map((figures) => figures[index]?.[figure] ?? 0));
    return {
      ...{ name, target, perSecond: of('perSecond'), cpu: of('cpu') },
      ...{ p50: of('p50'), p99: of('p99') },
    };
  });
}

async function round(
  { name, run, target }: Contender,
  { concurrency, seconds }: Omit<Setting, 'rounds'>,
): Promise<Figure> {
  const took: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      for (let at = performance.now(); at < end; ) {
        await run(worker);
        const now = performance.now();
        took.push(now - at);
        at = now;
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  took.sort((one, other) => one - other);
  return {
    ...{ name, target },
    perSecond: took.length / elapsed,
    p50: took[Math.floor(took.length * 0.5)] ?? 0,
    p99: took[Math.floor(took.length * 0.99)] ?? 0,
    cpu: (user + system) / took.length,
  };
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** The table of one scenario; ratios are against the first contender, ours. */
export function print(title: string, figures: readonly Figure[], aimed: Aims = {}): void {
  const [ours] = figures;
  console.log(`\n${title}`);
  for (const figure of figures) {
    const ratio =
      figure === ours || !ours
        ? ''
        : `   ours is ${(ours.perSecond / figure.perSecond).toFixed(2)}x${beside(ours, figure, aimed)}`;
    const columns = [
      figure.name.padEnd(34),
      `${Math.round(figure.perSecond)}/s`.padStart(10),
      `p50 ${figure.p50.toFixed(2)} ms`.padStart(14),
      `p99 ${figure.p99.toFixed(2)} ms`.padStart(14),
      `${Math.round(figure.cpu)} us CPU`.padStart(12),
    ];
    console.log(`  ${columns.join('')}${ratio}`);
  }
}

/** How that stands to what is aimed at. */
function beside(ours: Figure, { target, perSecond }: Figure, aimed: Aims): string {
  const aim = target && aimed[target];
  if (!aim) return '';
  const verdict = ours.perSecond / perSecond < aim.floor ? ', BELOW' : '';
  return ` (floor ${aim.floor}, goal ${aim.goal}${verdict})`;
}
