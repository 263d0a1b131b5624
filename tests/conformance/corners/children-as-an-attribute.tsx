// Children as an attribute.
export default function A(p: any) {
  return <div children="a" />;
}
