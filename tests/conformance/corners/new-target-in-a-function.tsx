// `new.target` in plain functions, which are called once.
function isCalled() {
  return new.target === undefined;
}
const inner = function () {
  return (() => new.target)();
};
function Made(this: { by: boolean }) {
  this.by = new.target === Made;
}
const made = [isCalled(), inner() === undefined, new (Made as any)().by];
export default function A() {
  return <p>{made.map(String).join()}</p>;
}
