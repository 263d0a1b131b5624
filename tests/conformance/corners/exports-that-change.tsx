// Exports that change.
export let n = 1;
n++;
export const g = () => n;
export { n as m };
export default function A() {
  return <p>{n}</p>;
}
