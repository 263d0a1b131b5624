function* steps(limit: number) {
  for (let step = 0; ; step += 1) {
    if (step > limit) throw new TypeError(`more than ${limit}`); //@ new
    yield step;
  }
}

export default function Steps() {
  return <ul>{[...steps(3)].map((step) => <li key={step}>{step}</li>)}</ul>;
}
