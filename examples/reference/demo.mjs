/**
 * `npm run demo`: installs, then runs the reference server until it is told to stop.
 *
 * Plain JavaScript, because nothing is installed yet. Stopping npm stops the server, which would otherwise
 * keep its port.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const install = 'npx -y pnpm@12.21.0 install --frozen-lockfile';
const root = fileURLToPath(new URL('../..', import.meta.url));
const { status } = spawnSync(install, { cwd: root, shell: true, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const flags = ['--conditions=@bursar/source', '--import', 'tsx', 'src/main.ts'];
const server = spawn(process.execPath, [...flags, ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  stdio: 'inherit',
});
// The keyboard's interrupt reaches the server by itself; this process stays for its status.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
// npm hands its own signals to a shell, which dies of them and tells nobody: we see that it is gone.
const parent = process.ppid;
const watch = () => process.ppid !== parent && server.kill('SIGTERM');
setInterval(watch, 250).unref();
server.on('exit', (code) => process.exit(code ?? 1));
