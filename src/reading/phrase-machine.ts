import { phraseParts, type Form, type Part } from './phrase-forms.ts';

/** The place of a search: a number of the machine's, and what it stands for. */
export interface SearchPlace {
  readonly state: number;
  readonly round: number;
  readonly alive: readonly number[];
}

/** All phrases as one machine: each byte is looked at once, whatever was read before. */
export interface PhraseMachine {
  /**
   * By state × 256 + byte: the state that follows; 0 where it is to be asked for: the first time, and where a phrase
   * ends. Another one once it has grown.
   */
  readonly table: Uint16Array;
  /** The state in which no beginning of a phrase was read. */
  readonly start: number;
  /** 1 for bytes at which the start is not left. */
  readonly idle: Uint8Array;
  /** The state that follows. */
  step(from: number, byte: number): number;
  /** Which phrase ends in a state; undefined: none. */
  found(state: number): number | undefined;
  placeOf(state: number): SearchPlace;
  stateAt(place: SearchPlace): number;
}

/** More states than this are forgotten and made anew: what is read decides how many there are. */
const mostStates = 4_096;
const firstStates = 64;

interface Edge {
  readonly bytes: Uint8Array;
  readonly to: number;
}

/** A nondeterministic automaton (Thompson, 1968): its nodes, and the phrases that end in some of them. */
class Automaton {
  readonly edges: Edge[][] = [];
  readonly skips: number[][] = [];
  readonly ends = new Map<number, number>();

  node(): number {
    this.edges.push([]);
    this.skips.push([]);
    return this.edges.length - 1;
  }

  join(from: number, bytes: readonly number[], to: number): void {
    const mask = new Uint8Array(256);
    for (const byte of bytes) mask[byte] = 1;
    this.edges[from]?.push({ bytes: mask, to });
  }

  addForm(from: number, form: Form, to: number): void {
    let at = from;
    form.forEach(({ bytes, many, optional }, index) => {
      const isLast = index === form.length - 1 && !many;
      const next = isLast ? to : this.node();
      this.join(at, bytes, next);
      if (many) this.join(next, bytes, next);
      if (optional) this.skips[at]?.push(next);
      at = next;
    });
    if (at !== to) this.skips[at]?.push(to);
  }

  addPart(from: number, { forms, many }: Part): number {
    const to = this.node();
    for (const form of forms) {
      this.addForm(from, form, to);
      if (many) this.addForm(to, form, to);
    }
    return to;
  }

  /** With all that is reached without a byte, in order. */
  closed(nodes: Iterable<number>): number[] {
    const reached = new Set(nodes);
    for (const node of reached) for (const next of this.skips[node] ?? []) reached.add(next);
    return [...reached].sort((one, other) => one - other);
  }
}

/** The states that were met, as a table that grows. */
class States {
  table = new Uint16Array(firstStates * 256);
  /** How often they were forgotten. */
  round = 0;
  alive: (readonly number[])[] = [[]];
  #known = new Map<string, number>();

  of(alive: readonly number[]): number {
    const name = alive.join();
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const state = this.alive.push(alive) - 1;
    this.#known.set(name, state);
    if (this.alive.length * 256 > this.table.length) {
      const larger = new Uint16Array(this.table.length * 2);
      larger.set(this.table);
      this.table = larger;
    }
    return state;
  }

  get isFull(): boolean {
    return this.alive.length >= mostStates;
  }

  forget(): void {
    this.round += 1;
    this.alive = [[]];
    this.#known.clear();
    this.table.fill(0);
  }
}

function automatonOf(phrases: readonly string[]): Automaton {
  const automaton = new Automaton();
  const root = automaton.node();
  phrases.forEach((phrase, index) => {
    const end = phraseParts(phrase).reduce((at, part) => automaton.addPart(at, part), root);
    automaton.ends.set(end, index);
  });
  return automaton;
}

const root = 0;

/** Builds the machine of some phrases; what is found is a phrase's place among them. */
export function compilePhrases(phrases: readonly string[]): PhraseMachine {
  const automaton = automatonOf(phrases);
  const states = new States();
  const startAlive = automaton.closed([root]);
  const start = states.of(startAlive);
  const follow = (alive: readonly number[], byte: number): number[] => {
    const reached = [root];
    for (const node of alive)
      for (const { bytes, to } of automaton.edges[node] ?? []) if (bytes[byte] === 1) reached.push(to);
    return automaton.closed(reached);
  };
  const endOf = (alive: readonly number[]): number | undefined => {
    const end = alive.find((node) => automaton.ends.has(node));
    return end === undefined ? undefined : automaton.ends.get(end);
  };
  const step = (from: number, byte: number): number => {
    const alive = follow(states.alive[from] ?? startAlive, byte);
    if (states.isFull) {
      states.forget();
      states.of(startAlive);
      return states.of(alive);
    }
    const next = states.of(alive);
    if (endOf(alive) === undefined) states.table[from * 256 + byte] = next;
    return next;
  };
  const idle = Uint8Array.from({ length: 256 }, (_, byte) => Number(step(start, byte) === start));
  return {
    ...{ start, idle, step },
    get table() {
      return states.table;
    },
    found: (state) => endOf(states.alive[state] ?? []),
    placeOf: (state) => ({ state, round: states.round, alive: states.alive[state] ?? startAlive }),
    stateAt: ({ state, round, alive }) => (round === states.round ? state : states.of(alive)),
  };
}
