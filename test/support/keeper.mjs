/**
 * Runs one PostgreSQL server for as long as its parent lives, then removes the folder it was given.
 *
 * The parent holds our standard input open; when it ends, however it ends, the pipe closes and the server
 * goes too. Nothing in that folder is worth keeping, so the server is told to stop at once.
 * A line `stop` does what `pg_ctl stop -m immediate` does and is answered by `stopped`; a line `start` starts it again.
 * Plain JavaScript, because it is started by bare Node.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { binary, folder, flags, uid, gid } = JSON.parse(process.argv[2]);
let server = start();
let over = false;
let pausing = false;

function start() {
  const log = openSync(join(folder, 'log'), 'a');
  const started = spawn(binary, flags, {
    cwd: folder,
    stdio: ['ignore', log, log],
    ...(uid === undefined ? {} : { uid, gid }),
  });
  closeSync(log);
  started.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  started.on('exit', ended);
  return started;
}

function ended() {
  if (pausing && !over) {
    process.stdout.write('stopped\n');
    return;
  }
  // A server that died by itself leaves its log to whoever started it.
  if (over) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(over ? 0 : 1);
}

const stop = () => {
  over = true;
  if (server.exitCode !== null || server.signalCode !== null) ended();
  server.kill('SIGQUIT');
  setTimeout(() => server.kill('SIGKILL'), 5_000).unref();
};

const orders = createInterface({ input: process.stdin });
orders.on('line', (order) => {
  pausing = order === 'stop';
  if (pausing) server.kill('SIGQUIT');
  else server = start();
});
process.stdin.on('end', stop).on('error', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
