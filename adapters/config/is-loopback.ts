/** Whether only this machine reaches what listens on a host. A name or form that is not known here counts as reachable. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}
