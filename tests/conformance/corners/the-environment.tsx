// The environment.
export default function A() {
  return <p>{process.env.NODE_ENV === 'production' ? 'p' : 'd'}</p>;
}
