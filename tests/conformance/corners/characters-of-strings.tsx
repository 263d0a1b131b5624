// Characters of strings.
export default function A() {
  return (
    <p title={'</script>\u2028\0\x41'}>
      {'\u{1F3AC}\ud83c'.length}
      {"it's"}
      {`a${'`'}\``}
    </p>
  );
}
