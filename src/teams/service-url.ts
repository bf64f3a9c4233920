const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/**
 * True when the bot may send its own token there. Only the plainest spelling passes: what URL parsers read differently
 * (userinfo, backslash, escapes, trailing dot, other alphabets) differs from its own canonical form and is refused.
 * loopback: the sandbox, where this machine is allowed and nothing else.
 */
export function isServiceUrlAllowed(url: string, hosts: readonly string[], loopback: boolean): boolean {
  if (url.length > 512 || !/^https?:\/\/[\w.:[\]-]+(\/[\w./:@=-]*)?$/.test(url) || url.includes('..')) return false;
  const parsed = URL.parse(url);
  if (parsed === null || !(parsed.href === url || parsed.href === `${url}/`)) return false;
  if (loopback) return loopbackHosts.includes(parsed.hostname);
  return parsed.protocol === 'https:' && parsed.port === '' && hosts.some((host) => matches(parsed.hostname, host));
}

function matches(hostname: string, host: string): boolean {
  return host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host;
}

export function isLoopbackAddress(address: string | undefined): boolean {
  return /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/.test(address ?? '');
}

/** True for a Host header of this machine, with or without a port. */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host ?? '');
}
