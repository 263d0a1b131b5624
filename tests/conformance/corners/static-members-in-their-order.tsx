// Static members in their order.
class C {
  static x = 1;
  static y = C.x + 1;
  static {
    C.y++;
  }
  z = C.y;
}
export default function A(p: any) {
  return (
    <p>
      {C.x}
      {C.y}
      {new C().z}
    </p>
  );
}
