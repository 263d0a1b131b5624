const settings = { theme: undefined as undefined | { colour: string } };

const colour = () => {
  const { theme } = settings;
  const name = theme!.colour; //@ colour
  return name.toUpperCase();
};

export default function Themed() {
  const value = colour();
  return <p style={{ color: value }}>{value}</p>;
}
