const cache: { value?: number } = {};

function measure(): number {
  throw new RangeError('no measure'); //@ new
}

export default function Cached() {
  cache.value ??= measure();
  return <p>{cache.value}</p>;
}
