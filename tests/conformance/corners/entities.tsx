// Entities.
export default function A(p: any) {
  return (
    <p title='"&amp;&nbsp;x'>&lt;&copy;&#x1F3AC;&#127916; &nbsp; &unknown;</p>
  );
}
