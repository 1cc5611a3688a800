const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const letterE = 0x65;

/** The end of the JSON number that starts here; the start itself if none does. */
export function numberEnd(source: string, start: number): number {
  let at = start;
  let unit = source.charCodeAt(at);
  if (unit === minus) unit = source.charCodeAt(++at);
  if (unit === zero) unit = source.charCodeAt(++at);
  else if (unit > zero && unit <= nine) {
    do unit = source.charCodeAt(++at);
    while (unit >= zero && unit <= nine);
  } else return start;
  if (unit === point) {
    unit = source.charCodeAt(at + 1);
    if (!(unit >= zero && unit <= nine)) return at;
    at++;
    do unit = source.charCodeAt(++at);
    while (unit >= zero && unit <= nine);
  }
  if ((unit | 0x20) !== letterE) return at;
  let digits = at + 1;
  unit = source.charCodeAt(digits);
  if (unit === plus || unit === minus) unit = source.charCodeAt(++digits);
  if (!(unit >= zero && unit <= nine)) return at;
  do unit = source.charCodeAt(++digits);
  while (unit >= zero && unit <= nine);
  return digits;
}
