const report = "REPORT";

const page = {
  position: 'absolute',
  inset: 0,
  boxSizing: 'border-box',
  padding: '4%',
  overflow: 'hidden',
  background: '#1b1d23',
  color: '#f4f4f5',
  font: '20px/1.45 ui-monospace, Menlo, Consolas, monospace',
  textAlign: 'left',
} as const;

const title = { margin: '0 0 1em', fontSize: 28, fontWeight: 700, color: '#ff8a80' };
const text = { margin: 0, font: 'inherit', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } as const;

export default function BuildFailed() {
  return (
    <div role="alert" style={page}>
      <div style={title}>This component could not be built</div>
      <pre style={text}>{report}</pre>
    </div>
  );
}
