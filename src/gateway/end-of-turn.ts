interface Waiting {
  /** Called when all that the event loop had at hand has been read. */
  endTurn(): void;
}

/** Those of this turn of the event loop: one callback for all, since each costs as much as a header. */
let turn: Waiting[] = [];

export function atEndOfTurn(waiting: Waiting): void {
  if (turn.push(waiting) === 1) setImmediate(endTurn);
}

function endTurn(): void {
  const ended = turn;
  turn = [];
  for (const waiting of ended) waiting.endTurn();
}
