/** Prisma's interactive transaction, as `using` takes it. */
import type { QueryClient } from '../kernel/index.ts';

type PrismaTransaction = {
  // biome-ignore lint/suspicious/noExplicitAny: as Prisma types its raw values
  $queryRawUnsafe(text: string, ...values: any[]): PromiseLike<unknown>;
};

/** The transaction that `prisma.$transaction` gives, for `bursar.using(prismaTx(tx))`. */
export function prismaTx(transaction: PrismaTransaction): QueryClient {
  return {
    async query(text, values = []) {
      return { rows: (await transaction.$queryRawUnsafe(text, ...values)) as object[] };
    },
  };
}
