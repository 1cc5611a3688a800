import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AddressKind,
  addressKind,
  addressOfHost,
  canonicalAddress,
  isLoopback,
} from "../../../adapters/destinations/address-rules.ts";

const kinds: Readonly<Record<AddressKind, readonly string[]>> = {
  public: [
    ...["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "192.167.1.1", "100.63.0.1", "100.128.0.1", "223.1.2.3"],
    ...["2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1"],
  ],
  private: [
    ...["10.0.0.1", "127.0.0.1", "127.255.255.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"],
    ...["192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "192.0.0.1", "192.88.99.1"],
    ...["::1", "fc00::1", "fd12:3456::1", "fec0::1", "2001:db8::1", "2001::1", "100::1", "3fff::1", "5f00::1"],
    ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a00:1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8"],
    ...["2002:7f00:1::", "2002:c0a8:101::1", "::7f00:1", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"],
  ],
  never: [
    ...["0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "169.254.0.1", "224.0.0.1", "239.255.255.255"],
    ...["240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
    ...["::", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1", "ff0e::1", "fd00:ec2::254", "fd00:ec2::23"],
    ...["fd20:ce::254", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254"],
    ...["64:ff9b:1::169.254.169.254", "2002:a9fe:a9fe::", "::169.254.169.254", "::ffff:255.255.255.255"],
    "2606:4700::5efe:169.254.169.254",
  ],
};

describe.each(Object.entries(kinds))("%s:", (kind, addresses) => {
  test.each([...addresses])("%s", (address) => {
    expect<AddressKind | undefined>(addressKind(address)).toBe(kind as AddressKind); // a key of `kinds`
  });
});

test.each([
  ["http://2130706433/", "127.0.0.1"],
  ["http://0x7f000001/", "127.0.0.1"],
  ["http://0177.0.0.1/", "127.0.0.1"],
  ["http://0x7f.1/", "127.0.0.1"],
  ["http://127.1/", "127.0.0.1"],
  ["http://127.0.0.1./", "127.0.0.1"],
  ["http://0/", "0.0.0.0"],
  ["http://2852039166/", "169.254.169.254"],
  ["http://①②⑦.⓪.⓪.①/", "127.0.0.1"],
  ["http://good.example@[::ffff:127.0.0.1]/", "127.0.0.1"],
  ["http://[::ffff:7f00:1]/", "127.0.0.1"],
])("the host of %s is known for the address that it is", (url, address) => {
  const host = addressOfHost(new URL(url).hostname);
  expect(canonicalAddress(host ?? "")).toBe(address);
});

test.each([
  "localhost",
  "localhost.",
  "hooks.example",
  "1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "0177.0.0.1",
  "",
  ":",
  "[::1]",
  "::1.2",
])("%j is no address", (text) => {
  expect([addressKind(text), canonicalAddress(text)]).toEqual([undefined, undefined]);
});

test("loopback addresses are known in each of their forms", () => {
  const forms = ["127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::FFFF:7F00:1"];
  expect(forms.filter((form) => !isLoopback(form))).toEqual([]);
  expect(["128.0.0.1", "::2", "10.0.0.1", "localhost"].filter(isLoopback)).toEqual([]);
});

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));

test("an IPv4 address is never more welcome for being written as IPv6", () => {
  const order = ["public", "private", "never"];
  const prefixes = ["::ffff:", "::", "64:ff9b::", "64:ff9b:1::", "2606::5efe:"];
  fc.assert(
    fc.property(ipv4, fc.constantFrom(...prefixes), (address, prefix) => {
      fc.pre(prefix !== "::" || !address.startsWith("0.0.0."));
      const kind = (text: string) => order.indexOf(addressKind(text) ?? "");
      expect(kind(prefix + address)).toBeGreaterThanOrEqual(kind(address));
    }),
  );
});

test("every address has a kind, and it is that of its canonical form, however it is written", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
      const long = groups.map((group) => group.toString(16).padStart(4, "0").toUpperCase()).join(":");
      const short = new URL(`http://[${long}]`).hostname.slice(1, -1);
      expect(addressKind(long)).toBeDefined();
      expect(addressKind(long)).toBe(addressKind(short));
      expect(canonicalAddress(long)).toBe(canonicalAddress(short));
    }),
  );
});
