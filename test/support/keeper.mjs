/**
 * Runs one PostgreSQL server for as long as its parent lives, then removes the folder it was given.
 *
 * The parent holds our standard input open; when it ends, however it ends, the pipe closes and the server
 * goes too. Nothing in that folder is worth keeping, so the server is told to stop at once.
 * Plain JavaScript, because it is started by bare Node.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const { binary, folder, flags, uid, gid } = JSON.parse(process.argv[2]);
const log = openSync(join(folder, 'log'), 'a');
const server = spawn(binary, flags, {
  cwd: folder,
  stdio: ['ignore', log, log],
  ...(uid === undefined ? {} : { uid, gid }),
});
closeSync(log);

let over = false;
const stop = () => {
  over = true;
  server.kill('SIGQUIT');
  setTimeout(() => server.kill('SIGKILL'), 5_000).unref();
};

process.stdin.on('end', stop).on('error', stop).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.on('exit', () => {
  // A server that died by itself leaves its log to whoever started it.
  if (over) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(over ? 0 : 1);
});
