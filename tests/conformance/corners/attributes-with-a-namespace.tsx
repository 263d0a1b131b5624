// Attributes with a namespace.
export default function A(p: any) {
  return (
    <svg>
      <use xlinkHref="#a" xlink:href="#b" />
    </svg>
  );
}
