/**
 * `public`: anybody's. `private`: of this machine or its network, or for documentation: only where the operator allows it.
 * `never`: addresses that no destination has, as those that tell a cloud's credentials to whoever asks.
 */
export type AddressKind = "public" | "private" | "never";

type Bytes = readonly number[];
type Range = readonly [kind: AddressKind, prefix: string, bits: number];

// https://www.iana.org/assignments/iana-ipv4-special-registry
const ranges4 = readRanges([
  ["never", "0.0.0.0", 8],
  ["never", "169.254.0.0", 16], // link-local, and the metadata of nearly every cloud
  ["never", "100.100.100.200", 32], // metadata: Alibaba
  ["never", "168.63.129.16", 32], // metadata: Azure
  ["never", "192.0.0.192", 32], // metadata: Oracle
  ["never", "224.0.0.0", 4], // multicast
  ["never", "240.0.0.0", 4], // reserved, and broadcast
  ["private", "10.0.0.0", 8],
  ["private", "100.64.0.0", 10],
  ["private", "127.0.0.0", 8],
  ["private", "172.16.0.0", 12],
  ["private", "192.0.0.0", 24],
  ["private", "192.0.2.0", 24],
  ["private", "192.88.99.0", 24],
  ["private", "192.168.0.0", 16],
  ["private", "198.18.0.0", 15],
  ["private", "198.51.100.0", 24],
  ["private", "203.0.113.0", 24],
  ["public", "0.0.0.0", 0],
]);

// https://www.iana.org/assignments/iana-ipv6-special-registry
const ranges6 = readRanges([
  ["never", "::", 128],
  ["never", "fe80::", 10], // link-local
  ["never", "ff00::", 8], // multicast
  ["never", "fd00:ec2::", 32], // metadata: AWS
  ["never", "fd20:ce::254", 128], // metadata: Google
  ["private", "2001::", 23], // Teredo is among them
  ["private", "2001:db8::", 32],
  ["private", "3fff::", 20],
  ["public", "64:ff9b::", 96], // NAT64: its IPv4 address decides
  ["public", "::ffff:0:0", 96], // likewise
  ["public", "2002::", 16], // 6to4, likewise
  ["public", "2000::", 3],
  ["private", "::", 0],
]);

/** What kind of address this is; undefined for a text that is none. */
export function addressKind(address: string): AddressKind | undefined {
  const bytes = readAddress(address);
  return bytes && kindOfBytes(bytes);
}

/** One text for each address, however it is written: IPv4 within IPv6 is IPv4. Undefined for a text that is no address. */
export function canonicalAddress(address: string): string | undefined {
  const bytes = readAddress(address);
  if (bytes === undefined) return undefined;
  const inner = startsWith(bytes, mapped, 96) ? bytes.slice(12) : bytes;
  return inner.join(".");
}

/** The address that the host of a URL is, without the brackets of IPv6; undefined if it is a name. */
export function addressOfHost(hostname: string): string | undefined {
  const text = hostname.replace(/^\[(.*)\]$/, "$1");
  return readAddress(text) === undefined ? undefined : text;
}

export function isLoopback(address: string): boolean {
  const text = canonicalAddress(address);
  return text !== undefined && (text.startsWith("127.") || text === canonicalAddress("::1"));
}

const severity: readonly AddressKind[] = ["public", "private", "never"];

function kindOfBytes(bytes: Bytes): AddressKind {
  const ranges = bytes.length === 4 ? ranges4 : ranges6;
  // The last range of each list has every address.
  const own = ranges.find(({ prefix, bits }) => startsWith(bytes, prefix, bits))?.kind ?? "never";
  const kinds = [own, ...innerAddresses(bytes).map(kindOfBytes)];
  return severity.findLast((kind) => kinds.includes(kind)) ?? "never";
}

const mapped = bytesOf6("::ffff:0:0");
const sixToFour = bytesOf6("2002::");
const nat64 = bytesOf6("64:ff9b::");
const localNat64 = bytesOf6("64:ff9b:1::");
const zeros = bytesOf6("::");

/** The IPv4 addresses that a gateway may take an IPv6 address for. */
function innerAddresses(bytes: Bytes): readonly Bytes[] {
  if (bytes.length === 4) return [];
  const last = bytes.slice(12);
  if (startsWith(bytes, sixToFour, 16)) return [bytes.slice(2, 6)];
  // ::1 is no IPv4 address; all others of ::/96 were.
  const isCompatible = startsWith(bytes, zeros, 96) && !startsWith(bytes, zeros, 120);
  const isIsatap = bytes[10] === 0x5e && bytes[11] === 0xfe && (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0;
  const isTranslated = startsWith(bytes, nat64, 96) || startsWith(bytes, localNat64, 48);
  return startsWith(bytes, mapped, 96) || isTranslated || isCompatible || isIsatap ? [last] : [];
}

function startsWith(bytes: Bytes, prefix: Bytes, bits: number): boolean {
  if (bytes.length !== prefix.length) return false;
  return bytes.every((byte, i) => {
    const left = Math.min(8, Math.max(0, bits - 8 * i));
    const shift = 8 - left;
    return byte >> shift === (prefix[i] ?? 0) >> shift;
  });
}

function readAddress(text: string): Bytes | undefined {
  const [address = ""] = text.split("%"); // the zone of a link-local address
  const hex = withoutDots(address);
  if (/^[\da-f:]+$/i.test(hex) && URL.canParse(`http://[${hex}]`)) return bytesOf6(hex);
  return readAddress4(address);
}

function readAddress4(address: string): Bytes | undefined {
  // A leading zero is octal to some and decimal to others.
  if (!/^\d+(\.\d+){3}$/.test(address) || /(^|\.)0\d/.test(address)) return undefined;
  const bytes = address.split(".").map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** `::ffff:127.0.0.1` as `::ffff:7f00:1`: Bun's URL parser refuses some of the former. */
function withoutDots(address: string): string {
  const [, head = "", tail = ""] = /^(.*:)([\d.]+)$/.exec(address) ?? [];
  const [a, b, c, d] = readAddress4(tail) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return address;
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The URL parser writes every address in one way, which leaves only the longest row of zeros out. */
function bytesOf6(address: string): Bytes {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text = "") => (text === "" ? [] : text.split(":"));
  const [first, last] = [groups(head), groups(tail)];
  const missing = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...missing, ...last].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function readRanges(ranges: readonly Range[]) {
  return ranges.map(([kind, prefix, bits]) => ({ kind, bits, prefix: readAddress(prefix) ?? [] }));
}
