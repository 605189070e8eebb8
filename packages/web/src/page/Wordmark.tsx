/** Our name beside the sign: a track that leaves the straight one. */
const name = "Aiguilleur"

export const Wordmark = () => (
  <span className="wordmark" translate="no">
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path className="straight" d="M3 22h26" />
      <path className="diverging" d="M3 22h8L21 10h8" />
    </svg>
    {name}
  </span>
)
