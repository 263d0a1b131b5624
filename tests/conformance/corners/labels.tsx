// Labels.
export default function A() {
  let s = '';
  o: for (const a of [1, 2, 3]) {
    for (const b of [1, 2]) {
      if (b == 2) continue o;
      if (a == 3) break o;
      s += a + '-' + b + ' ';
    }
  }
  return <p>{s}</p>;
}
