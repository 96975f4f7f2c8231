import { isIP } from 'node:net';

/** Whether only this machine can reach the address. Names other than localhost can point anywhere. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
