// A default export by its alias.
function A() {
  return <p>a</p>;
}
export { A as default, A as B };
