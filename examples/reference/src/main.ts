/**
 * The reference server: one process of either framework, from the environment.
 *
 * Prints `{"listening": …}` when it is ready, then a tour as curl lines, then events as they happen. `--check` walks the
 * tour itself and exits 0 or 1. SIGTERM drains and exits 0.
 */
import { demoSecret, readEnvironment } from './environment.ts';
import { createExpressServer } from './express.ts';
import { createFastifyServer } from './fastify.ts';
import { createKit } from './kit.ts';
import { createTour, curlOf, walk } from './tour.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const environment = readEnvironment(process.env, process.argv);
const { bursar, moveClock, paying } = createKit(environment);
const { framework, host, port, jwtSecret, check } = environment;
await bursar.ready();
if (!check)
  bursar.events.on('*', ({ type, customer, data }) =>
    print(JSON.stringify({ event: type, customer, data })),
  );

const create = framework === 'fastify' ? createFastifyServer : createExpressServer;
const server = await create({ bursar, moveClock, paying, jwtSecret });
const url = await server.listen(port, host);
paying?.servedAt(url);
print(JSON.stringify({ listening: url }));

let stopping: Promise<void> | undefined;
const stop = (): Promise<void> => {
  stopping ??= server.close();
  return stopping;
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void stop().then(() => process.exit(0)));
}

const { steps: tour, ann } = await createTour(jwtSecret, { url, sells: paying !== null });
if (check) {
  const right = await walk(tour, url, print);
  await stop();
  process.exit(right ? 0 : 1);
}
if (jwtSecret === demoSecret) {
  print(
    '# JWT_SECRET IS NOT SET: anybody can sign tokens for this server. For trying things out only.',
  );
}
print('# Try these, from the top:');
print(`export DEMO=${url} ANN=${ann}`);
for (const step of tour) print(curlOf(step, url));
