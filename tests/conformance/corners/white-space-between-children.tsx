// White space between children.
export default function A(p: any) { return <p>  a  b
   c {' '} d

  {'e'}
 f </p>; }
