// Fields that read the properties which the parameters of the constructor declare.
const log: string[] = [];
class Base {
  base = 'base';
  constructor() {
    log.push('base');
  }
}
class Shape extends Base {
  area = this.width * this.height;
  #secret = this.area + 1;
  ['label' + 1] = `${this.base}:${this.area}`;
  static count = 0;
  constructor(
    readonly width: number,
    private height = 2,
    protected note?: string,
  ) {
    super();
    log.push(`${this.area}`);
    Shape.count++;
  }
  get all() {
    return [Object.keys(this).join(), this.#secret, this.height, this.note, Shape.count].join(' ');
  }
}
const shape = new Shape(3);
export default function A() {
  return (
    <p>
      {shape.all} {log.join()}
    </p>
  );
}
