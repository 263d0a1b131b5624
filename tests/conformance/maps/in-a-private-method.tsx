class Clock {
  #ticks: number[] | undefined;

  #last(): number {
    return this.#ticks!.length; //@ length
  }

  read() {
    return this.#last();
  }
}

export default function Reader() {
  return <p>{new Clock().read()}</p>;
}
