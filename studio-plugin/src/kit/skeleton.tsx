import './skeleton.css';

/** Lines of the final size while data is on its way. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div className="amh-skeleton" role="status">
      <span className="amh-hidden">{label}</span>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} className="amh-skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}
