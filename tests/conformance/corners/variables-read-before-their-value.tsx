// Variables that are read before they have their value.
const log: unknown[] = [];
log.push(later());
var a = 4;
function later() {
  return String(a);
}
log.push(later());
let b: string | undefined;
const read = () => String(b);
log.push(read());
b = 'set';
log.push(read());
function early(flag: boolean) {
  let c: { z: number } | undefined;
  if (flag) return show();
  c = { z: 1 };
  function show() {
    return JSON.stringify(c) ?? 'none';
  }
  return show();
}
log.push(early(true), early(false));
function inner() {
  const before = both();
  var q = 3,
    [w] = ['w'];
  function both() {
    return `${q}${w}`;
  }
  return before + both();
}
log.push(inner());
log.push(head());
for (var z = 7; ; ) break;
function head() {
  return String(z);
}
log.push(head());
function parameter(p: number) {
  var p = p || 5;
  return p;
}
log.push(parameter(0), parameter(3));
for (let i = 0; i < 2; i++) {
  let each: number | undefined;
  var kept: number | undefined;
  log.push(String(each), String(kept));
  each = i;
  kept = i;
}
export default function A() {
  return <p>{log.join()}</p>;
}
