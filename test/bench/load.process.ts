/** Loads one address from a process of its own, so that the server's CPU is the server's: prints autocannon's result. */
import autocannon from 'autocannon';

const [url = '', method = 'GET', connections = '64', seconds = '2'] = process.argv.slice(2);
const result = await autocannon({
  url,
  method: method as 'GET' | 'POST',
  connections: Number(connections),
  duration: Number(seconds),
  headers: { 'x-user': 'c0' },
});
const { requests, latency, non2xx, errors } = result;
console.log(
  JSON.stringify({
    perSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    bad: non2xx + errors,
    sent: requests.sent,
  }),
);
