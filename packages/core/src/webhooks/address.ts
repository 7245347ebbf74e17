/**
 * Where a webhook may go: to public addresses only, so that nobody makes this server ask what only it can reach.
 *
 * The name is resolved by the connection itself, and what it resolves to is judged there: between the check and the use
 * there is no second question to the name server whose answer could differ.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address is one that no webhook may go to. The text goes into the delivery log. */
export class AddressRefused extends Error {
  constructor() {
    super('The address is not public: private, loopback and link-local ones are refused.');
  }
}

/** All of IPv6 that is given out. Source: IANA's registry of its address space; `::7f00:1` is outside, and once was 127.0.0.1. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Source: the special-purpose registries of IANA (RFC 6890), as ipaddr.js knows them; what it calls `unicast` is public. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const read = ipaddr.process(address);
  const isGivenOut = read.kind() === 'ipv4' || read.match(globalUnicast);
  return isGivenOut && read.range() === 'unicast';
}

/**
 * What is wrong with a URL as an endpoint, as a sentence, or `null`. Asks no name server.
 * @param rules.allowPrivate Also `http:` and private addresses, for development.
 */
export function faultOfUrl(
  text: string,
  { allowPrivate }: { allowPrivate: boolean },
): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || text.length > 2000) return 'must be a URL of at most 2,000 characters';
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return 'must begin with https://';
  if (url.username || url.password) return 'must carry no user name and no password';
  if (url.hash) return 'must carry no fragment (#)';
  if (!allowPrivate && !isAllowedHost(url.hostname))
    return 'must lead to a public address: private, loopback and link-local ones are refused';
  return null;
}

/** A name may be anything until it is resolved, but for those that are this machine by definition (RFC 6761). */
function isAllowedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host)) return isPublicAddress(host);
  return host !== 'localhost' && !host.endsWith('.localhost');
}

/** A name is sent to only if all it leads to is public: which of them is connected to is not ours to say. */
export function arePublic(addresses: readonly LookupAddress[]): boolean {
  return addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address));
}

/** Resolves for a connection, and refuses names of which any address is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!arePublic(addresses)) return callback(new AddressRefused(), []);
    if (options.all) return callback(null, addresses);
    const [first] = addresses as [LookupAddress];
    return callback(null, first.address, first.family);
  });
};
