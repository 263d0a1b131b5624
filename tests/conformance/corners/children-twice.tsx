// Children twice.
export default function A(p: any) {
  return <div children="a">b</div>;
}
