// Catch without a name.
export default function A() {
  try {
    throw new Error('e');
  } catch {
    return <p>c</p>;
  } finally {
    void 0;
  }
}
