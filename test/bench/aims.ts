/** What is aimed at: ratios to what one writes by hand, as a floor that should hold and a goal. */

export type Aim = { readonly floor: number; readonly goal: number };
export type Target = 'oneStatement' | 'interactive';
export type Aims = Partial<Record<Target, Aim>>;

export const aims: {
  readonly hot: Readonly<Record<number, Aims>>;
  readonly spread: Aims;
  readonly pglite: Readonly<Record<number, Aims>>;
} = {
  hot: {
    1: { oneStatement: { floor: 0.83, goal: 1 } },
    64: { interactive: { floor: 60, goal: 100 }, oneStatement: { floor: 25, goal: 40 } },
  },
  spread: { interactive: { floor: 10, goal: 18 }, oneStatement: { floor: 4, goal: 6 } },
  pglite: {
    1: { interactive: { floor: 4, goal: 6 } },
    32: { interactive: { floor: 30, goal: 50 } },
  },
};
