// A Windows line end in an attribute.
export default function A(p: any) { return <p title="a
   b">x</p>; }
