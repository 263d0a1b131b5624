// Names of functions.
const A = () => <p>{A.name.length >= 0 ? 'y' : 'n'}</p>;
export default A;
